import Glibc

/// Every decision of a sweep, and no system call: what happens goes in, actions come out. ``SweepRunner`` carries them out.
struct SweepSchedule {
  enum Action: Equatable {
    /// The index of a point.
    case start(Int)
    case signal(Int32, [Int])
    /// With the sweep's exit status.
    case finish(Int32)
  }

  private(set) var states: [SweepPoint.State]
  private let jobs: Int
  private let failsFast: Bool
  /// The first signal to the sweep.
  private var interruption: Int32?
  private var signalled: Set<Int> = []

  /// - Parameter states: `.done` for what is kept of an earlier sweep, `.notRun` for what is to be run.
  init(_ states: [SweepPoint.State], jobs: Int, failsFast: Bool) {
    (self.states, self.jobs, self.failsFast) = (states, jobs, failsFast)
  }

  private var running: [Int] { states.indices.filter { states[$0] == .running } }

  mutating func begin() -> [Action] { goOn() }

  /// - Parameter status: the point's exit status.
  mutating func ended(_ index: Int, status: Int32) -> [Action] {
    // What was told to end and ended well all the same had reached its end.
    states[index] = status == 0 ? .done : signalled.contains(index) ? .interrupted : .failed
    return goOn()
  }

  /// A signal to the sweep: the running points get it too. Each of them ends in order at the first, at once at the second.
  mutating func interrupted(signal: Int32) -> [Action] {
    interruption = interruption ?? signal
    signalled.formUnion(running)
    return (running.isEmpty ? [] : [.signal(signal, running)]) + goOn()
  }

  private mutating func goOn() -> [Action] {
    // Like `make`: after a failure those that run go on, since their time would be lost.
    let stops = interruption != nil || failsFast && states.contains(.failed)
    var actions: [Action] = []
    if !stops {
      for index in states.indices.filter({ states[$0] == .notRun }).prefix(max(0, jobs - running.count)) {
        states[index] = .running
        actions.append(.start(index))
      }
    }
    guard running.isEmpty else { return actions }
    return actions + [.finish(interruption.map { 128 + $0 } ?? (states.allSatisfy { $0 == .done } ? 0 : 1))]
  }
}
