import ClusterConfig
import ClusterPlan
import ControlCluster

/// An sbatch script that runs a cluster on one node; see sbatch(1).
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
    if plan.shares.count > 1 { throw .severalHosts(plan.shares.count) }
    for text in [command.executable, command.directory] + command.arguments + command.environment.map(\.value)
    where text.utf8.contains(0) {
      throw .unspeakable(text, reason: "it has a zero byte")
    }
    let demand = RunDemand(plan, name: name)
    let others = plan.topology.processes.count { $0.program.isCommand }
    let ours = demand.processes - others
    let (othersMemory, overflows) = others.multipliedReportingOverflow(by: options.memoryOfOthers)
    let memory = overflows ? .max >> 1 : demand.sharedMemory + ours * Self.memoryOfOurs + othersMemory
    var directives = [
      "--job-name=\(name)", "--nodes=1", "--ntasks=1",
      // The server is awake only when somebody comes or dies.
      "--cpus-per-task=\(options.cores ?? demand.busyThreads)", "--mem=\((memory - 1) >> 20 + 1)M",
    ]
    if let time = options.time { directives.append("--time=\(time.text)") }
    directives += ["--signal=B:USR1@\(Self.lead)", "--no-requeue", "--output=\(name)-%j.log"]
    let account =
      "\(Quantity.bytes(demand.sharedMemory)) of shared memory, \(ours) processes of ours of "
      + "\(Quantity.bytes(Self.memoryOfOurs))"
      + (others > 0 ? ", \(others) others of \(Quantity.bytes(options.memoryOfOthers))" : "")
    let variables = command.environment.map { "export \($0.name)=\(ShellWord.quoted($0.value))\n" }.joined()
    let arguments = command.arguments.map { " " + ShellWord.quoted($0) }.joined()
    text = """
      #!/bin/bash
      # \(String(origin.map { $0.isNewline ? " " : $0 }))
      #
      #   sbatch THIS
      #
      # Memory: \(account). Cores: one for each thread that wants one during a step.
      \(directives.map { "#SBATCH \($0)" }.joined(separator: "\n"))

      cd \(ShellWord.quoted(command.directory)) || exit 1
      \(variables)# In place of this shell, so that Slurm's signal reaches the launcher: it ends the run in order, and writes its summary.
      exec \(ShellWord.quoted(command.executable)) launch\(arguments) --run-dir \(ShellWord.quoted("\(name)-"))"$SLURM_JOB_ID"

      """
  }
}
