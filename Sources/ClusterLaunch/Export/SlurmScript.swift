import ClusterConfig
import ClusterPlan
import ControlCluster

/// An sbatch script that runs a cluster on one node, or on as many as its config has hosts; see sbatch(1).
public struct SlurmScript {
  public struct Options: Sendable {
    /// `nil` is the partition's.
    public var time: WallTime?
    /// Cores; `nil` is one for each thread that wants one during a step.
    public var cores: Int?
    /// Bytes that a process takes whose program is not ours.
    public var memoryOfOthers = 512 << 20

    public init() {}
  }

  public let text: String

  /// How long before its limit a run is asked to end. Slurm looks twice a minute, so less would be a matter of luck. s
  static let lead = 60
  /// Of a process of ours: its own pages, and those of programs and libraries that the first of them brings in; bytes.
  static let memoryOfOurs = 4 << 20

  /// - Parameters:
  ///   - name: What the run is called.
  ///   - origin: The command that writes this.
  public init(
    _ plan: ClusterPlan, name: String, command: LaunchCommand, origin: String, options: Options = Options()
  ) throws(ExportError) {
    if let time = options.time, time.seconds <= Self.lead {
      throw .tooShort(seconds: time.seconds, least: Self.lead)
    }
    for text in [command.executable, command.directory] + command.arguments + command.environment.map(\.value)
    where text.utf8.contains(0) {
      throw .unspeakable(text, reason: "it has a zero byte")
    }
    // All nodes are alike: each has what the most demanding host takes.
    // What could be planned for the head, with more rows, can be for the others.
    let others = plan.shares.indices.dropFirst().compactMap {
      try? ClusterPlan(plan.config, configText: plan.blueprint.config, host: $0)
    }
    let nodes = ([plan] + others).map { Node($0, name: name, memoryOfOthers: options.memoryOfOthers) }
    let node = nodes.max { $0.memory < $1.memory } ?? nodes[0]
    let cores = options.cores ?? nodes.map(\.demand.busyThreads).max() ?? 1
    var directives = ["--job-name=\(name)", "--nodes=\(nodes.count)"]
    // Open MPI starts its own one a node.
    directives += nodes.count == 1 ? ["--ntasks=1"] : ["--ntasks-per-node=1"] + Self.nodeList(plan)
    // The server is awake only when somebody comes or dies.
    directives += ["--cpus-per-task=\(cores)", "--mem=\((node.memory - 1) >> 20 + 1)M"]
    if let time = options.time { directives.append("--time=\(time.text)") }
    directives += ["--signal=B:USR1@\(Self.lead)", "--no-requeue", "--output=\(name)-%j.log"]
    let account =
      "\(Quantity.bytes(node.demand.sharedMemory)) of shared memory, \(node.ours) processes of ours of "
      + "\(Quantity.bytes(Self.memoryOfOurs))"
      + (node.others > 0 ? ", \(node.others) others of \(Quantity.bytes(options.memoryOfOthers))" : "")
    // Its own are the job's to have: those of now are of another one, or of none.
    let passed = command.environment.filter { !$0.name.hasPrefix("SLURM") }
    let variables = passed.map { "export \($0.name)=\(ShellWord.quoted($0.value))\n" }.joined()
    let arguments = command.arguments.map { " " + ShellWord.quoted($0) }.joined()
    text = """
      #!/bin/bash
      # \(String(origin.map { $0.isNewline ? " " : $0 }))
      #
      #   sbatch THIS
      #
      # Memory\(nodes.count > 1 ? " of a node" : ""): \(account). Cores: one for each thread that wants one during a step.
      \(directives.map { "#SBATCH \($0)" }.joined(separator: "\n"))

      cd \(ShellWord.quoted(command.directory)) || exit 1
      \(variables)# In place of this shell, so that Slurm's signal reaches the launcher: it ends the run in order, and writes its summary.
      exec \(ShellWord.quoted(command.executable)) launch\(arguments) --run-dir \(ShellWord.quoted("\(name)-"))"$SLURM_JOB_ID"

      """
  }

  /// Those that the config names, unless they are whatever the job gets.
  private static func nodeList(_ plan: ClusterPlan) -> [String] {
    let names = plan.shares.map(\.name)
    return names == allocated(names.count) || names.contains("localhost")
      ? [] : ["--nodelist=\(names.joined(separator: ","))"]
  }

  /// What nodes are called before there are any.
  static func allocated(_ count: Int) -> [String] { (1...max(1, count)).map { "node\($0)" } }

  /// The environment of a job with that many nodes, for the plan of one that is not there yet.
  public static func environment(ofNodes count: Int, cores: Int?) -> [(name: String, value: String)] {
    [
      ("SLURM_JOB_NODELIST", allocated(count).joined(separator: ",")), ("SLURMD_NODENAME", allocated(count)[0]),
      ("SLURM_JOB_CPUS_PER_NODE", "\(cores ?? 1)(x\(count))"),
    ]
  }

  /// What the part of a cluster on one node takes.
  private struct Node {
    var demand: RunDemand
    /// Processes of other programs, and of ours.
    var others: Int
    var ours: Int
    /// Bytes.
    var memory: Int

    init(_ plan: ClusterPlan, name: String, memoryOfOthers: Int) {
      demand = RunDemand(plan, name: name)
      others = plan.topology.processes.count { $0.program.isCommand }
      ours = demand.processes - others
      let (memoryOfThem, overflows) = others.multipliedReportingOverflow(by: memoryOfOthers)
      memory = overflows ? .max >> 1 : demand.sharedMemory + ours * SlurmScript.memoryOfOurs + memoryOfThem
    }
  }
}
