import ControlCluster
import Glibc

/// The controller of `Tests/python/interop/conformance.yaml`.
final class ConformingController: RHController {
  private let order: ControllerInput
  private let numbers: ControllerInput
  private let orientation: ControllerInput
  private let hint: ControllerInput
  private let answer: ControllerOutput
  private let answeredOrientation: ControllerOutput
  private let pair: ControllerOutput
  private let steps: ControllerOutput
  private let gain: Double
  private var count = 0

  required init(_ context: ControllerContext) throws {
    order = try context.input("stimulus", "order")
    numbers = try context.input("stimulus", "numbers")
    orientation = try context.input("stimulus", "orientation")
    hint = try context.input("hint", "pair")
    answer = try context.output("answer", "numbers")
    answeredOrientation = try context.output("answer", "orientation")
    pair = try context.output("answer", "pair")
    steps = try context.output("answer", "steps")
    gain = context.parameters["gain"]?.number ?? 0
    try super.init(context)
  }

  override func solve() throws {
    if order[0] == 1 { throw ClusterError.failed("as ordered") }
    if order[0] == 3 { kill(getpid(), SIGKILL) }
    while order[0] == 2 { usleep(1000) }
    for joint in 0..<answer.count { answer[joint] = gain * numbers[joint] + Double(context.index) }
    for element in 0..<4 { answeredOrientation[element] = orientation[element] }
    for element in 0..<2 { pair[element] = hint[element] }
    count += 1
    steps[0] = Double(count)
  }

  override func reset() { count = 0 }
}

/// The client of it, which prints what it sees.
struct ConformingClient {
  private let client: ControlClusterClient
  private let order: ColumnView<Int32>
  private let numbers: ColumnView<Double>
  private let orientation: ColumnView<Float>
  private let hints: [(row: RowCopy, pair: RowField<Double>)]
  private let answers: [RowCopy]
  private var step = 0

  static func run() throws {
    var script = try ConformingClient(ControlClusterClient.fromEnvironment())
    try script.run()
  }

  private init(_ client: ControlClusterClient) throws {
    self.client = client
    order = try client.columns("stimulus", "order")
    numbers = try client.columns("stimulus", "numbers")
    orientation = try client.columns("stimulus", "orientation")
    hints = try (0..<client.cluster.controllers.count).map {
      let row = try client.row("hint", of: $0)
      return (row, try row.field("pair"))
    }
    answers = try (0..<client.cluster.controllers.count).map { try client.row("answer", of: $0) }
  }

  private mutating func run() throws {
    for _ in 0..<3 { try tell("plain", solve()) }
    order[1, 0] = 1
    try tell("failing", solve())
    order[1, 0] = 0
    try tell("failed", solve())
    try tell("reset", client.reset([1]))
    try tell("after-reset", solve())
    try client.deactivate([2])
    try tell("deactivated", solve())
    try client.activate([2])
    try tell("activated", solve())
    order[0, 0] = 2
    try tell("late", solve(0.2))
    try tell("still-late", solve())
    order[0, 0] = 0
    try goOnOnceAllTakePart(at: 50)
    try tell("caught-up", solve())
    try fill()
    try client.trigger()
    while true {
      guard let report = try client.wait(slice: 0) else { continue }
      tell("in-slices", report)
      break
    }
    order[2, 0] = 3
    let killed = try solve()
    order[2, 0] = 0
    tell("killed", killed)
    try goOnOnceAllTakePart(at: 100)
    try tell("restarted", solve())
    client.detach()
  }

  private mutating func fill() throws {
    step += 1
    for slot in 0..<order.rows {
      for joint in 0..<3 { numbers[slot, joint] = Double(100 * step + 10 * slot + joint) }
      for (index, value) in [Float(step), Float(slot), 1, 2].enumerated() { orientation[slot, index] = value }
      hints[slot].pair[0] = Double(step)
      hints[slot].pair[1] = Double(slot)
      try hints[slot].row.write()
    }
  }

  private mutating func solve(_ timeout: Double? = nil) throws -> StepReport {
    try fill()
    return try client.solve(timeout: timeout)
  }

  /// How many steps that takes is a matter of time, so that all count and number them anew behind it.
  private mutating func goOnOnceAllTakePart(at step: Int) throws {
    while try solve().participants < order.rows { usleep(1000) }
    try client.reset()
    self.step = step
  }

  private func tell(_ label: String, _ report: StepReport) {
    var line = "\(label) \(report.participants) \(report.solved) \(report.failed) \(report.died) \(report.late)"
    for slot in 0..<order.rows {
      let contents = client.rows(of: slot)
      line += " \(client.outcome(of: slot).rawValue)/\(Self.number(of: contents))/"
      line += contents == .unfinished ? "-" : hexadecimal(slot)
    }
    print(line)
  }

  private func hexadecimal(_ slot: Int) -> String {
    answers[slot].read()
    return answers[slot].withBytes { bytes in
      bytes.reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
    }
  }

  private static func number(of contents: RowContents) -> Int {
    switch contents {
    case .solved: 0
    case .held: 1
    case .stopped: 2
    case .initial: 3
    case .unfinished: 4
    }
  }
}

/// What comes of an attempt to be the client, and what a cluster says of itself, as `Tests/python/interop/participant.c` tells it.
enum ConformanceProbe {
  static func attach(_ name: String) {
    do throws(ClusterError) {
      let client = try ControlClusterClient(on: Segment.attach(to: name, as: .simulator, patience: 100))
      print("OK \(client.segment.name)")
    } catch {
      print("\(String(describing: Mirror(reflecting: error).children.first?.label ?? "\(error)")) \(error)")
    }
  }

  static func describe(_ name: String) throws {
    let segment = try Segment.attach(to: name, as: .observer)
    let layout = segment.layout
    let hash = String(layout.hash, radix: 16)
    print("\(segment.name) \(layout.size) 0x\(String(repeating: "0", count: 16 - hash.count))\(hash)")
    for buffer in layout.buffers {
      print("\(buffer.name) \(buffer.writer) \(buffer.per) \(buffer.sync) \(buffer.rows) \(buffer.rowStride)")
      for field in buffer.fields {
        let axes = zip(field.shape, field.strides).map { "\($0)/\($1)" }
        let words = [field.name, field.elementType.name, "\(field.offset)", "'\(field.unit)'"] + axes + field.columns
        print("  " + words.joined(separator: " "))
      }
    }
  }
}
