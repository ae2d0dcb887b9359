import ControlCluster

/// `/ccluster/step`: how a step went.
enum StepMessage {
  static let topic = "/ccluster/step"
  static let definition = MessageDefinition(
    name: "ccluster/msg/Step",
    fields: [
      "std_msgs/Header header",
      "uint32 generation",
      "uint64 step",
      "uint64 missed             # steps before it that should be in the file and are not",
      "float64 previous_duration # s, of the step before",
      "uint8 request             # 0 solve, 1 reset",
      "uint8[] outcome           # 0 took no part, 2 solved, 3 failed, 4 died, 5 late",
      "uint8[] state             # 0 vacant, 1 registering, 2 idle, 3 active, 4 failed, 5 dead",
      "uint32[] incarnation",
      "uint32[] writes",
      "float32[] solve_time      # s",
      "ccluster/Failure[] failures",
    ],
    dependencies: [
      .header,
      MessageDefinition(name: "ccluster/msg/Failure", fields: ["uint32 controller", "string message"]),
    ])

  static func write(_ step: CapturedStep, stamp: UInt64, into buffer: ByteBuffer) {
    let message = CDRWriter(buffer)
    message.appendHeader(stamp: stamp)
    message.append(step.followed.generation)
    message.append(step.followed.number)
    message.append(step.missed)
    message.append(step.followed.previousDuration)
    message.append(UInt8(step.followed.isReset ? 1 : 0))
    message.append(sequence: step.outcomes) { message.append(UInt8($0.rawValue)) }
    message.append(sequence: step.figures) { message.append(UInt8($0.state.rawValue)) }
    message.append(sequence: step.figures) { message.append($0.incarnation) }
    message.append(sequence: step.figures) { message.append($0.writes) }
    message.append(sequence: step.figures) { message.append(Float($0.lastSolveNanoseconds) * 1e-9) }
    message.append(sequence: step.failures) {
      message.append(UInt32($0.controller))
      message.append($0.message)
    }
  }
}
