extension ClusterConfig {
  /// Controllers of this machine, when it is the head of several or the only one.
  var controllersHere: Int { hosts?.counts(sharing: controllers.count).first ?? controllers.count }

  /// Processes that host them.
  var workersHere: Int { controllersHere == 0 ? 0 : (controllersHere - 1) / controllers.perProcess + 1 }

  /// The machines that the controllers are shared out to.
  public struct Hosts: Sendable, Equatable {
    /// What becomes of a run that loses a host.
    public enum Lost: String, Sendable, CaseIterable {
      /// It ends.
      case end
      /// It goes on, with that host's controllers dead.
      case `continue`
    }

    public struct Host: Sendable, Equatable {
      /// As MPI finds it; `localhost` is this machine.
      public var name: String
      /// Cores that it gives.
      public var slots: Int
      /// Its share in comparison with the others'; by default its slots.
      public var weight: Double
      /// Its share by number: all hosts have one, or none.
      public var controllers: Int?

      package init(name: String, slots: Int = 1, weight: Double? = nil, controllers: Int? = nil) {
        self.name = name
        self.slots = slots
        self.weight = weight ?? Double(slots)
        self.controllers = controllers
      }
    }

    /// The first one is the head: where `launch` runs, with the simulator.
    public var list: [Host]
    public var lost: Lost
    /// s of silence after which a host is lost
    public var timeout: Double
    /// Hz: how often what is new in a `latest` buffer is sent on.
    public var latestRate: Double
    /// Arguments that `mpirun` gets besides.
    public var mpirun: [String]

    package init(
      list: [Host], lost: Lost = .end, timeout: Double = 10, latestRate: Double = 50, mpirun: [String] = []
    ) {
      self.list = list
      self.lost = lost
      self.timeout = timeout
      self.latestRate = latestRate
      self.mpirun = mpirun
    }

    /// How many controllers each host of the list has: those that it names, or by weight. What is left of whole numbers goes
    /// to those with the largest remainders, and of equal ones to the first.
    public func counts(sharing total: Int) -> [Int] {
      let named = list.compactMap(\.controllers)
      if named.count == list.count { return named }
      let weights = list.map { max(0, $0.weight) }
      let sum = weights.reduce(0, +)
      // No config that was validated is without weight.
      guard sum > 0, sum.isFinite else { return [total] + [Int](repeating: 0, count: max(0, list.count - 1)) }
      let shares = weights.map { Double(total) * ($0 / sum) }
      var counts = shares.map { Int($0) }
      let byRemainder = list.indices.sorted {
        let (first, second) = (shares[$0] - Double(counts[$0]), shares[$1] - Double(counts[$1]))
        return first == second ? $0 < $1 : first > second
      }
      var left = total - counts.reduce(0, +)
      for index in byRemainder where left > 0 {
        counts[index] += 1
        left -= 1
      }
      return counts
    }
  }
}
