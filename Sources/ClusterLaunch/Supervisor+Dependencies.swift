import ClusterConfig
import ClusterPlan
import ControlCluster

// Who starts when: each process once those are ready that it waits for.
extension Supervisor {
  /// Starts whoever waits for nobody any more. The cluster runs once the simulator's turn has come, whoever starts it.
  mutating func startNext(_ now: Time) -> [Action] {
    var actions: [Action] = []
    while stage == .starting || stage == .running {
      let ready = readyOnes
      if stage == .starting, ready.isSuperset(of: beforeSimulator) {
        stage = .running
        actions.append(.tell(.running))
      }
      let next = processes.indices.filter {
        processes[$0].starts == 0 && !processes[$0].isAlive && ready.isSuperset(of: processes[$0].plan.dependencies)
      }
      if next.isEmpty { break }
      for index in next { actions += startFirst(index, now) }
    }
    return actions
  }

  private mutating func startFirst(_ index: Int, _ now: Time) -> [Action] {
    let actions = start(index, now)
    let process = processes[index]
    if process.plan.role == .controller { registerBy = now + startupTimeout }
    guard let extra = process.plan.extra else { return actions }
    if extra.ready == .started { processes[index].isReady = true }
    let others = waiting(for: index)
    guard extra.ready != .started, !others.isEmpty else { return actions }
    return actions + [.tell(.awaited(process: extra.name, ready: extra.ready, by: others))]
  }

  private var readyOnes: Set<PlannedProcess.Dependency> {
    var ready: Set<PlannedProcess.Dependency> = [.server]
    if isComplete { ready.insert(.controllers) }
    for process in processes where process.plan.role == .extra && (process.isReady || process.hasFailed) {
      ready.insert(process.plan.dependency)
    }
    let isSimulatorsTurn = index(ofRole: .simulator).map { processes[$0].starts > 0 }
    if isSimulatorsTurn ?? ready.isSuperset(of: beforeSimulator) { ready.insert(.simulator) }
    return ready
  }

  /// Those that are not started yet because they wait for it, as the config names them.
  private func waiting(for index: Int) -> [String] {
    let dependency = processes[index].plan.dependency
    var names = processes.filter { $0.starts == 0 && $0.plan.dependencies.contains(dependency) }.map(\.plan.dependency)
    if self.index(ofRole: .simulator) == nil, stage == .starting, beforeSimulator.contains(dependency) {
      names.append(.simulator)
    }
    return names.map(\.description).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  // MARK: Readiness

  /// When a process that starts now is to be ready; `nil` when nobody looks.
  func readyBy(_ index: Int, _ now: Time) -> Time? {
    let plan = processes[index].plan
    switch plan.role {
    case .extra: return plan.extra.flatMap { $0.ready == .started ? nil : now + $0.startupTimeout }
    // The first time all of them are awaited together.
    case .controller: return isComplete ? now + startupTimeout : nil
    case .server, .simulator: return nil
    }
  }

  /// What the process has said, or its end.
  mutating func becomeReady(_ index: Int, _ now: Time) -> [Action] {
    guard processes[index].readyBy != nil, !isStopping else { return [] }
    processes[index].readyBy = nil
    processes[index].isReady = true
    let process = processes[index]
    let told = LaunchEvent.ready(
      process: process.plan.name, ready: process.plan.extra?.ready ?? .started, after: now - process.startedAt)
    return [.tell(told)] + startNext(now)
  }

  mutating func checkReadiness(_ now: Time, _ missing: [Int], _ about: String?) -> [Action] {
    var actions: [Action] = []
    for index in processes.indices {
      guard let time = processes[index].readyBy, time <= now else { continue }
      processes[index].readyBy = nil
      actions += isLate(index, now, missing)
    }
    guard let time = registerBy, time <= now else { return actions }
    registerBy = nil
    let names = missing.prefix(8).map { String(numbers[$0]) }.joined(separator: ", ") + (missing.count > 8 ? ", …" : "")
    let problem =
      "only \(registered) of \(controllerCount) controllers registered within startup_timeout (\(startupTimeout) s); "
      + "missing: \(names)" + (about.map { " (\($0))" } ?? "")
    return actions + stop(LaunchOutcome(status: 1, problem: problem), now)
  }

  private mutating func isLate(_ index: Int, _ now: Time, _ missing: [Int]) -> [Action] {
    let plan = processes[index].plan
    guard let extra = plan.extra else {
      guard missing.contains(where: plan.slots.contains) else { return [] }
      return silent(Silence(process: plan.name, seconds: startupTimeout, owes: .registration), now)
    }
    let lacks = extra.ready == .exited ? "has not ended" : "has not registered"
    return fail(index, "\(plan.name) \(lacks) within its startup_timeout (\(extra.startupTimeout) s)", now)
  }

  // MARK: Ends

  /// One of the config's own has ended.
  mutating func extraEnded(_ index: Int, _ status: ProcessStatus, _ now: Time) -> [Action] {
    guard let extra = processes[index].plan.extra else { return [] }
    let isGood = status.isSuccess && (extra.ready == .exited || processes[index].isReady)
    var actions: [Action] = []
    if isGood {
      let wasAwaited = extra.ready == .exited && processes[index].readyBy != nil
      actions += wasAwaited ? becomeReady(index, now) : [.tell(.finished(process: extra.name))]
    }
    processes[index].readyBy = nil
    let wanted = extra.restart.policy == .always || extra.restart.policy == .onFailure && !isGood
    guard wanted || !isGood else { return actions }
    var problem = "\(extra.name) \(status)"
    if wanted {
      if let delay = processes[index].restarts.next(extra.restart, at: now) {
        if !isGood { actions.append(.tell(.lost(process: extra.name, status: status))) }
        processes[index].startAgainAt = now + delay
        return actions + [.tell(.restarting(process: extra.name, after: delay))]
      }
      problem += overLimit(extra.restart)
    }
    return actions + fail(index, problem, now)
  }

  func overLimit(_ restart: ClusterConfig.Restart) -> String {
    ", for the \(restart.limit + 1). time within \(restart.window) s; its restart limit is \(restart.limit)"
  }

  /// One of the config's own has failed for good.
  mutating func fail(_ index: Int, _ problem: String, _ now: Time) -> [Action] {
    let others = waiting(for: index)
    processes[index].hasFailed = true
    guard processes[index].plan.extra?.required == true else {
      return [.tell(.warning("\(problem); the run goes on without it"))] + startNext(now)
    }
    let toll = others.isEmpty ? "the run requires it" : "\(others.joined(separator: ", ")) cannot start without it"
    return stop(LaunchOutcome(status: 1, problem: "\(problem), and \(toll)"), now)
  }
}
