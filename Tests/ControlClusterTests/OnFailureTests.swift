import Glibc
import Testing

@testable import ControlCluster

@Suite("What a failed, dead or late controller's row holds, hosted alone, with others, or on hosts of their own")
struct OnFailureTests {
  struct Case: CustomTestStringConvertible {
    var policy: OnFailure
    var perProcess: Int
    /// Each on a host of its own.
    var isRemote = false
    var testDescription: String { "\(policy), \(isRemote ? "on hosts" : "\(perProcess) a process")" }
  }
  static let cases = [OnFailure.hold, .homing, .stop].flatMap { policy in
    [1, 3].map { Case(policy: policy, perProcess: $0) } + [Case(policy: policy, perProcess: 1, isRemote: true)]
  }

  /// A row of `rhc_commands`.
  struct Row: Equatable {
    var number: Double
    var position: [Float]
    var velocity: Float

    static let initial = Row(number: 0, position: TestBlueprint.homing.map(Float.init), velocity: 0)

    static func solved(_ number: Double, slot: Int) -> Row {
      Row(number: number, position: [2, 3, 4, 5], velocity: Float(slot))
    }

    /// What is left of it.
    func after(_ policy: OnFailure) -> Row {
      switch policy {
      case .hold: self
      case .homing: .initial
      case .stop: Row(number: 0, position: position, velocity: 0)
      }
    }

    static func of(_ client: ControlClusterClient, _ slot: Int) throws -> Row {
      let velocities = try client.command(slot, "joint_velocity")
      #expect(Set(velocities).count == 1)
      return Row(
        number: try client.number(slot), position: try client.command(slot, "joint_position"), velocity: velocities[0])
    }
  }

  static func contents(_ policy: OnFailure) -> RowContents {
    switch policy {
    case .hold: .held
    case .homing: .initial
    case .stop: .stopped
    }
  }

  /// Three controllers; each has solved once with 7, and is to echo 8.
  static func cluster(_ of: Case) throws -> (TestCluster, ControlClusterClient) {
    let blueprint = TestBlueprint(controllers: 3, perProcess: of.perProcess, onFailure: of.policy)
    let cluster = try of.isRemote ? TestCluster(blueprint, on: [1, 1, 1]) : TestCluster(blueprint)
    let client = try cluster.client()
    let position = try client.columns("robot_state", "joint_position", as: Float.self)
    for slot in 0..<3 {
      #expect(client.rows(of: slot) == .initial)
      for joint in 0..<4 { position[slot, joint] = Float(joint + 1) }
      try client.order(slot, .echo, 7)
    }
    #expect(try client.solve().allSolved)
    for slot in 0..<3 {
      #expect(try Row.of(client, slot) == .solved(7, slot: slot) && client.rows(of: slot) == .solved)
      try client.order(slot, .echo, 8)
    }
    return (cluster, client)
  }

  static func expectSolved(_ client: ControlClusterClient, _ slots: [Int], _ number: Double) throws {
    for slot in slots {
      #expect(client.outcome(of: slot) == .solved && client.rows(of: slot) == .solved)
      #expect(try Row.of(client, slot) == .solved(number, slot: slot))
    }
  }

  @Test("failed: its neighbours' rows are those of the step, in the same process or not", arguments: cases)
  func failed(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      try client.order(1, .fail, 8)
      let report = try client.solve()
      #expect(report.failed == 1 && report.solved == 2 && report.participants == 3)
      #expect(client.outcome(of: 1) == .failed && client.rows(of: 1) == Self.contents(of.policy))
      #expect(try Row.of(client, 1) == Row.solved(7, slot: 1).after(of.policy))
      try Self.expectSolved(client, [0, 2], 8)
      // It stays so while it takes no part.
      #expect(try client.solve().solved == 2)
      #expect(client.outcome(of: 1) == .free && client.rows(of: 1) == Self.contents(of.policy))
      #expect(try Row.of(client, 1) == Row.solved(7, slot: 1).after(of.policy))
    }
  }

  @Test("a reset that throws leaves its neighbours reset", arguments: cases)
  func failedReset(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      try client.order(1, .fail, -1)
      let report = try client.reset()
      #expect(report.failed == 1 && report.solved == 2)
      #expect(client.failureMessage(of: 1) == "reset: asked to fail the reset")
      #expect(try Row.of(client, 1) == Row.solved(7, slot: 1).after(of.policy))
      #expect(client.rows(of: 1) == Self.contents(of.policy))
      for slot in [0, 2] { #expect(try Row.of(client, slot) == .initial && client.rows(of: slot) == .initial) }
      #expect(try client.solve().solved == 2)
      try client.order(1, .echo, 9)
      #expect(try client.reset([1]).solved == 1)
      #expect(try Row.of(client, 1) == .initial)
      #expect(try client.solve().solved == 3)
      try Self.expectSolved(client, [1], 9)
    }
  }

  @Test("dead: all slots of its process are, in this step those that had not answered", arguments: cases)
  func dead(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      try client.order(1, .sleep, 60)
      try client.trigger()
      let answering = of.perProcess == 1 ? [0, 2] : [0]
      try waitUntil("the others have solved") {
        answering.allSatisfy { cluster.segment.slot($0).step.status == .solved }
      }
      // In the order of their slots: the one behind waits for its turn.
      #expect([0, 1, 2].filter { cluster.segment.slot($0).step.status == .solved } == answering)
      cluster.worker(of: 1).signal(SIGKILL)
      let report = try client.wait()
      let dead = of.perProcess == 1 ? [1] : [1, 2]
      #expect(report.died == dead.count && report.solved == answering.count && report.participants == 3)
      for slot in dead {
        #expect(client.outcome(of: slot) == .died && client.state(of: slot) == .dead)
        #expect(client.rows(of: slot) == Self.contents(of.policy))
        #expect(try Row.of(client, slot) == Row.solved(7, slot: slot).after(of.policy))
      }
      if of.perProcess == 1 {
        try Self.expectSolved(client, answering, 8)
      } else {
        // It had solved, and its row stays to be read, though its process is dead.
        #expect(client.state(of: 0) == .dead)
        try Self.expectSolved(client, [0], 8)
      }
      // What is to be done about a dead one's solution is done within the next step.
      let settled = of.policy != .hold && of.perProcess == 3 ? [0] : []
      let next = try client.solve()
      #expect(next.died == settled.count && next.solved == (of.perProcess == 1 ? 2 : 0))
      #expect(next.participants == next.died + next.solved)
      for slot in settled {
        #expect(client.outcome(of: slot) == .died && client.rows(of: slot) == Self.contents(of.policy))
        #expect(try Row.of(client, slot) == Row.solved(8, slot: slot).after(of.policy))
      }
      #expect(try client.solve().participants == next.solved)
    }
  }

  @Test("dead between two steps: rows stay to be read, and are made safe within the next step", arguments: cases)
  func deadBetweenSteps(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      let dead = of.perProcess == 1 ? [1] : [0, 1, 2]
      cluster.worker(of: 1).signal(SIGKILL)
      try waitUntil("its death is declared") { dead.allSatisfy { client.state(of: $0) == .dead } }
      try Self.expectSolved(client, dead, 7)
      let report = try client.solve()
      #expect(report.died == (of.policy == .hold ? 0 : dead.count) && report.solved == 3 - dead.count)
      for slot in dead {
        #expect(client.outcome(of: slot) == (of.policy == .hold ? .free : .died))
        #expect(client.rows(of: slot) == Self.contents(of.policy))
        #expect(try Row.of(client, slot) == Row.solved(7, slot: slot).after(of.policy))
      }
    }
  }

  @Test("late: a copy substitutes, a view shows what stands there, and it comes back", arguments: cases)
  func late(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      let view = try client.columns("rhc_commands", "joint_position", as: Float.self)
      let velocity = try client.columns("rhc_commands", "joint_velocity", as: Float.self)
      let worker = cluster.worker(of: 1)
      let late = of.perProcess == 1 ? [1] : [1, 2]
      try client.order(1, .sleep, 0.2)
      // Who is too slow to stop it in the middle of its sleep tries again.
      while true {
        try client.trigger()
        try waitUntil("those before it have solved") { cluster.segment.slot(0).step.status == .solved }
        worker.signal(SIGSTOP)
        if cluster.segment.slot(1).step.status == .due { break }
        worker.signal(SIGCONT)
        #expect(try client.wait().solved == 3)
      }
      let stands = try Row.of(client, 1)
      let report = try client.wait(timeout: 0.02)
      #expect(report.late == late.count && report.solved == 3 - late.count)
      var positions = [Float](repeating: -1, count: 12)
      var velocities = positions
      try client.copy(view, into: &positions)
      try client.copy(velocity, into: &velocities)
      for slot in 0..<3 {
        let (position, speed) = (Array(positions[slot * 4..<slot * 4 + 4]), velocities[slot * 4])
        guard late.contains(slot) else {
          #expect(position == [2, 3, 4, 5] && speed == Float(slot) && client.rows(of: slot) == .solved)
          continue
        }
        #expect(client.outcome(of: slot) == .late && client.rows(of: slot) == .unfinished)
        #expect(position == (of.policy == .homing ? Row.initial.position : [-1, -1, -1, -1]))
        #expect(speed == (of.policy == .hold ? -1 : 0))
      }
      #expect(try Row.of(client, 1) == stands)
      #expect(try client.solve().participants == 3 - late.count)
      worker.signal(SIGCONT)
      // What it answers too late is whole, and not of the last step.
      try waitUntil("it has caught up") { late.allSatisfy { cluster.segment.slot($0).step.status == .free } }
      for slot in late { #expect(client.rows(of: slot) == .held) }
      // Stopped before it had looked at its slot, it found itself late and had nothing to solve.
      #expect(try [stands, .solved(0.2, slot: 1)].contains(Row.of(client, 1)))
      for slot in 0..<3 { try client.order(slot, .echo, 10) }
      #expect(try client.solve().solved == 3)
      try Self.expectSolved(client, [0, 1, 2], 10)
    }
  }
}
