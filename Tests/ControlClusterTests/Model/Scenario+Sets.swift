@testable import ControlCluster

extension Scenario {
  fileprivate static let solves3: [StepRequest] = [.solve, .solve, .solve]

  /// Explored by every test run, whole.
  static let quick: [Scenario] = [
    Scenario(workers: 1, preemptions: 1),
    Scenario(workers: 1, script: solves3, preemptions: 0, holdsRows: false),
    Scenario(workers: 1, preemptions: 1, restarts: false, holdsRows: false),
    Scenario(workers: 1, script: [.solve, .reset, .solve], preemptions: 0),
    Scenario(workers: 1, perWorker: 2, preemptions: 0),
    Scenario(workers: 2, preemptions: 0),
    Scenario(workers: 1, preemptions: 0, registers: true, rivals: 1),
    Scenario(workers: 1, preemptions: 1, pulls: true),
    Scenario(workers: 1, perWorker: 2, preemptions: 0, pulls: true),
    Scenario(workers: 1, script: solves3, preemptions: 0, isRemote: true),
    Scenario(workers: 1, perWorker: 2, preemptions: 0, isRemote: true, holdsRows: false),
    Scenario(workers: 1, script: solves3, preemptions: 0, asks: [.deactivate], holdsRows: false),
    Scenario(workers: 1, script: solves3, preemptions: 0, asks: [.reset]),
    Scenario(workers: 1, script: solves3, preemptions: 0, pulls: true, asks: [.deactivate]),
  ]

  /// Explored by `make model`, whole: some minutes.
  static let full: [Scenario] = [
    Scenario(workers: 1, script: solves3, preemptions: 3),
    Scenario(workers: 1, script: solves3, preemptions: 1, holdsRows: false),
    Scenario(workers: 2, preemptions: 1, restarts: false, holdsRows: false),
    Scenario(workers: 1, preemptions: 1, faults: 2),
    Scenario(workers: 1, script: [.solve, .reset, .solve], preemptions: 2),
    Scenario(workers: 1, perWorker: 2, preemptions: 2),
    Scenario(workers: 1, script: [.solve, .reset, .solve], preemptions: 2, pulls: true),
    Scenario(workers: 2, perWorker: 2, preemptions: 0, pulls: true),
    Scenario(workers: 1, script: [.solve, .reset, .solve], preemptions: 2, isRemote: true),
    Scenario(workers: 1, perWorker: 2, script: solves3, preemptions: 1, isRemote: true, holdsRows: false),
    Scenario(workers: 1, preemptions: 1, faults: 2, isRemote: true),
    Scenario(workers: 1, script: solves3, preemptions: 1, isRemote: true, asks: [.deactivate], holdsRows: false),
    Scenario(workers: 1, preemptions: 2, registers: true),
    Scenario(workers: 1, preemptions: 1, registers: true, rivals: 1),
    Scenario(workers: 1, script: solves3, preemptions: 2, asks: [.deactivate]),
    Scenario(workers: 1, script: solves3, preemptions: 1, asks: [.deactivate, .activate], holdsRows: false),
    Scenario(workers: 1, script: [.solve, .reset, .solve], preemptions: 1, asks: [.reset], holdsRows: false),
    Scenario(workers: 1, script: solves3, preemptions: 0, faults: 2, asks: [.deactivate], holdsRows: false),
    Scenario(workers: 2, script: solves3, preemptions: 1),
    Scenario(workers: 2, preemptions: 2),
    Scenario(workers: 3, script: solves3, preemptions: 0),
    Scenario(workers: 3, preemptions: 1),
  ]

  /// As many of its executions as there is time for: what the issue asks for, and too much to see all of.
  static let widest = Scenario(workers: 3, script: solves3, preemptions: 3)
}

extension Defect {
  /// Where it must show, and as what.
  var shows: (scenario: Scenario, rule: String) {
    func in1(_ kinds: Scenario.Faults) -> Scenario {
      Scenario(workers: 1, preemptions: 1, kinds: kinds, faults: kinds.isEmpty ? 0 : 1, defect: self)
    }
    switch self {
    case .countsAfterWords: return (Scenario(preemptions: 1, faults: 0, defect: self), "a wake-up is lost")
    case .ringsBeforeWords: return (in1([]), "hang")
    case .settlesBlindly: return (in1(.late), "settled twice")
    case .countsAnyGeneration: return (in1([.workerStopped, .late]), "a wake-up is lost")
    case .trustsDone: return (in1(.workerKilled), "reported as solved")
    case .wakesNobody: return (in1([]), "a wake-up is lost")
    case .sleepsWithoutLook: return (in1([]), "a wake-up is lost")
    case .declaresAfterSettling:
      var scenario = in1(.workerKilled)
      scenario.restarts = false
      return (scenario, "hang")
    case .fillsBetweenSteps:
      var scenario = in1(.workerKilled)
      scenario.holdsRows = false
      return (scenario, "that the client may be reading")
    case .admitsSilently:
      var scenario = in1(.workerKilled)
      scenario.preemptions = 2
      return (scenario, "hang")
    case .ringsNoServer:
      var scenario = in1(.workerKilled)
      scenario.restarts = false
      scenario.holdsRows = false
      return (scenario, "hang")
    case .neverAvailable: return (in1(.late), "stays late")
    case .picksLate: return (in1([.workerStopped, .late]), "handed out to a slot that is late")
    case .staysActive: return (in1(.failing), "whose controller has failed is active")
    case .answersWhileRegistering: return (in1(.workerKilled), "by who has not been let in")
    case .answersAnOldLook:
      var scenario = in1(.workerKilled)
      scenario.script = [.solve]
      scenario.preemptions = 2
      return (scenario, "after its step was settled as died")
    case .claimsByAnOldLook:
      var scenario = in1(.workerKilled)
      scenario.registers = true
      scenario.rivals = 1
      return (scenario, "never let in")
    case .claimsNamelessly: return (in1(.workerKilled), "only the holder of a slot registers")
    case .takesOverSilently: return (in1(.clientReplaced), "stays late")
    case .givesUpSilently: return (in1(.all), "stays late")
    case .losesSilently:
      var scenario = in1(.losing)
      scenario.isRemote = true
      return (scenario, "waits for ever")
    case .overlooksRows, .asksSilently:
      var scenario = in1([])
      scenario.script = Scenario.solves3
      scenario.asks = [.deactivate]
      return (scenario, self == .asksSilently ? "a request is open" : "was idle before the step")
    }
  }
}
