import ArgumentParser
import ClusterLaunch
import ClusterObserve
import ControlCluster
import Glibc

/// What ``DriveGuardian`` starts; nobody types it.
struct DriveGuard: ParsableCommand {
  static let name = "drive-guard"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Lets robots stand still when 'drive' is gone.", shouldDisplay: false)

  @Argument var cluster: String
  @Argument var buffer: String

  /// ms without a word from a driver that moves robots: it says so five times a second.
  private static let silence: Int32 = 1000
  /// How often rows are tried that are held, once nobody drives any more; each waits for a moment.
  private static let attempts = 50

  func run() throws {
    let segment = try Segment.attach(to: cluster, as: .tool)
    let sender = DriveSender(segment, try DriveFields(in: segment.layout, buffer: buffer))
    var moving = ""
    var rest = ""
    while true {
      var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      let ready = poll(&entry, 1, moving.isEmpty ? -1 : Self.silence)
      if ready < 0 { continue }
      if ready == 0 {
        stop(sender, &moving)
        continue
      }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        for _ in 0..<Self.attempts where !moving.isEmpty { stop(sender, &moving) }
        return
      }
      rest += String(decoding: bytes[..<count], as: UTF8.self)
      let lines = rest.split(separator: "\n", omittingEmptySubsequences: false)
      rest = String(lines.last ?? "")
      if let line = lines.dropLast().last { moving = String(line) }
    }
  }

  /// Once: whoever drives again says so. Rows that another tool holds and does not give back are tried again.
  private func stop(_ sender: DriveSender, _ moving: inout String) {
    sender.takeOver(moving: moving)
    try? sender.halt()
    moving = Quantity.ranges(Array(sender.movingRows))
  }
}
