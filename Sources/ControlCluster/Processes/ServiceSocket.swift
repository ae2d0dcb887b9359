import Glibc

/// Where whoever started this process listens for news of it, as sd_notify(3) says: systemd, or a launcher.
public final class ServiceSocket {
  private static let variable = "NOTIFY_SOCKET"
  private static let pathCapacity = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

  private let descriptor: Int32
  private let address: [UInt8]

  /// `nil` when nobody listens. It is taken out of the environment: children would speak for this process.
  public init?() {
    guard let path = System.environment(Self.variable) else { return nil }
    unsetenv(Self.variable)
    // An abstract socket is written with '@' for its leading zero.
    guard let first = path.utf8.first, "/@".utf8.contains(first), path.utf8.count < Self.pathCapacity else {
      return nil
    }
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    address = (first == UInt8(ascii: "@") ? [0] : [first]) + path.utf8.dropFirst()
  }

  deinit { close(descriptor) }

  /// Nobody waits for a listener that does not listen, and nothing depends on it.
  public func send(_ text: String) {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
    // An abstract name ends where the address does.
    let size = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + address.count)
    let message = Array(text.utf8)
    withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = sendto(descriptor, message, message.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL), $0, size)
      }
    }
  }
}
