import ControlCluster
import Glibc

/// A file that is there as a whole or not at all.
public struct NewFile {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Of the file, absolute and without links.
  public func directory() throws(ClusterError) -> String {
    let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    guard let real = System.realPath(parent) else { throw .system(call: "write '\(path)'", errno: errno) }
    return real
  }

  /// - Throws: When there is such a file already, unless it shall be replaced.
  public func write(_ text: String, replacing: Bool) throws(ClusterError) {
    // Looked at here for the message; what decides is the link below.
    if !replacing, access(path, F_OK) == 0 { throw exists }
    try refuseSpecial()
    let parent = try directory()
    var template = Array("\(parent)/.ccluster.XXXXXX".utf8CString)
    let descriptor = try System.call("write '\(path)'") { mkstemp(&template) }
    let temporary = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    defer {
      close(descriptor)
      unlink(temporary)
    }
    try System.writeAll(descriptor, Array(text.utf8))
    let mask = umask(0)
    umask(mask)
    try System.call("write '\(path)'") { fchmod(descriptor, 0o666 & ~mask) }
    try System.call("write '\(path)'") { fsync(descriptor) }
    if replacing {
      try System.call("write '\(path)'") { rename(temporary, path) }
    } else if link(temporary, path) != 0 {
      let code = errno
      throw code == EEXIST ? exists : .system(call: "write '\(path)'", errno: code)
    }
  }

  /// A rename takes the place of whatever is there: run by root with `-o /dev/null`, of the machine's device.
  private func refuseSpecial() throws(ClusterError) {
    var status = stat()
    guard lstat(path, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else { return }
    throw .failed("'\(path)' is a link or a device, and is not replaced; '-' is standard output")
  }

  private var exists: ClusterError { .failed("'\(path)' is there already; --force replaces it") }
}
