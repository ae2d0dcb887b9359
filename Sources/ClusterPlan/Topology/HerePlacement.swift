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
    let processes = topology.processes
    // Workers are alike, and get theirs together.
    func indices(_ role: PlannedProcess.Role) -> [Int] { processes.indices.filter { processes[$0].role == role } }
    let groups = [indices(.server), indices(.controller), indices(.simulator)] + indices(.extra).map { [$0] }
    var cores = [[Int]](repeating: [], count: processes.count)
    for group in groups {
      guard let placement = group.first.flatMap({ processes[$0].placement }) else { continue }
      for (index, allotted) in zip(group, try allotment.cores(for: placement, processes: group.count)) {
        cores[index] = allotted
      }
    }
    self.cores = cores
  }
}
