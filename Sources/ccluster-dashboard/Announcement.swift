import ControlCluster
import Glibc

/// What is told once the page is there: its address on standard output, all else beside it.
struct Announcement {
  var name: String
  var port: UInt16
  var token: String

  /// The token stands behind `#`, which a browser keeps to itself: it comes into no log, no history of requests and no referrer.
  var url: String { "http://127.0.0.1:\(port)/#token=\(token)" }

  func print(json: Bool) {
    if json {
      let object: JSONValue = [
        "name": .string(name), "url": .string(url), "port": .integer(Int(port)), "token": .string(token),
        "pid": .integer(Int(getpid())),
      ]
      return write(object.compact)
    }
    System.print(error: "▸ the dashboard of \(name), for you on this machine; Ctrl-C ends it")
    if System.environment("SSH_CONNECTION") != nil {
      System.print(
        error: "  from another one: ssh -L \(port):127.0.0.1:\(port) \(hostName), then open the same address there")
    }
    write(url)
  }

  private func write(_ line: String) { try? System.writeAll(STDOUT_FILENO, Array((line + "\n").utf8)) }

  private var hostName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "HOST" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
