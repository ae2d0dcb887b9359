/// Gives a machine's cores to the processes of a cluster, one kind of them after the other.
public struct CoreAllotment: Sendable {
  private let usable: [Int]
  private let isolated: [Int]
  private var taken: Set<Int> = []

  /// - Parameters:
  ///   - usable: what the scheduler may give to a process: its affinity.
  ///   - isolated: kept from the scheduler (`isolcpus=`), used only by those who ask.
  public init(usable: [Int], isolated: [Int]) {
    self.usable = usable
    self.isolated = isolated
  }

  /// The cores that each of some processes may run on; empty: wherever the kernel likes.
  ///
  /// `spread` leaves it to the kernel which of the asked-for cores a process runs on, so that a busy neighbour or a second
  /// thread does not hold it up; `pin` gives each one of its own, which no other pinned one has.
  /// - Throws: when a core that is asked for is not here, or `pin` has fewer cores than processes.
  public mutating func cores(
    for placement: ClusterConfig.Placement, processes: Int
  ) throws(PlacementError) -> [[Int]] {
    if placement.policy == .none { return Array(repeating: [], count: processes) }
    let candidates = try candidates(placement.cores)
    guard placement.policy == .pin else {
      return Array(repeating: placement.cores == .all ? [] : candidates, count: processes)
    }
    let free = candidates.filter { !taken.contains($0) }
    guard processes <= free.count else { throw .notEnough(workers: processes, cores: free.count) }
    taken.formUnion(free.prefix(processes))
    return free.prefix(processes).map { [$0] }
  }

  /// Never empty.
  private func candidates(_ request: ClusterConfig.Placement.Cores) throws(PlacementError) -> [Int] {
    let cores: [Int]
    switch request {
    case .all: cores = usable
    case .isolated: cores = isolated
    case .list(let list):
      let missing = list.filter { !usable.contains($0) && !isolated.contains($0) }
      guard missing.isEmpty else { throw .missing(missing) }
      cores = list
    }
    guard !cores.isEmpty else { throw .none(request == .isolated ? "isolated" : "usable") }
    return cores
  }
}
