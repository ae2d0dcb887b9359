import ControlCluster
import Glibc

/// Commands each joint a little further than it is, by what it remembers of where it was, and does what `controllers.parameters`
/// say when its first joint has gone far enough: what a replay must find again.
///
/// ```yaml
/// parameters:
///   seconds: 0.01                                  # that each solve takes
///   fails: {controller: 1, above: 0.2}             # throws
///   dies: {controller: 1, above: 0.2}              # ends its process
///   off: {controller: 1, above: 0.2, joint: FL_calf_joint, by: 0.001}
/// ```
final class RememberingController: RHController {
  private let position: ControllerInput
  private let command: ControllerOutput
  /// What a tool says at any time, where the config has it.
  private let shift: ControllerInput?
  private var measured: [Double]
  private var memory: [Double]

  required init(_ context: ControllerContext) throws {
    position = try context.input("robot_state", "joint_position")
    command = try context.output("rhc_commands", "joint_position")
    shift = context.hasField("goal", "shift") ? try context.input("goal", "shift") : nil
    measured = context.homing
    memory = context.homing.map { _ in 0 }
    try super.init(context)
  }

  override func solve() throws {
    if let seconds = context.parameters["seconds"]?.number { usleep(UInt32(seconds * 1e6)) }
    position.read(into: &measured)
    if applies("fails") { throw ClusterError.failed("\(context.joints[0]) is at \(measured[0])") }
    if applies("dies") { exit(3) }
    for joint in measured.indices {
      memory[joint] = 0.9 * memory[joint] + 0.01
      command[joint] = measured[joint] + memory[joint] + (shift?[0] ?? 0)
    }
    if applies("off"), let off = context.parameters["off"],
      let joint = context.joints.firstIndex(of: off["joint"]?.string ?? "")
    {
      command[joint] += off["by"]?.number ?? 0
    }
  }

  override func reset() throws { for joint in memory.indices { memory[joint] = 0 } }

  private func applies(_ what: String) -> Bool {
    guard let rule = context.parameters[what], rule["controller"]?.int == context.index else { return false }
    return measured[0] > rule["above"]?.number ?? .infinity
  }
}

/// Changes `goal.shift`, now and then.
enum ShiftingTool {
  static func run() throws {
    let row = try Segment.attach(to: System.environment("CCLUSTER_SEGMENT") ?? "", as: .tool).row("goal", of: 0)
    let shift = try row.field("shift", as: Float.self)
    while true {
      shift[0] += 0.01
      try row.write()
      usleep(200_000)
    }
  }
}
