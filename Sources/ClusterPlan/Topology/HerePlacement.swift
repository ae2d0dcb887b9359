import ClusterConfig

/// A topology's workers bound to the cores of one machine.
public struct HerePlacement: Sendable, Equatable {
  /// The cores that a launcher may use, as it found them.
  public struct Machine: Sendable, Equatable {
    /// What the scheduler may give to a process: its affinity.
    public var cores: [Int]
    /// Kept from the scheduler (`isolcpus=`), used only by those who ask.
    public var isolated: [Int]

    public init(cores: [Int], isolated: [Int] = []) {
      self.cores = cores
      self.isolated = isolated
    }
  }

  /// One entry for each of the topology's processes; `nil`: not bound to a core.
  public let cores: [Int?]

  /// `spread` goes round the cores that the config asks for, `pin` gives each worker one of its own.
  /// - Throws: when a core that the config asks for is not here, or `pin` has fewer cores than workers.
  public init(_ topology: Topology, on machine: Machine) throws(PlacementError) {
    var cores: [Int?] = []
    var workers = 0
    for process in topology.processes {
      guard let placement = process.placement, placement.policy != .none else {
        cores.append(nil)
        continue
      }
      let candidates = try Self.candidates(placement.cores, on: machine)
      if placement.policy == .pin, workers >= candidates.count {
        throw .notEnough(workers: topology.processes.count { $0.placement?.policy == .pin }, cores: candidates.count)
      }
      cores.append(candidates[workers % candidates.count])
      workers += 1
    }
    self.cores = cores
  }

  /// Never empty.
  private static func candidates(
    _ request: ClusterConfig.Placement.Cores, on machine: Machine
  ) throws(PlacementError) -> [Int] {
    let cores: [Int]
    switch request {
    case .all: cores = machine.cores
    case .isolated: cores = machine.isolated
    case .list(let list):
      let missing = list.filter { !machine.cores.contains($0) && !machine.isolated.contains($0) }
      guard missing.isEmpty else { throw .missing(missing) }
      cores = list
    }
    guard !cores.isEmpty else { throw .none(request == .isolated ? "isolated" : "usable") }
    return cores
  }
}
