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

  /// Where Linux shows the object as a file.
  static func path(of segment: String) -> String { "/dev/shm" + segment }
}
