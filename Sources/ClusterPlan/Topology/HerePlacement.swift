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

  /// One entry for each of the topology's processes: the cores that it may run on; empty: wherever the kernel likes.
  public let cores: [[Int]]

  /// `spread` leaves it to the kernel which of the asked-for cores a worker runs on, so that a busy neighbour or a second
  /// thread does not hold it up; `pin` gives each worker one of its own.
  /// - Throws: when a core that the config asks for is not here, or `pin` has fewer cores than workers.
  public init(_ topology: Topology, on machine: Machine) throws(PlacementError) {
    var cores: [[Int]] = []
    var workers = 0
    for process in topology.processes {
      guard let placement = process.placement, placement.policy != .none else {
        cores.append([])
        continue
      }
      let candidates = try Self.candidates(placement.cores, on: machine)
      if placement.policy == .pin {
        guard workers < candidates.count else {
          throw .notEnough(workers: topology.processes.count { $0.placement?.policy == .pin }, cores: candidates.count)
        }
        cores.append([candidates[workers]])
        workers += 1
      } else {
        cores.append(placement.cores == .all ? [] : candidates)
      }
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
