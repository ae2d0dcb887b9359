import Glibc

/// The name of a cluster's shared-memory object: `/ccluster.<uid>.<namespace>`.
public enum SegmentName {
  static let prefix = "/ccluster."

  /// - Parameter namespace: the cluster's name, or a full object name, which is returned as it is.
  public static func of(_ namespace: String, uid: uid_t = getuid()) -> String {
    namespace.hasPrefix(prefix) ? namespace : "\(prefix)\(uid).\(namespace)"
  }

  /// The namespace in an object's full name.
  public static func namespace(of segment: String) -> String {
    let rest = segment.dropFirst(prefix.count)
    return rest.firstIndex(of: ".").map { String(rest[rest.index(after: $0)...]) } ?? segment
  }

  /// The namespaces of this user's objects on this machine, sorted, whatever state they are in.
  public static var ofThisUser: [String] {
    let own = "\(prefix.dropFirst())\(getuid())."
    return System.names(in: "/dev/shm").filter { $0.hasPrefix(own) }.map { String($0.dropFirst(own.count)) }.sorted()
  }

  /// The user whose cluster this one would be, when it could not be opened: that object's owner, or of one of the same
  /// namespace when this user has none; `nil` when there is neither.
  static func foreignOwner(of segment: String, errno code: Int32) -> uid_t? {
    if code == EACCES {
      var status = stat()
      return stat(path(of: segment), &status) == 0 ? status.st_uid : nil
    }
    let suffix = "." + namespace(of: segment)
    return System.names(in: "/dev/shm").lazy.filter { $0.hasPrefix(prefix.dropFirst()) && $0.hasSuffix(suffix) }
      .compactMap { uid_t($0.dropFirst(prefix.count - 1).dropLast(suffix.count)) }
      // One of our own was made at this moment.
      .first { $0 != getuid() }
  }

  /// Where Linux shows the object as a file.
  static func path(of segment: String) -> String { "/dev/shm" + segment }
}
