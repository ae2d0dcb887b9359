import ControlCluster

/// A controller that reads its whole state and writes its whole command, and computes nothing between.
final class RowController: RHController {
  private let inputs: [ControllerInput]
  private let outputs: [ControllerOutput]
  private var states: [[Double]]
  private let commands: [[Double]]

  required init(_ context: ControllerContext) throws {
    let state = BenchBuffers.base + BenchBuffers.impedance
    inputs = try state.map { try context.input("robot_state", $0.name) }
    outputs = try BenchBuffers.impedance.map { try context.output("rhc_commands", $0.name) }
    states = inputs.map { [Double](repeating: 0, count: $0.count) }
    commands = outputs.map { [Double](repeating: 1, count: $0.count) }
    try super.init(context)
  }

  override func solve() {
    for index in inputs.indices { inputs[index].read(into: &states[index]) }
    for index in outputs.indices { outputs[index].write(commands[index]) }
  }
}
