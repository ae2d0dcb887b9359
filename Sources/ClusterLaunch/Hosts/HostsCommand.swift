import ClusterConfig
import ClusterPlan
import ControlCluster

/// The `mpirun` that starts the agent at the head, rank 0, and the launchers of all other hosts, ranks 1 and up.
public struct HostsCommand: Equatable, Sendable {
  public var arguments: [String]
  /// What its ranks find in their environment, on every host.
  public var environment: [(name: String, value: String)]

  /// What a launch knows that its plan does not.
  public struct Site: Sendable {
    /// Absolute paths, which are the same on all hosts.
    public var mpirun: String
    public var launcher: String
    public var agent: String
    /// What the cluster is found by at the head.
    public var name: String
    /// Open MPI wants to hear from root that he means it.
    public var isRoot = false
    /// Whether Slurm has given the hosts, and knows what else runs on them.
    public var isSlurm = false
    /// Whether this machine is none of those: the shell of an `salloc` is where the user has logged in.
    public var isOutside = false
    /// Variables that are to be the same on all hosts.
    public var inherited: [(name: String, value: String)] = []

    public init(mpirun: String, launcher: String, agent: String, name: String) {
      (self.mpirun, self.launcher, self.agent, self.name) = (mpirun, launcher, agent, name)
    }
  }

  /// - Parameter config: the resolved one, as text.
  public init(_ hosts: ClusterConfig.Hosts, _ shares: [HostShare], config: String, site: Site) {
    let parcel = HostParcel(name: site.name, config: config)
    environment = site.inherited + parcel.environment
    // A job that was submitted with '--export=NONE' would have srun start MPI's daemons without so much as a PATH.
    if site.isSlurm { environment.append(("SLURM_EXPORT_ENV", "ALL")) }
    var arguments = [site.mpirun]
    if site.isRoot { arguments.append("--allow-run-as-root") }
    // Each host's launcher places its processes itself, and what the ranks print is told apart by tags.
    arguments += ["--bind-to", "none", "--tag-output", "--stdin", "all"]
    // The host's CPUs are Slurm's slots, of which the controllers take all: a rank that waits takes none.
    if site.isSlurm { arguments.append("--oversubscribe") }
    // Else Open MPI starts no rank outside of the allocation; srun starts its daemons all the same.
    if site.isOutside { arguments += ["--mca", "ras", "^slurm"] }
    // A host that is lost takes no other with it.
    if hosts.lost == .continue { arguments.append("--enable-recovery") }
    for (name, value) in Self.keepalive(timeout: hosts.timeout) { arguments += ["--mca", name, "\(value)"] }
    // A message of a thousand controllers' rows goes at once, without a question whether it may (bytes).
    arguments += ["--mca", "btl_tcp_eager_limit", "\(1 << 20)"]
    // How often MPI looks at its connections, µs, once it believes that it has none: after the end of one it miscounts them, and
    // each message to the hosts that are left would wait for 10 ms.
    arguments += ["--mca", "mpi_event_tick_rate", "1"]
    arguments += hosts.mpirun
    arguments += ["-np", "1", "--host", "\(shares[0].name):1", site.agent, ":"]
    let others = shares.dropFirst()
    arguments += ["-np", "\(others.count)", "--host", others.map { "\($0.name):1" }.joined(separator: ",")]
    arguments += ["--map-by", "ppr:1:node"]
    // Variables go to the ranks that they stand with, and the head's has them all.
    for (name, _) in environment { arguments += ["-x", name] }
    for (option, value) in zip(hosts.mpirun, hosts.mpirun.dropFirst()) where option == "-x" {
      arguments += [option, value]
    }
    arguments += [site.launcher, "host"]
    self.arguments = arguments
  }

  /// After how much silence Open MPI's daemons take one another for lost, s: half of the patience that the agents have, so that
  /// the daemon of a host that is cut off has ended by the time the others have given it up. Without them that takes two hours.
  private static func keepalive(timeout: Double) -> [(String, Int)] {
    func seconds(_ part: Double) -> Int { Int(min(max(1, timeout * part), 3600)) }
    return [
      ("oob_tcp_keepalive_time", seconds(0.2)), ("oob_tcp_keepalive_intvl", seconds(0.1)),
      ("oob_tcp_keepalive_probes", 3),
    ]
  }

  /// What a host's programs and their libraries are found by, and where its run is written down. Open MPI passes nothing on that
  /// it is not told to.
  public static let inheritedNames = [
    "PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "XDG_STATE_HOME",
  ]

  public static func == (one: Self, other: Self) -> Bool {
    one.arguments == other.arguments && one.environment.elementsEqual(other.environment, by: ==)
  }
}
