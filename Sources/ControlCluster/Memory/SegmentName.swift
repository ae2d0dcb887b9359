import Glibc

/// The name of a cluster's shared-memory object: `/ccluster.<uid>.<namespace>`.
public enum SegmentName {
  static let prefix = "/ccluster."

  /// - Parameter namespace: the cluster's name, or a full object name, which is returned as it is.
  public static func of(_ namespace: String, uid: uid_t = getuid()) -> String {
    namespace.hasPrefix(prefix) ? namespace : "\(prefix)\(uid).\(namespace)"
  }

  /// Where Linux shows the object as a file.
  static func path(of segment: String) -> String { "/dev/shm" + segment }
}
