import ControlCluster

/// A step of a recording, with all of its rows.
public struct RecordedStep: Sendable {
  /// Steps that had ended before it.
  public var number: Int
  /// By which the memory knew it.
  public var generation: UInt32
  /// Steps that should be before it and are not.
  public var missed: Int
  /// ns since 1970
  public var recordedAt: UInt64
  public var isReset: Bool
  /// One for each controller.
  public var slots: [Slot]
  /// Of those that failed.
  public var messages: [Int: String]
  public var rows: [RecordedRows] = []

  /// How one controller took part.
  public struct Slot: Sendable, Equatable {
    /// `free`: it took no part.
    public var outcome: SlotStatus
    /// When its rows were copied.
    public var state: SlotState
    /// Grows with each death of its process.
    public var incarnation: UInt32
    /// How often its rows had been written; wraps at 2^30.
    public var writes: UInt32
  }

  /// Reads a message of `/ccluster/step`.
  init(_ data: ArraySlice<UInt8>, at time: UInt64) throws(ClusterError) {
    var reader = try CDRReader(data)
    try reader.skipHeader()
    generation = try reader.number()
    let number: UInt64 = try reader.number()
    let missed: UInt64 = try reader.number()
    guard number < 1 << 62, missed <= number else { throw .failed("the step's number makes no sense") }
    (self.number, self.missed, recordedAt) = (Int(number), Int(missed), time)
    // The step's duration before it.
    _ = try reader.number(as: UInt64.self)
    isReset = try reader.number(as: UInt8.self) == 1
    let outcomes = try reader.numbers(as: UInt8.self)
    let states = try reader.numbers(as: UInt8.self)
    let incarnations = try reader.numbers(as: UInt32.self)
    let writes = try reader.numbers(as: UInt32.self)
    _ = try reader.numbers(as: UInt32.self)
    guard Set([outcomes.count, states.count, incarnations.count, writes.count]).count == 1 else {
      throw .failed("the step has not the same number of controllers everywhere")
    }
    slots = []
    for index in outcomes.indices {
      guard let outcome = SlotStatus(rawValue: UInt32(outcomes[index])),
        let state = SlotState(rawValue: UInt32(states[index]))
      else { throw .failed("controller \(index) has an outcome or a state that there is not") }
      slots.append(Slot(outcome: outcome, state: state, incarnation: incarnations[index], writes: writes[index]))
    }
    messages = [:]
    for _ in 0..<(try reader.count()) {
      let controller: UInt32 = try reader.number()
      messages[Int(controller)] = try reader.text()
    }
  }
}

extension RecordedStep {
  /// Those that took part.
  public var participants: [Int] { slots.indices.filter { slots[$0].outcome != .free } }
}
