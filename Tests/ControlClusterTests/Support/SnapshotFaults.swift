import Glibc

@testable import ControlCluster

/// Kills, stops and resets the processes of a stepping cluster at random moments.
struct SnapshotFaults {
  private enum Fault: CaseIterable {
    case killWorker, stopWorker, killStepper, stopStepper, reset, deactivate
  }

  private let cluster: TestCluster
  private let tool: Segment
  private var stepper: TestProcess?
  private var generator: SplitMix64
  private(set) var counts: [String: Int] = [:]

  init(_ cluster: TestCluster, seed: UInt64) throws {
    self.cluster = cluster
    tool = try Segment.attach(to: cluster.name, as: .tool)
    generator = SplitMix64(seed: seed)
  }

  /// For a while, and on until `isEnough`.
  mutating func run(seconds: Double, until isEnough: () -> Bool) throws {
    defer { stepper?.end() }
    try startStepper()
    let end = System.monotonicNanoseconds + UInt64(seconds * 1e9)
    while System.monotonicNanoseconds < end || !isEnough() {
      usleep(UInt32.random(in: 1000..<15_000, using: &generator))
      let fault = Fault.allCases.randomElement(using: &generator)!
      counts["\(fault)", default: 0] += 1
      try carryOut(fault)
      // One that was late, or whose client was replaced, has read its inputs while they were written, and has failed.
      for slot in 0..<cluster.blueprint.controllers where cluster.state(of: slot) == .failed { try ask(.reset, slot) }
    }
  }

  private mutating func carryOut(_ fault: Fault) throws {
    let slot = Int.random(in: 0..<cluster.blueprint.controllers, using: &generator)
    let worker = cluster.worker(of: slot)
    switch fault {
    case .killWorker:
      worker.end()
      try cluster.startWorker(worker.slots)
      try cluster.waitUntilRegistered(0..<cluster.blueprint.controllers)
    case .stopWorker: pause(worker)
    case .stopStepper: pause(stepper!)
    case .killStepper:
      stepper!.end()
      try startStepper()
    case .reset: try ask(.reset, slot)
    case .deactivate:
      try ask(.deactivate, slot)
      usleep(UInt32.random(in: 0..<5000, using: &generator))
      try ask(.activate, slot)
    }
  }

  private func ask(_ request: SlotRequest, _ slot: Int) throws { try tool.request(request, [slot], timeout: 10) }

  private mutating func pause(_ process: TestProcess) {
    process.signal(SIGSTOP)
    usleep(UInt32.random(in: 0..<80_000, using: &generator))
    process.signal(SIGCONT)
  }

  private mutating func startStepper() throws {
    let next = try TestProcess(.stepper, environment: [("CCLUSTER_SEGMENT", cluster.name)])
    stepper = next
    guard next.readLine() == "stepping" else { throw TimedOut(description: "the stepper does not step") }
  }
}
