import FlyingFox
import Foundation

/// Who is let in. The page, its figures and its buttons are for the user of this machine who has the address with the token in it:
/// a cluster's memory is closed to other users, and stays so.
struct Door: Sendable {
  let token: String

  /// 192 random bits.
  static func newToken() -> String {
    (0..<24).map { _ in
      let byte = String(UInt8.random(in: .min ... .max), radix: 16)
      return byte.count < 2 ? "0" + byte : byte
    }.joined()
  }

  /// Why a request is refused whatever it asks for; `nil` when it is not.
  ///
  /// A name of somebody else's that leads to 127.0.0.1 (DNS rebinding) makes the browser take this for a server of his: the
  /// name in `Host` gives that away. And what another page asks for comes with that page's `Origin`. The port is not
  /// compared, because a tunnel has its own.
  func refusal(host: String?, origin: String?) -> String? {
    guard let host, Self.isLoopback(host) else {
      return "this is no name of the loopback interface: open http://127.0.0.1"
    }
    if let origin, origin.lowercased() != "http://" + host.lowercased() { return "asked by a page of another origin" }
    return nil
  }

  private static func isLoopback(_ host: String) -> Bool {
    var name = host[...]
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
      guard UInt16(host[host.index(after: colon)...]) != nil else { return false }
      name = host[..<colon]
    }
    return ["127.0.0.1", "localhost", "[::1]"].contains(name.lowercased())
  }

  /// Compares all of it, so that the time it takes tells nothing.
  func isToken(_ text: String?) -> Bool {
    let (a, b) = (Array(token.utf8), Array((text ?? "").utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
