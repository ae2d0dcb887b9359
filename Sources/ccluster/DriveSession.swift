import ClusterLaunch
import ClusterObserve
import ControlCluster

/// `ccluster drive` on a terminal.
final class DriveSession: ScreenProgram {
  private let cluster: String
  private let segment: Segment
  private let watch: EndWatch
  private let loop: ScreenLoop
  private let sender: DriveSender
  private var guardian: DriveGuardian
  private var screen: DriveScreen { didSet { isDrawn = false } }
  var isDrawn = false
  /// Between two writes while robots move, ns.
  private let period: UInt64
  private var nextSend: UInt64 = .max
  private var nextStatus: UInt64 = 0
  private var wasSent = DriveCommand()
  private var wereSent: [Int] = []

  /// Between two looks at the cluster, ns.
  private static let statusPeriod: UInt64 = 200_000_000
  /// How long another writer is told of, ns.
  private static let rivalSpan: UInt64 = 2_000_000_000

  /// - Parameters:
  ///   - period: s
  ///   - model: gets what the first row holds.
  init(
    _ running: RunningCluster, _ fields: DriveFields, rows: [Int], period: Double, model: (DriveCommand) -> DriveModel
  ) throws(ClusterError) {
    cluster = running.name
    segment = running.segment
    watch = EndWatch(running)
    sender = DriveSender(try Segment.attach(to: running.name, as: .tool), fields)
    guardian = try DriveGuardian(of: running.name, buffer: fields.buffer.name)
    loop = try ScreenLoop()
    self.period = UInt64(period * 1e9)
    wereSent = rows
    screen = DriveScreen(
      model(try sender.command(of: rows[0])), ClusterStatus(segment),
      .init(buffer: fields.buffer.name, isTurned: sender.turnsTwists))
  }

  /// Why the cluster has ended, once it has.
  var end: String? { watch.reason }

  /// Until somebody leaves. Robots stand still and the terminal is as it was then.
  func show() -> ScreenLoop.End {
    let end = loop.run(self)
    halt()
    return end
  }

  func lines() -> [StyledLine] { screen.lines }

  func resize(width: Int, height: Int) { (screen.width, screen.height) = (width, height) }

  func interrupt() { halt() }

  func press(_ key: TopKey) -> Bool {
    switch screen.model.press(key, at: System.monotonicNanoseconds) {
    case .quit: return true
    case .send: nextSend = 0
    case nil: break
    }
    return false
  }

  func look(at now: UInt64) -> UInt64? {
    let next = screen.model.pass(to: now)
    if watch.hasEnded {
      watch.findReason()
      screen.end = watch.reason
      screen.model.stop()
      screen.sending.isActive = false
      return watch.isFinal ? .max : now + Self.statusPeriod
    }
    if now >= nextStatus {
      nextStatus = now + Self.statusPeriod
      screen.status = ClusterStatus(segment)
      if !sender.movingRows.isEmpty { note(moving: sender.movingRows) }
    }
    // A speed has come to its end.
    if screen.model.command != wasSent { nextSend = min(nextSend, now) }
    if now >= nextSend { send(now) }
    return min(nextSend, nextStatus, next)
  }

  private func send(_ now: UInt64) {
    let (command, targets) = (screen.model.command, screen.model.targets)
    nextSend = command.isMoving ? now + period : .max
    if targets != wereSent {
      (wereSent, wasSent) = (targets, DriveCommand())
      attempt { () throws(ClusterError) in
        try sender.halt(except: command.isMoving ? Set(targets) : [])
        screen.model.start = try sender.command(of: targets[0])
      }
    }
    if command.isMoving || command != wasSent {
      // Before: who dies in between leaves somebody who knows.
      if command.isMoving { note(moving: sender.movingRows.union(targets)) }
      attempt { () throws(ClusterError) in try sender.send(command, to: targets) }
    }
    note(moving: sender.movingRows)
    wasSent = command
    tell(now, command)
  }

  private func note(moving rows: Set<Int>) {
    if guardian.note(moving: Array(rows)) { return }
    // Somebody has killed it. Nobody drives without one.
    attempt { () throws(ClusterError) in
      guardian = try DriveGuardian(of: cluster, buffer: screen.sending.buffer)
      _ = guardian.note(moving: Array(rows))
    }
  }

  private func tell(_ now: UInt64, _ command: DriveCommand) {
    screen.sending.count = sender.count
    screen.sending.isActive = command.isMoving
    (screen.sending.linear, screen.sending.angular) = (sender.lastTwist?.linear, sender.lastTwist?.angular)
    if let rival = sender.rival, now - min(now, rival.at) < Self.rivalSpan, screen.sending.problem == nil {
      screen.sending.problem =
        "process \(rival.process.pid) writes \(screen.sending.buffer), too: robots get now this, now that"
    }
  }

  private func halt() {
    screen.model.stop()
    attempt { () throws(ClusterError) in try sender.halt() }
    note(moving: sender.movingRows)
    (wasSent, nextSend) = (screen.model.command, .max)
    tell(System.monotonicNanoseconds, wasSent)
  }

  private func attempt(_ body: () throws(ClusterError) -> Void) {
    do throws(ClusterError) {
      try body()
      screen.sending.problem = nil
    } catch { screen.sending.problem = "\(error)" }
  }
}
