import ControlCluster
import Glibc

/// Hands out steps without end, with orders at random, and checks every row after each of them. `soak.py` runs it, and does
/// to its cluster what it cannot do itself.
///
/// Of `simulator.parameters` it takes `report`, the file of its figures, `seed`, and `faults`, the probability that a controller
/// is given another order than to answer in a step.
final class SoakSimulator {
  let client: ControlClusterClient
  private let meddler: SoakMeddler
  let rows: SoakRows
  let onFailure: OnFailure
  private let slots: Int
  private let faults: Double
  private let reportPath: String
  private var generator: SplitMix64
  var figures = SoakFigures()
  /// What each step's rows follow from: grows from step to step, and from one simulator to the next.
  private(set) var asked = 0.0
  private(set) var before: [Before] = []
  /// What each row was when it was last checked; `nil` of one that was late then.
  var seen: [SoakRow?]
  /// As `copy` gives them: what a user would command.
  private var nonces: [Double]
  private var positions: [Double]

  struct Violation: Error { var text: String }

  init() throws {
    // Before the client, which `soak.py` waits for before it does anything to the memory.
    meddler = try SoakMeddler(seed: System.monotonicNanoseconds)
    client = try ControlClusterClient.fromEnvironment()
    rows = try SoakRows(client)
    let parameters = client.cluster.simulator.parameters
    guard let path = parameters["report"]?.string else { throw ClusterError.parameter("simulator.parameters.report") }
    reportPath = path
    faults = parameters["faults"]?.number ?? 0
    generator = SplitMix64(seed: UInt64(parameters["seed"]?.int ?? 0) &+ UInt64(getpid()))
    onFailure = client.cluster.controllers.onFailure
    slots = client.cluster.controllers.count
    seen = [SoakRow?](repeating: nil, count: slots)
    nonces = [Double](repeating: -1, count: slots)
    positions = [Double](repeating: -1, count: slots * rows.position.columns)
  }

  static func run() throws {
    let simulator = try SoakSimulator()
    do {
      try simulator.soak()
      simulator.figures.end = "its steps are done"
    } catch let violation as Violation {
      simulator.figures.violation = violation.text
    } catch let error as ClusterError {
      switch error {
      case .stopped, .serverGone: simulator.figures.end = "\(error)"
      default: simulator.figures.violation = "\(error)"
      }
    }
    try simulator.figures.write(to: simulator.reportPath)
    if let violation = simulator.figures.violation {
      EmbeddingServer.say("violation: step \(simulator.figures.steps): \(violation)")
      exit(3)
    }
  }

  private func soak() throws {
    if faults > 0 { try meddler.start() }
    let limit = client.cluster.simulator.steps
    var nextReport: UInt64 = 0
    while limit == 0 || figures.steps < limit {
      try step()
      if faults > 0, figures.steps % 32 == 0 { try recover() }
      // A look at the clock each step costs nothing beside the step.
      let now = System.monotonicNanoseconds
      if now > nextReport {
        nextReport = now + 500_000_000
        try figures.write(to: reportPath)
      }
    }
  }

  // MARK: A step

  private func step() throws {
    giveOrders()
    try look()
    let timeout = faults > 0 && chance(faults) ? Double.random(in: 0...0.01, using: &generator) : nil
    let report = try client.solve(timeout: timeout)
    figures.count(report)
    try check(report, rule(for:))
    try checkCopies()
    // Nobody is there: as long as a short step takes.
    if report.participants == 0 { usleep(200) }
  }

  private func giveOrders() {
    // µs since boot: no two simulators of a cluster use one twice.
    asked = max(asked + 1, Double(System.monotonicNanoseconds / 1000))
    for slot in 0..<slots {
      rows.nonce[slot, 0] = asked
      guard faults > 0 else { continue }
      let (order, argument) = chance(faults) ? disturbance() : (.echo, 0)
      rows.order[slot, 0] = order.rawValue
      rows.argument[slot, 0] = argument
    }
  }

  private func disturbance() -> (SoakOrder, Double) {
    let timeout = client.cluster.controllers.solveTimeout
    return switch Int.random(in: 0..<8, using: &generator) {
    case 0...2: (.fail, 0)
    case 3...4: (.sleep, Double.random(in: 0...0.005, using: &generator))
    case 5...6: (.sleep, Double.random(in: 0.5...2, using: &generator) * timeout)
    default: (.exit, 0)
    }
  }

  /// From the end of a step to the beginning of the next the client may read the rows, whatever becomes of their controllers
  /// and whatever is asked of them.
  private func look() throws {
    before.removeAll(keepingCapacity: true)
    for slot in 0..<slots {
      let status = client.segment.slotSnapshot(slot).status
      let row = rows.read(slot)
      let snapshot = client.segment.slotSnapshot(slot)
      if let seen = seen[slot], seen != row {
        throw Violation(
          text: "row \(slot) was \(seen) after step \(figures.steps), and before the next it is \(row), \(snapshot)")
      }
      before.append(Before(row: row, snapshot: snapshot, isLate: status == .late || snapshot.status == .late))
    }
  }

  private func check(_ report: StepReport, _ rule: (SlotStatus) -> Rule) throws {
    var counts = [Int](repeating: 0, count: 6)
    for slot in 0..<slots { counts[Int(client.outcome(of: slot).rawValue)] += 1 }
    let counted = [report.solved, report.failed, report.died, report.late]
    guard Array(counts[2...5]) == counted, counted.reduce(0, +) == report.participants, counts[1] == 0 else {
      throw Violation(text: "\(report) does not add up: \(counts)")
    }
    for slot in 0..<slots {
      let outcome = client.outcome(of: slot)
      if let wrong = check(slot, rule(outcome)) { throw Violation(text: wrong) }
      // Once settled, a word stays until the next step, but that a late controller comes back.
      let status = client.segment.slotSnapshot(slot).status
      guard status == outcome || outcome == .free || (outcome == .late && status == .free) else {
        throw Violation(text: "slot \(slot) was settled as \(outcome), and then as \(status)")
      }
    }
  }

  /// The rows of late controllers are substituted as `on_failure` says, and all others are what they are.
  private func checkCopies() throws {
    let (lastNonces, lastPositions) = (nonces, positions)
    try client.copy(rows.rowNonce, into: &nonces)
    try client.copy(rows.position, into: &positions)
    for slot in 0..<slots where client.outcome(of: slot) == .late && client.rows(of: slot) == .unfinished {
      let joints = slot * rows.position.columns..<(slot + 1) * rows.position.columns
      let homing = (0..<joints.count).map { rows.homing($0) }
      let nonce = onFailure == .hold ? lastNonces[slot] : 0
      let position = onFailure == .homing ? homing : Array(lastPositions[joints])
      guard nonces[slot] == nonce, Array(positions[joints]) == position else {
        // It may have come to its end between the copies.
        if client.rows(of: slot) != .unfinished { continue }
        throw Violation(text: "a late row's copy is \(nonces[slot]), \(positions[joints]), not \(nonce), \(position)")
      }
    }
  }

  // MARK: Between steps

  /// Resets those that have failed, and now and then asks for something else.
  private func recover() throws {
    let failed = (0..<slots).filter { client.state(of: $0) == .failed }
    for slot in failed where chance(0.1) { rows.order[slot, 0] = SoakOrder.failReset.rawValue }
    if !failed.isEmpty || chance(0.05) {
      let chosen = failed.isEmpty ? [Int.random(in: 0..<slots, using: &generator)] : failed
      try look()
      let report = try client.reset(chosen)
      figures.resets += report.solved
      for slot in 0..<slots where !chosen.contains(slot) {
        guard client.outcome(of: slot) == .free else { throw Violation(text: "slot \(slot) was reset unasked") }
      }
      try check(report, resetRule(for:))
    }
    for slot in 0..<slots where client.state(of: slot) == .idle {
      _ = try? client.request(.activate, [slot], timeout: 0.2)
    }
    guard chance(0.05) else { return }
    let slot = Int.random(in: 0..<slots, using: &generator)
    guard client.state(of: slot) == .active else { return }
    // Whoever is dead or suspended does not answer, and the request is withdrawn.
    try? client.request(.deactivate, [slot], timeout: 0.2)
  }

  private func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < probability }
}
