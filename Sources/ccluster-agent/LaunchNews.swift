#if MPI
  import ControlCluster
  import Glibc

  /// What the launch at the head tells its agent: the names of hosts that it has lost, a line each.
  final class LaunchNews {
    private let descriptor: Int32
    private var bytes: [UInt8] = []

    /// Without a launch that has anything to tell it is empty for ever.
    init() {
      descriptor = System.environment("CCLUSTER_AGENT_NEWS").map { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) } ?? -1
    }

    /// The hosts that have been lost since the last look.
    func lostHosts() -> [String] {
      var chunk = [UInt8](repeating: 0, count: 512)
      while descriptor >= 0 {
        let count = read(descriptor, &chunk, chunk.count)
        guard count > 0 else { break }
        bytes += chunk[..<count]
      }
      var lost: [String] = []
      while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        lost.append(String(decoding: bytes[..<end], as: UTF8.self))
        bytes.removeFirst(end + 1)
      }
      return lost
    }
  }
#endif
