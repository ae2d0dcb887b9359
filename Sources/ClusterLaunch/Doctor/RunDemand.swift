import ClusterConfig
import ClusterPlan
import ControlCluster

/// What a run takes of a machine, as far as its plan says.
public struct RunDemand: Sendable, Equatable {
  /// Bytes of the shared memory.
  public var sharedMemory: Int
  /// Its object, as in /dev/shm.
  public var object: String
  /// All of the run, the launcher among them.
  public var processes: Int
  /// Of all processes: one each, and those that a controller's program is told it may start.
  public var threads: Int
  /// Threads that want a core during a step.
  public var busyThreads: Int
  /// Bytes of the built-in programs' own memory; that of others is their affair.
  public var privateMemory: Int
  /// Open at a time in the launcher, which has more than any other process.
  public var descriptors: Int
  /// What a controller's program is told.
  public var threadsPerController: Int
  /// What the config sets for controllers itself, against `threadsPerController`.
  public var contradictingVariables: [String: String]
  /// The highest real-time priority; 0 is none.
  public var realTimePriority: Int
  /// The most urgent niceness.
  public var nice: Int
  /// It keeps pace with the wall clock.
  public var isPaced: Bool
  /// It binds processes to isolated cores.
  public var usesIsolatedCores: Bool

  /// Of a process of ours, at most: the bound that DESIGN.md holds controllers to.
  static let privateMemoryOfOurs = 1 << 20  // bytes
  /// Two ends of pipes, the pidfd, and the log once it has printed something.
  private static let descriptorsPerProcess = 4
  /// Standard streams, lifeline, signals, link, keeper and memory, and those that are open while a process is started.
  private static let otherDescriptors = 32

  /// The server serves on a thread of its own, beside the main one.
  private static let serving = 1

  /// - Parameters:
  ///   - name: What it runs under; `nil` is the config's.
  ///   - startsSimulator: Whether the simulator is the launcher's.
  public init(_ plan: ClusterPlan, name: String? = nil, startsSimulator: Bool = true) {
    let config = plan.config
    let started = plan.topology.processes.filter { startsSimulator || $0.role != .simulator }
    let workers = plan.topology.workers.count
    let simulators = started.count { $0.role == .simulator }
    sharedMemory = plan.blueprint.layout.size
    object = String(SegmentName.of(name ?? config.name).dropFirst())
    // The launcher and the keeper are in no plan.
    processes = started.count + 2
    let (workerThreads, overflows) = workers.multipliedReportingOverflow(by: max(1, config.controllers.threads))
    // One that is awaited to its end has ended by then.
    let extras = started.count { $0.extra.map { $0.ready != .exited } ?? false }
    busyThreads = overflows ? .max : workerThreads + simulators + extras
    threads = overflows ? .max : workerThreads + processes - workers + Self.serving
    privateMemory =
      started.count { if case .command = $0.program { false } else { true } } * Self.privateMemoryOfOurs
    descriptors = started.count * Self.descriptorsPerProcess + Self.otherDescriptors
    threadsPerController = config.controllers.threads
    contradictingVariables = [:]
    if case .command(_, let environment, _) = config.controllers.program {
      for variable in environment where MachineFacts.threadCounts.contains(variable.name) {
        guard Int(variable.value).map({ $0 > config.controllers.threads }) ?? true else { continue }
        contradictingVariables[variable.name] = variable.value
      }
    }
    let scheduling = started.compactMap(\.scheduling)
    realTimePriority = scheduling.filter { [.fifo, .rr].contains($0.policy) }.map(\.priority).max() ?? 0
    nice = scheduling.map(\.nice).min() ?? 0
    isPaced = config.simulator.realtime && simulators > 0
    usesIsolatedCores = started.contains { $0.placement?.cores == .isolated }
  }
}

extension MachineFacts {
  /// Those of ``threadVariables`` that are numbers of threads.
  static let threadCounts = Set(threadVariables.prefix(3))
}
