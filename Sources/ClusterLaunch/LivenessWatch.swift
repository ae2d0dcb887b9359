import ControlCluster

/// Finds processes of controllers that answer nothing, by what can be seen from outside: their slots' words. It costs the step
/// nothing, and no process has to give a sign of life: one that nobody asks for anything sleeps without limit, and is well.
///
/// A process is silent once it has left a step (due or late) or a request unanswered for the timeout, and has in that time
/// answered nothing else with any of its slots; or once it has been stopped for as long.
struct LivenessWatch {
  /// What is seen of one process.
  struct Reading {
    var process: String
    /// Of its slots, in order.
    var pulses: [SlotPulse]
    var isStopped: Bool
  }

  enum Finding: Equatable {
    case silent(Silence)
    /// One that was silent has answered, or goes on.
    case heard(String)
  }

  private struct Watched {
    var pulses: [SlotPulse] = []
    /// When each slot was first seen with what it owes; `nil` when it owes nothing.
    var owedSince: [Double?] = []
    var lastAnswer = 0.0
    var stoppedSince: Double?
    var isTold = false
  }

  private let timeout: Double
  /// Time that has passed in looks: a machine that was suspended meanwhile makes nobody silent.
  private var elapsed = 0.0
  private var lastLook: Double?
  private var watched: [String: Watched] = [:]

  /// Seldom enough to cost little with a thousand processes, often enough to be a tenth of the timeout late at most, s.
  private let interval: Double

  /// The longest time that passes between two looks on a machine that runs, s.
  private static let longestTurn = 2.0

  /// - Parameter timeout: s
  init(timeout: Double) {
    self.timeout = timeout
    interval = min(max(timeout / 10, 0.1), 1)
  }

  /// Whether it is time for another look.
  func isDue(at now: Double) -> Bool { lastLook.map { now - $0 >= interval } ?? true }

  /// - Parameters:
  ///   - readings: of all processes that live and are not about to end.
  ///   - hasClient: whether somebody waits for answers: a client that died may have asked without ringing.
  ///   - now: s
  mutating func look(_ readings: [Reading], hasClient: Bool, at now: Double) -> [Finding] {
    elapsed += min(now - (lastLook ?? now), Self.longestTurn)
    lastLook = now
    let before = watched
    watched = [:]
    return readings.compactMap { reading in
      var state = before[reading.process] ?? Watched()
      defer { watched[reading.process] = state }
      return look(reading, hasClient, &state)
    }
  }

  private func look(_ reading: Reading, _ hasClient: Bool, _ state: inout Watched) -> Finding? {
    note(reading, hasClient, &state)
    let owed = state.owedSince.compactMap { $0 }.min()
    let since = [owed.map { max($0, state.lastAnswer) }, state.stoppedSince].compactMap { $0 }.min()
    guard let since, elapsed - since >= timeout else {
      guard state.isTold, owed == nil || owed! <= state.lastAnswer, !reading.isStopped else { return nil }
      state.isTold = false
      return .heard(reading.process)
    }
    if state.isTold { return nil }
    state.isTold = true
    return .silent(
      Silence(process: reading.process, seconds: elapsed - since, owes: Self.duty(reading, state.owedSince)))
  }

  private func note(_ reading: Reading, _ hasClient: Bool, _ state: inout Watched) {
    let isNew = state.pulses.count != reading.pulses.count
    if isNew { state.owedSince = Array(repeating: nil, count: reading.pulses.count) }
    for (index, pulse) in reading.pulses.enumerated() {
      let previous = isNew ? nil : state.pulses[index]
      if let previous, previous.answers != pulse.answers || previous.incarnation != pulse.incarnation {
        state.lastAnswer = elapsed
      }
      guard Self.owes(pulse, hasClient) else {
        if state.owedSince[index] != nil { state.lastAnswer = elapsed }
        state.owedSince[index] = nil
        continue
      }
      let isSame = previous.map { $0.generation == pulse.generation && $0.isAskedForMore == pulse.isAskedForMore }
      if isSame != true || state.owedSince[index] == nil { state.owedSince[index] = elapsed }
    }
    state.pulses = reading.pulses
    state.stoppedSince = reading.isStopped ? state.stoppedSince ?? elapsed : nil
  }

  private static func owes(_ pulse: SlotPulse, _ hasClient: Bool) -> Bool {
    switch pulse.state {
    case .vacant, .registering, .dead: false
    case .idle, .active, .failed:
      pulse.status == .late || pulse.status == .due && hasClient || pulse.isAskedForMore
    }
  }

  private static func duty(_ reading: Reading, _ owedSince: [Double?]) -> Silence.Duty {
    let owed = zip(reading.pulses, owedSince).filter { $0.1 != nil }.map(\.0)
    if owed.contains(where: { $0.status == .due || $0.status == .late }) { return .step }
    return owed.isEmpty ? .nothing : .request
  }
}
