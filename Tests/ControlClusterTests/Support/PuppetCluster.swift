@testable import ControlCluster

/// A cluster without processes: the test plays client, workers and server, an instruction at a time, over the real memory.
/// The rows of `stimulus` and `response` hold one number eight times.
final class PuppetCluster {
  let cluster: TestCluster
  /// Whose last step was `generation`.
  private(set) var generation: UInt32
  private let stimulus: RowAccess
  private let response: RowAccess

  var segment: Segment { cluster.segment }
  var control: ControlBlock { segment.control }

  init(slots: Int = 2, generation: UInt32 = 0) throws {
    cluster = try TestCluster(TestBlueprint(controllers: slots, numbered: 8), starts: false)
    self.generation = generation
    stimulus = RowAccess(cluster.segment, try cluster.segment.buffer("stimulus"))
    response = RowAccess(cluster.segment, try cluster.segment.buffer("response"))
    control.generation.store(generation)
    control.pass(to: .simulator, in: generation)
  }

  /// What the simulator does between steps.
  func writeInputs(_ number: Double) {
    for row in 0..<stimulus.buffer.rows { Self.fill(stimulus, row, number) }
  }

  /// What a controller does when it answers, and on a request: it marks its rows.
  func writeAnswer(_ slot: Int, _ number: Double) {
    segment.slot(slot).writeRows { Self.fill(response, slot, number) }
  }

  private static func fill(_ access: RowAccess, _ row: Int, _ number: Double) {
    access.row(row).assumingMemoryBound(to: Double.self).update(repeating: number, count: 8)
  }

  /// Begins the next step, with inputs that hold its number.
  func begin(_ participants: [Int]) {
    writeInputs(Double(generation &+ 1))
    pass()
    publish(participants)
  }

  func pass() {
    generation &+= 1
    control.pass(to: .controllers, in: generation)
  }

  func publish(_ participants: [Int]) {
    for slot in participants { set(slot, .due) }
    control.generation.store(generation)
  }

  func set(_ slot: Int, _ status: SlotStatus) {
    segment.slot(slot).stepBits.store(StepWord(generation, status).bits)
  }

  /// Answers with a row that holds the step's number.
  func answer(_ slot: Int) {
    writeAnswer(slot, Double(generation))
    set(slot, .solved)
  }

  func end() { control.pass(to: .simulator, in: generation) }

  func step(_ participants: [Int]) {
    begin(participants)
    for slot in participants { answer(slot) }
    end()
  }

  func snapshot(of buffers: [String] = ["stimulus", "response"]) throws -> ClusterSnapshot {
    try Segment.attach(to: cluster.name, as: .observer).snapshot(of: buffers)
  }
}
