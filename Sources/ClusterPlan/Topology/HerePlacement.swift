import ClusterConfig

/// A topology's processes bound to the cores of one machine.
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

  /// - Throws: when a core that the config asks for is not here, or `pin` has fewer cores than processes.
  public init(_ topology: Topology, on machine: Machine) throws(PlacementError) {
    var allotment = CoreAllotment(usable: machine.cores, isolated: machine.isolated)
    var cores: [[Int]] = []
    for role in [PlannedProcess.Role.server, .controller, .simulator] {
      // Those of a role are alike, and stand together.
      let processes = topology.processes.filter { $0.role == role }
      guard let placement = processes.first?.placement else {
        cores += Array(repeating: [], count: processes.count)
        continue
      }
      cores += try allotment.cores(for: placement, processes: processes.count)
    }
    self.cores = cores
  }
}
