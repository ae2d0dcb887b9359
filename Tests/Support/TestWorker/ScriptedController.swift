import CTestAllocations
import CTestSystemCalls
import ControlCluster
import Glibc

/// Does what `robot_state.order` asks; the tests' `Order` has the same numbers.
class ScriptedController: RHController {
  private let order: ControllerInput
  private let argument: ControllerInput
  private let orientation: ControllerInput
  private let position: ControllerInput
  private let number: ControllerOutput
  private let orientationCommand: ControllerOutput
  private let positionCommand: ControllerOutput
  private let velocityCommand: ControllerOutput
  private let allocated: ControllerOutput
  private let kept: ControllerOutput
  private let systemCalls: ControllerOutput
  private let bulk: [ControllerOutput]
  private let numbers: (stimulus: ControllerInput, response: ControllerOutput)?
  private var resets = 0.0
  private var before = (allocations: 0, frees: 0, systemCalls: 0)
  /// Whether this process counts its system calls.
  nonisolated(unsafe) private static var countsSystemCalls = false

  /// Added to the echoed joint positions, to tell types apart.
  class var offset: Double { 1 }

  required init(_ context: ControllerContext) throws {
    // Of all, or of the controller with that index: `throw`, `throw-1`.
    let build = (System.environment("CCLUSTER_TEST_BUILD") ?? "").split(separator: "-")
    if build.count == 1 || build.last == "\(context.index)" {
      switch build.first {
      case "throw": throw ClusterError.failed("this controller cannot be built")
      case "exit": exit(3)
      case "sleep":
        if build.count > 1 { EmbeddingServer.say("building \(context.index)") }
        sleep(60)
      default: break
      }
    }
    order = try context.input("robot_state", "order")
    argument = try context.input("robot_state", "argument")
    orientation = try context.input("robot_state", "root_orientation")
    position = try context.input("robot_state", "joint_position")
    number = try context.output("rhc_commands", "number")
    orientationCommand = try context.output("rhc_commands", "root_orientation")
    positionCommand = try context.output("rhc_commands", "joint_position")
    velocityCommand = try context.output("rhc_commands", "joint_velocity")
    allocated = try context.output("rhc_commands", "allocated")
    kept = try context.output("rhc_commands", "kept")
    systemCalls = try context.output("rhc_commands", "system_calls")
    bulk = context.hasField("bulk", "first") ? try ["first", "last"].map { try context.output("bulk", $0) } : []
    numbers =
      context.hasField("stimulus", "numbers")
      ? (try context.input("stimulus", "numbers"), try context.output("response", "numbers")) : nil
    try super.init(context)
  }

  override func solve() throws {
    // Counted from the last solve to this one: all that the worker does around it.
    let allocations = ccluster_test_allocations() - before.allocations
    allocated[0] = Double(allocations)
    kept[0] = Double(allocations - (ccluster_test_frees() - before.frees))
    systemCalls[0] = Double(ccluster_test_system_calls() - before.systemCalls)
    switch order[0] {
    case 1:
      echo()
      throw ClusterError.failed("asked to fail at \(argument[0])")
    case 2: usleep(UInt32(argument[0] * 1e6))
    case 3: try trespass()
    case 4: exit(5)
    case 5: try writeTelemetry()
    case 6: try mirror()
    case 7: try countSystemCalls()
    case 9: try HalfwayStop.arm()
    default: break
    }
    echo()
    before = (ccluster_test_allocations(), ccluster_test_frees(), ccluster_test_system_calls())
    // Behind the look, so that the next one sees what it sees of the worker's own.
    if order[0] == 8 { _ = getppid() }
  }

  override func reset() throws {
    resets += 1
    if order[0] == 1, argument[0] < 0 { throw ClusterError.failed("asked to fail the reset") }
  }

  private func echo() {
    number[0] = argument[0]
    for end in bulk { end[0] = argument[0] }
    for index in 0..<4 { orientationCommand[index] = orientation[index] }
    for index in 0..<position.count {
      positionCommand[index] = position[index] + Self.offset
      velocityCommand[index] = Double(context.index)
    }
  }

  private func countSystemCalls() throws {
    guard !Self.countsSystemCalls else { return }
    try System.check("seccomp", ccluster_test_count_system_calls())
    Self.countsSystemCalls = true
  }

  private func mirror() throws {
    guard let numbers else { throw ClusterError.failed("there is no stimulus") }
    let step = NumberedRow.step(numbers.stimulus[0])
    for index in 0..<numbers.stimulus.count {
      // Read once: to one that is late, the next step's may come in between.
      let number = numbers.stimulus[index]
      guard number == NumberedRow.number(step, slot: context.index, index) else {
        throw ClusterError.failed("element \(index) is \(number) in step \(step)")
      }
      numbers.response[index] = number
    }
  }

  /// Writes where only the simulator may.
  private func trespass() throws {
    let segment = try Segment.attach(to: System.environment("CCLUSTER_SEGMENT") ?? "", as: .controller)
    try segment.columns("robot_state", "joint_position", as: Float.self).withRow(context.index) {
      UnsafeMutableBufferPointer(mutating: $0)[0] = 1
    }
  }

  private func writeTelemetry() throws {
    let segment = try Segment.attach(to: System.environment("CCLUSTER_SEGMENT") ?? "", as: .controller)
    let row = try segment.row("telemetry", of: context.index)
    let end = System.monotonicNanoseconds + UInt64(argument[0] * 1e9)
    var round: UInt64 = 1
    while System.monotonicNanoseconds < end {
      try ChecksummedRow.fill(row, round)
      try row.write()
      round += 1
    }
  }
}

/// Another type, so that a program can add two.
final class OtherController: ScriptedController {
  override class var offset: Double { 100 }
}

/// A type that no server adds.
final class ForgottenController: ScriptedController {}

/// Rows of which every element says the step, the slot and its place: any mixture of two is seen. The tests check the same rule.
/// Exact in a Double.
enum NumberedRow {
  static func number(_ step: UInt32, slot: Int, _ index: Int) -> Double {
    Double(step) * 1_048_576 + Double(slot * 1024 + index)
  }

  static func step(_ number: Double) -> UInt32 { UInt32(number / 1_048_576) }
}

/// Rows of which every word follows from the first: any mixture of two is seen. The tests check the same rule.
enum ChecksummedRow {
  static func fill(_ row: RowCopy, _ round: UInt64) throws {
    let words = try row.field("words", as: UInt64.self)
    for index in 0..<words.count { words[index] = round &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(index) &* round }
    words[0] = round
  }
}
