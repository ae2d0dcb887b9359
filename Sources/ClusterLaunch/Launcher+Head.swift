import CLinux
import ClusterPlan
import ControlCluster
import Glibc

// Another host's end: its launcher is one of `mpirun`'s ranks, and ends with whoever has started it.
extension Launcher {
  /// How a host's launcher is bound to the head's.
  public struct Head {
    /// This host's name in the config.
    public var host: String
    /// Where requests come in, line by line.
    public var requests: Int32
    /// Of `mpirun`'s daemon on this host.
    let parent: Int32

    /// - Throws: when the daemon is gone already.
    public init(host: String, requests: Int32 = STDIN_FILENO) throws(ClusterError) {
      (self.host, self.requests) = (host, requests)
      let pid = getppid()
      parent = try System.check("watch process \(pid), which has started this one", linux_pidfd_open(pid))
      _ = fcntl(requests, F_SETFL, fcntl(requests, F_GETFL) | O_NONBLOCK)
    }
  }

  /// What is to be polled for a host's launcher.
  var headDescriptors: [Int32] {
    guard let head = options.head else { return [] }
    return [isOrphan ? -1 : head.parent, requestsEnded ? -1 : head.requests]
  }

  /// - Parameter ready: ``headDescriptors`` as poll(2) has left them.
  func listenToHead(_ ready: ArraySlice<pollfd>) {
    guard let head = options.head else { return }
    for entry in ready where entry.revents != 0 {
      if entry.fd == head.parent {
        isOrphan = true
        handle(.orphaned("the MPI daemon of this host is gone"))
      } else {
        readRequests(head)
      }
    }
  }

  private func readRequests(_ head: Head) {
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = read(head.requests, &chunk, chunk.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count > 0 else {
      // Nobody will ask for anything any more, which is no reason to end.
      requestsEnded = true
      return
    }
    requestBytes += chunk[..<count]
    while let end = requestBytes.firstIndex(of: UInt8(ascii: "\n")) {
      let line = String(decoding: requestBytes[..<end], as: UTF8.self)
      requestBytes.removeFirst(end + 1)
      do throws(ControlFailure) {
        if let request = try HostRequest.request(in: line, to: head.host) { _ = try carryOut(request) }
      } catch {
        tell(.warning("a request of the head was not carried out: \(error.message)"))
      }
    }
  }
}
