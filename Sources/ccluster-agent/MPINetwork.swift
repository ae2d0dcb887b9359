#if MPI
  import CLinux
  import CMPI
  import ClusterHosts
  import ControlCluster
  import Glibc

  /// MPI as a whole. It has no descriptor to sleep on, but over TCP it has connections, which become readable when something comes.
  final class MPINetwork: HostNetwork {
    private var connections: [pollfd] = []
    private var scannedAt: UInt64 = 0

    /// How often connections are looked for, ns: MPI makes them with the first message.
    private static let scanInterval: UInt64 = 500_000_000
    /// How long to sleep where there are none: over shared memory or another fabric, ns.
    private static let blindSleep: UInt64 = 20_000

    func moveOn() { cmpi_move_on() }

    func sleep(nanoseconds: UInt64, isSending: Bool) {
      let now = System.monotonicNanoseconds
      if now &- scannedAt > Self.scanInterval {
        scannedAt = now
        connections = Self.scan()
      }
      let events = Int16(isSending ? POLLIN | POLLOUT : POLLIN)
      for index in connections.indices { connections[index].events = events }
      let limit = connections.isEmpty ? min(Self.blindSleep, nanoseconds) : nanoseconds
      _ = linux_poll(&connections, connections.count, limit)
      // One that MPI has closed, or that has failed, would end every sleep at once.
      if connections.contains(where: { $0.revents & Int16(POLLNVAL | POLLERR | POLLHUP) != 0 }) {
        connections = Self.scan()
        sched_yield()
      }
    }

    /// This process's connections over TCP to other machines' processes.
    private static func scan() -> [pollfd] {
      System.names(in: "/proc/self/fd").compactMap { Int32($0) }.filter(isConnection).map {
        pollfd(fd: $0, events: 0, revents: 0)
      }
    }

    private static func isConnection(_ descriptor: Int32) -> Bool {
      var address = sockaddr_storage()
      var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let isConnected = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) == 0 }
      }
      guard isConnected, [AF_INET, AF_INET6].contains(Int32(address.ss_family)) else { return false }
      // What has failed, or ended, says so at every look.
      var entry = pollfd(fd: descriptor, events: 0, revents: 0)
      return poll(&entry, 1, 0) == 0
    }
  }
#endif
