import ControlCluster
import Glibc

/// Writes where its role may not, as a stray pointer would: into the memory itself, past the views, which refuse.
enum Trespass {
  /// The first row of a buffer that another role writes.
  static func write(into segment: Segment, _ buffer: String, _ field: String) throws {
    try segment.columns(buffer, field, as: Float.self).withRow(0) { UnsafeMutableBufferPointer(mutating: $0)[0] = 1 }
  }
}

/// A controller of any robot: holds the homing, and once in a run, in its 20th solve, controller 1 writes into robot_state.
/// `CCLUSTER_TEST_MARK` is a file that says that this has happened.
final class TrespassingController: RHController {
  private let command: ControllerOutput
  private var solves = 0

  required init(_ context: ControllerContext) throws {
    command = try context.output("rhc_commands", "joint_position")
    try super.init(context)
  }

  override func solve() throws {
    solves += 1
    command.write(context.homing)
    guard context.index == 1, solves == 20, let mark = System.environment("CCLUSTER_TEST_MARK") else { return }
    let descriptor = open(mark, O_CREAT | O_EXCL | O_WRONLY, 0o600)
    guard descriptor >= 0 else { return }
    close(descriptor)
    let segment = try Segment.attach(to: System.environment("CCLUSTER_SEGMENT") ?? "", as: .controller)
    try Trespass.write(into: segment, "robot_state", "joint_position")
  }
}

/// A simulator that writes into rhc_commands after 50 steps.
enum TrespassingSimulator {
  static func run() throws {
    let client = try ControlClusterClient.fromEnvironment()
    for _ in 0..<50 { try client.solve() }
    try Trespass.write(into: client.segment, "rhc_commands", "joint_position")
  }
}

/// Attaches as `CCLUSTER_TEST_AS` and writes into the buffer `CCLUSTER_TEST_BUFFER`.
enum TrespassingTool {
  static func run() throws {
    let segment = try Segment.attach(
      to: System.environment("CCLUSTER_SEGMENT") ?? "",
      as: System.environment("CCLUSTER_TEST_AS") == "observer" ? .observer : .tool)
    EmbeddingServer.say("attached")
    try Trespass.write(into: segment, System.environment("CCLUSTER_TEST_BUFFER") ?? "", "joint_position")
    EmbeddingServer.say("written")
  }
}
