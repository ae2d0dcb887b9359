import ControlCluster
import Glibc

/// A directory with all that is in it.
public enum FileTree {
  /// Removes it. Links are removed, not followed.
  public static func remove(_ path: String) {
    guard unlink(path) != 0 else { return }
    for name in System.names(in: path) { remove("\(path)/\(name)") }
    rmdir(path)
  }

  /// Copies a file or a directory; links are copied as links, and what is neither file nor directory is left out.
  static func copy(_ source: String, to target: String) throws(ClusterError) {
    var status = stat()
    try System.call("read '\(source)'") { lstat(source, &status) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      if mkdir(target, 0o777) != 0, errno != EEXIST {
        throw .system(call: "make the directory '\(target)'", errno: errno)
      }
      for name in System.names(in: source) { try copy("\(source)/\(name)", to: "\(target)/\(name)") }
    case S_IFLNK:
      var link = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(source, &link, link.count)
      guard count >= 0 else { throw .system(call: "read '\(source)'", errno: errno) }
      let text = String(decoding: link[..<count], as: UTF8.self)
      if symlink(text, target) != 0, errno != EEXIST { throw .system(call: "link '\(target)'", errno: errno) }
    case S_IFREG: try copyFile(source, to: target, mode: status.st_mode & 0o777)
    default: break
    }
  }

  private static func copyFile(_ source: String, to target: String, mode: mode_t) throws(ClusterError) {
    let input = try System.call("open '\(source)'") { open(source, O_RDONLY | O_CLOEXEC) }
    defer { close(input) }
    let output = try System.call("open '\(target)'") { open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode) }
    defer { close(output) }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try System.call("read '\(source)'") { Int32(read(input, &chunk, chunk.count)) }
      if count == 0 { return }
      try System.writeAll(output, Array(chunk[..<Int(count)]))
    }
  }
}
