@testable import ControlCluster

/// Takes snapshots without end and compares what each claims with what its rows hold: `stimulus` and `response` of a cluster
/// whose simulator is the test worker's `Stepper`.
final class SnapshotWitness: Sendable {
  struct Findings {
    var contradictions: [String] = []
    /// How often each kind of claim was made.
    var claims: [String: Int] = [:]
    /// How slots stood in snapshots of one step.
    var outcomes: [SlotStatus: Int] = [:]
  }

  private let state = Locked(Findings())
  private let isOver = Flag()

  /// Lends the findings under the lock. Handed out, they would be shared until their next change, and the thread sanitizer does
  /// not see the counts by which Swift tells.
  func withFindings<Result>(_ body: (borrowing Findings) -> Result) -> Result { state.withLock { body($0) } }

  func stop() { isOver.set() }

  func run(_ segment: Segment, of buffers: [String], within patience: Double) throws {
    let snapshot = try segment.snapshot(of: buffers)
    while !isOver.isSet {
      let moment = snapshot.take(within: patience)
      try examine(snapshot, segment, buffers, moment, claim: "\(moment)".prefix { $0 != "(" }.description)
    }
  }

  /// Follows each step that it can, and looks at it at once, or only when the next one has begun.
  func follow(_ segment: Segment, of buffers: [String], late isLate: Bool) throws {
    let snapshot = try segment.snapshot(of: buffers)
    var last: UInt32?
    while !isOver.isSet {
      let bell = segment.bell
      guard let step = snapshot.follow(after: last) else {
        segment.sleep(whileBell: bell, nanoseconds: 1_000_000)
        continue
      }
      last = step.generation
      if isLate { segment.sleep(whileBell: bell, nanoseconds: 20_000_000) }
      var progress = snapshot.collect()
      while progress == .unfinished, !isOver.isSet {
        segment.sleep(whileBell: segment.bell, nanoseconds: 50_000)
        progress = snapshot.collect()
      }
      guard progress == .whole, let moment = snapshot.moment else { continue }
      try examine(snapshot, segment, buffers, moment, claim: isLate ? "followed late" : "followed")
    }
  }

  /// Compares what a snapshot claims with what its rows hold.
  private func examine(
    _ snapshot: ClusterSnapshot, _ segment: Segment, _ buffers: [String], _ moment: SnapshotMoment, claim: String
  ) throws {
    var found: [String] = []
    var steps: Set<UInt32> = []
    for buffer in buffers {
      let columns = try snapshot.columns(buffer, "numbers", as: Double.self)
      for row in 0..<columns.rows {
        found += try check(snapshot, buffer, row, Self.content(columns, row), &steps)
      }
    }
    // The first step of a client is numbered 0 by it, in all rows.
    if let generation = moment.generation, !steps.isEmpty, steps != [generation], steps != [0] {
      found.append("rows of \(steps)")
    }
    state.withLock { findings in
      findings.contradictions += found.map { "\(claim), \(moment): \($0)" }
      findings.claims[claim, default: 0] += 1
      guard moment.generation != nil else { return }
      for slot in 0..<segment.layout.slots { findings.outcomes[snapshot.outcome(of: slot), default: 0] += 1 }
    }
  }

  private enum Content: Equatable {
    case step(UInt32), initial, mixed
  }

  private static func content(_ numbers: SnapshotColumns<Double>, _ row: Int) -> Content {
    numbers.withRow(row) { values in
      if values.allSatisfy({ $0 == 0 }) { return .initial }
      let step = UInt32(values[0] / 1_048_576)
      for (index, value) in values.enumerated() where value != Double(step) * 1_048_576 + Double(row * 1024 + index) {
        return .mixed
      }
      return .step(step)
    }
  }

  /// What is wrong with a row; `steps` gathers those that it says it is of, as a part of the step that the snapshot claims.
  private func check(
    _ snapshot: ClusterSnapshot, _ buffer: String, _ row: Int, _ content: Content, _ steps: inout Set<UInt32>
  ) throws -> [String] {
    let moment = try snapshot.moment(of: buffer, row: row)
    let place = "\(buffer) \(row), \(moment), \(snapshot.outcome(of: row)): \(content)"
    switch (moment, content) {
    case (.open, _), (.torn, _): break
    case (_, .mixed): return [place]
    case (.input, .initial): return [place]
    case (.input(let of), .step(let step)), (.answer(let of), .step(let step)):
      if step != of, step != 0 { return [place] }
    case (.answer, .initial), (.safe, _): break
    }
    guard let generation = snapshot.moment?.generation else { return [] }
    switch (buffer, snapshot.outcome(of: row), content) {
    // One that is late may answer later inputs than it was asked for, and is marked as outside the step.
    case ("response", .free, .step(let step)) where step >= generation && moment == .answer(step): return [place]
    case ("stimulus", _, .step(let step)), ("response", .solved, .step(let step)): steps.insert(step)
    case ("stimulus", _, _), ("response", .due, _): return [place]
    // A reset in the step.
    case ("response", .solved, .initial): break
    default: break
    }
    return []
  }
}
