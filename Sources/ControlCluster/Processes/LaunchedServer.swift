import CLinux
import Glibc

/// The link between launcher and server: a socket pair that keeps message boundaries. End of file is the other's death, so
/// neither needs the other's pid.
public struct ServerLink: Sendable {
  public let descriptor: Int32

  public static let nameIsTaken: Int32 = 1

  /// A message is one kind and one number; text may follow.
  public enum Kind: UInt8, Sendable {
    /// Launcher: a child was started; number is its process group, its pidfd comes along.
    case child = 1
    /// Launcher: tell everyone to end.
    case stop
    /// Launcher: remove the memory and end.
    case close
    /// Server: the memory is published.
    case ready
    /// Server: it could not be; the text says why, and the number is ``nameIsTaken`` if that is why.
    case failed
    /// Server: number controllers are registered now.
    case registered
  }

  public struct Message: Sendable {
    public var kind: Kind
    public var number: Int32
    public var text: String
    /// -1 when none came along; the receiver closes it.
    public var descriptor: Int32
  }

  public init(descriptor: Int32) { self.descriptor = descriptor }

  /// Both ends.
  public static func pair() throws(ClusterError) -> (ServerLink, ServerLink) {
    var ends: [Int32] = [-1, -1]
    try System.check("socketpair", linux_message_socketpair(&ends))
    return (ServerLink(descriptor: ends[0]), ServerLink(descriptor: ends[1]))
  }

  public func send(_ kind: Kind, number: Int32 = 0, text: String = "", descriptor passed: Int32 = -1)
    throws(ClusterError)
  {
    var bytes: [UInt8] = [kind.rawValue]
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: text.utf8.prefix(4000))
    let sent = linux_send_message(descriptor, bytes, bytes.count, passed, 1)
    if sent < 0 { throw .system(call: "send to the other end", errno: Int32(-sent)) }
  }

  /// Sends if there is room for it; whether there was. Of two that wait for each other to read, neither would.
  public func offer(_ kind: Kind, number: Int32) -> Bool {
    var bytes: [UInt8] = [kind.rawValue]
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    return linux_send_message(descriptor, bytes, bytes.count, -1, 0) >= 0
  }

  /// Whether ``receive()`` would return at once.
  public var isReadable: Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) > 0
  }

  /// The next message; `nil` at the end of file: the other end is gone.
  public func receive() throws(ClusterError) -> Message? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var passed: Int32 = -1
    while true {
      let count = linux_receive_message(descriptor, &bytes, bytes.count, &passed)
      if count == -Int(EINTR) { continue }
      if count == 0 || count == -Int(ECONNRESET) { return nil }
      guard count >= 5, let kind = Kind(rawValue: bytes[0]) else {
        throw .system(call: "receive from the other end", errno: count < 0 ? Int32(-count) : EPROTO)
      }
      let number = bytes[1..<5].withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
      return Message(
        kind: kind, number: number, text: String(decoding: bytes[5..<count], as: UTF8.self), descriptor: passed)
    }
  }
}

/// The server as a process of a launched cluster: `ccluster-server`'s main.
///
/// It finds the blueprint's image on descriptor 4, its end of the link on 5 and the lifeline's write end on 6. It owns the
/// memory, declares deaths, and, should the launcher die, kills every process group of the run and removes the memory.
public enum LaunchedServer {
  public static let imageDescriptor: Int32 = 4
  public static let linkDescriptor: Int32 = 5
  public static let lifelineDescriptor: Int32 = 6

  public static func main() -> Never {
    Keeper.runIfAsked()
    guard fcntl(imageDescriptor, F_GETFD) >= 0, fcntl(linkDescriptor, F_GETFD) >= 0 else {
      System.print(error: "ccluster-server is started by 'ccluster launch'")
      exit(64)
    }
    // Ctrl-C and a closed terminal are the launcher's to handle.
    for signal in [SIGINT, SIGHUP, SIGPIPE] { Glibc.signal(signal, SIG_IGN) }
    _ = linux_raise_descriptor_limit()
    for descriptor in [linkDescriptor, lifelineDescriptor] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    // Suspended, it goes on when the launcher dies, or has something for it to do: who else were to end the run?
    _ = linux_signal_group_on_event(linkDescriptor, getpgrp(), SIGCONT)
    let link = ServerLink(descriptor: linkDescriptor)
    do {
      try MemoryLock.lockIfAsked()
      let server = try ControlClusterServer(
        readImage(), namespace: System.environment("CCLUSTER_SEGMENT"), ownsControllers: false)
      try server.publish(launcher: ProcessIdentity(pid: getppid()) ?? .nobody)
      try link.send(.ready)
      exit(run(server, link))
    } catch {
      let isTaken = if case .inUse = error { true } else { false }
      try? link.send(.failed, number: isTaken ? ServerLink.nameIsTaken : 0, text: "\(error)")
      exit(1)
    }
  }

  private static func readImage() throws(ClusterError) -> ClusterBlueprint {
    defer { close(imageDescriptor) }
    var status = stat()
    try System.call("fstat the image") { fstat(imageDescriptor, &status) }
    let size = Int(status.st_size)
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, imageDescriptor, 0), base != MAP_FAILED else {
      throw .system(call: "mmap the image", errno: errno)
    }
    defer { munmap(base, size) }
    return try ClusterBlueprint(decoding: UnsafeRawBufferPointer(start: base, count: size))
  }

  private static func run(_ server: ControlClusterServer, _ link: ServerLink) -> Int32 {
    var children: [Child] = []
    var registered = 0
    while true {
      let isReadable = server.pollOnce(extra: link.descriptor)
      // A launcher that is busy starting processes hears of it later: this side must go on reading what it sends.
      let now = server.registered
      if now != registered, link.offer(.registered, number: Int32(now)) { registered = now }
      guard isReadable else { continue }
      guard let received = try? link.receive(), let message = received as ServerLink.Message? else {
        // The launcher is gone. What is left of the run is killed; what escapes the groups' leaders is killed by the
        // lifeline, which closes when this process ends.
        for child in children { if !hasEnded(child) { child.signalGroup(SIGKILL) } }
        server.stop()
        return 1
      }
      switch message.kind {
      case .child: children.append(Child(pid: message.number, pidfd: message.descriptor))
      case .stop: server.beginStopping()
      case .close:
        server.stop()
        return 0
      case .ready, .failed, .registered: break
      }
      children.removeAll { child in
        guard hasEnded(child) else { return false }
        close(child.pidfd)
        return true
      }
    }
  }

  private static func hasEnded(_ child: Child) -> Bool {
    var entry = pollfd(fd: child.pidfd, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) > 0
  }
}
