import ArgumentParser
import ClusterLaunch
import Glibc

struct ExportSlurm: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slurm",
    abstract: "Writes an sbatch script: cores and memory from the plan, an orderly end before the time limit.",
    discussion: """
      Slurm signals the launcher a minute before the limit; it ends the run in order and writes its summary into NAME-JOB in this \
      directory. A job has one node for each of the config's hosts, or with 'hosts: slurm' as many as --nodes says.
      """)

  @OptionGroup var options: ExportOptions

  @Option(
    help: ArgumentHelp(
      "The time limit, as sbatch takes it or with a unit: 1:30:00, 2-0, 90min, 12h.", valueName: "limit"),
    transform: ExportSlurm.wallTime)
  var time: WallTime?

  @Option(
    help: ArgumentHelp(
      "Cores; by default one for each thread of the controllers, one for the simulator and each process beside them.",
      valueName: "number"))
  var cores: Int?

  @Option(
    name: .customLong("memory-per-process"),
    help: ArgumentHelp("MiB for each process that runs a program of yours.", valueName: "MiB"))
  var memoryPerProcess = 512

  @Option(help: ArgumentHelp("Nodes, for a config whose hosts are those of the allocation.", valueName: "number"))
  var nodes: Int?

  func validate() throws {
    if let nodes, !(1...10_000).contains(nodes) { throw ValidationError("--nodes takes a number from 1 on") }
    if let cores, cores < 1 { throw ValidationError("--cores takes a number from 1 on") }
    if !(1...1 << 30).contains(memoryPerProcess) {
      throw ValidationError("--memory-per-process takes a number from 1 on")
    }
  }

  private static func wallTime(_ text: String) throws -> WallTime {
    guard let time = WallTime(text) else {
      throw ValidationError("it takes a time limit such as 1:30:00, 2-12:00, 90min or 12h")
    }
    return time
  }

  func run() throws {
    var script = SlurmScript.Options()
    script.time = time
    script.cores = cores
    script.memoryOfOthers = memoryPerProcess << 20
    // The job is not there yet: the config is read as it will be in it.
    if let nodes {
      for (name, value) in SlurmScript.environment(ofNodes: nodes, cores: cores) { setenv(name, value, 1) }
    }
    try options.write("slurm") { plan, name, command, origin in
      try SlurmScript(plan, name: name, command: command, origin: origin, options: script).text
    }
  }
}
