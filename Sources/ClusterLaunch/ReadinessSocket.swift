import CLinux
import ControlCluster
import Glibc

/// Where one process says that it is ready: sd_notify(3)'s protocol, `READY=1` in a datagram, which programs, shells
/// (`systemd-notify --ready`) and libraries of any language speak already.
///
/// The address is an abstract one that the kernel chooses: there is no file to clean up, and none to be too long.
final class ReadinessSocket {
  let process: String
  let descriptor: Int32
  /// For the process's `NOTIFY_SOCKET`.
  let address: String

  static let environmentName = "NOTIFY_SOCKET"

  init(for process: String) throws(ClusterError) {
    self.process = process
    var name = [CChar](repeating: 0, count: 108)
    descriptor = try System.check("listen for '\(process)' to be ready", linux_listen_for_notices(&name, name.count))
    address = "@" + String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { close(descriptor) }

  /// Whether it has said so since the last look. Anybody on this machine may send: what is not of this user or root is none.
  func readsReady() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var isReady = false
    while true {
      var sender: uid_t = 0
      let count = linux_receive_notice(descriptor, &bytes, bytes.count, &sender)
      if count == -Int(EINTR) { continue }
      guard count >= 0 else { return isReady }
      guard sender == getuid() || sender == 0 else { continue }
      let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
      if lines.contains("READY=1") { isReady = true }
    }
  }
}
