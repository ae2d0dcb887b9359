/// What becomes of a run that loses a host.
public enum LostHost: String, Sendable, CaseIterable {
  /// It ends.
  case end
  /// It goes on, with that host's controllers dead.
  case `continue`
}

extension ClusterDescription {
  /// The hosts of a cluster that runs on several. The first one is the head, where the simulator is: its memory has the rows of
  /// all controllers. Each other one has a memory with the rows of its own share.
  public struct Hosts: Sendable, Equatable {
    /// Whose memory this is; 0 is the head's.
    public var index: Int
    /// In order; every controller is on one of them.
    public var shares: [HostShare]
    /// s of silence after which a host is lost
    public var timeout: Double
    public var lost: LostHost
    /// Hz: how often what is new in a `latest` buffer is sent on.
    public var latestRate: Double

    /// How the agent of a host begins to say that it has been cut off, in its last line.
    package static let headIsLost = "the head is lost"

    public init(index: Int, shares: [HostShare], timeout: Double, lost: LostHost, latestRate: Double) {
      self.index = index
      self.shares = shares
      self.timeout = timeout
      self.lost = lost
      self.latestRate = latestRate
    }
  }

  /// The number in the whole cluster of this memory's slot 0: people, logs and controllers count like that everywhere.
  public var firstController: Int {
    guard let hosts, hosts.index > 0, hosts.shares.indices.contains(hosts.index) else { return 0 }
    return hosts.shares[hosts.index].first
  }

  /// Controllers of the whole cluster.
  public var totalControllers: Int { hosts.map { $0.shares.reduce(0) { $0 + $1.count } } ?? controllers.count }
}
