/// Names of hosts, as MPI and the resolver take them: RFC 1123, and underscores, which containers have.
enum HostName {
  /// A cluster's memory there is named after both, and the kernel takes 255 bytes in all.
  private static let maximumLength = 100

  /// What `isValid` says but for the length of labels, for the schema.
  static let pattern = "^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,98}[A-Za-z0-9_])?$"
  static func isValid(_ name: String) -> Bool {
    guard (1...maximumLength).contains(name.utf8.count) else { return false }
    return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
      let dash = UInt8(ascii: "-")
      return (1...63).contains(label.count) && label.first != dash && label.last != dash
        && label.allSatisfy { $0.isLetter || $0.isDigit || $0 == dash || $0 == UInt8(ascii: "_") }
    }
  }
}
