import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster
import Glibc

/// What `mpirun` starts on every host but the head: a launch of that host's part, told of in the environment, whose events go to
/// the head's launch instead of a terminal.
struct Host: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "host", abstract: "Runs this host's part of a cluster, for the launch on the first one.",
    shouldDisplay: false)

  func run() throws {
    guard let parcel = HostParcel(System.environment) else {
      Terminal.error.print(
        "ccluster: 'host' is what a launch over several hosts starts on the others: 'ccluster launch'")
      throw ExitCode(64)
    }
    let rank = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK"].lazy.compactMap { System.environment($0).flatMap { Int($0) } }
      .first
    Self.forgetLaunch()
    let reporter = HostReporter()
    var name = rank.map { "of rank \($0)" } ?? ThisMachine.name
    var outcome: LaunchOutcome
    do {
      let resolved = try Self.load(parcel.config)
      let shares = try ClusterPlan(resolved.config, configText: "").shares
      let index = try Self.index(in: shares, rank: rank)
      name = shares[index].name
      outcome = try Self.launch(resolved, parcel, index, reporter)
    } catch {
      // Before there is a run nobody else tells of it.
      outcome = LaunchOutcome(status: 1, problem: "\(error)")
      reporter.show(.host(name, .here(HostIdentity(pid: getpid(), directory: nil))))
      reporter.show(.ended(outcome))
    }
    if outcome.problem?.hasPrefix(ClusterDescription.Hosts.headIsLost) == true { Self.endDaemon() }
    // What has been told in full is the head's to judge; a status of its own would have mpirun end the other hosts at once.
    if !reporter.finish() { throw ExitCode(outcome.status == 0 ? 1 : outcome.status) }
  }

  /// What the environment holds of other launches is not this one's: Slurm passes on all of the head's.
  private static func forgetLaunch() {
    var names = ["NOTIFY_SOCKET"]
    var entry = environ
    while let variable = entry.pointee {
      let name = String(String(cString: variable).prefix { $0 != "=" })
      if name.hasPrefix("CCLUSTER_") { names.append(name) }
      entry += 1
    }
    for name in names { unsetenv(name) }
  }

  /// Of a host that is cut off the MPI daemon would try for a quarter of an hour to tell of this rank's end (TCP's patience with
  /// what is under way), and is of no use any more.
  private static func endDaemon() {
    let daemon = getppid()
    let name = System.contents(of: "/proc/\(daemon)/comm")?.split(separator: "\n").first
    guard let name, ["orted", "prted"].contains(name) else { return }
    // It would end this process first.
    signal(SIGTERM, SIG_IGN)
    for number in [SIGTERM, SIGKILL] {
      kill(daemon, number)
      for _ in 0..<100 where getppid() == daemon { usleep(10_000) }
    }
  }

  private static func load(_ config: String) throws -> ResolvedConfig {
    let file = "/cluster.yaml"
    let surroundings = ConfigSurroundings(searchPath: [], files: [file: Array(config.utf8)])
    do { return try ClusterConfig.load(path: file, surroundings: surroundings) } catch {
      throw ClusterError.failed("the config that the head has sent is not valid here: \(error)")
    }
  }

  /// Which of the shares is this machine's: by its name, or else by the rank.
  private static func index(in shares: [HostShare], rank: Int?) throws(ClusterError) -> Int {
    let called = shares.indices.dropFirst().filter { ThisMachine.isCalled(shares[$0].name) }
    if called.count == 1 { return called[0] }
    if let rank, shares.indices.dropFirst().contains(rank) { return rank }
    throw .failed(
      "this machine, '\(ThisMachine.name)', is none of the hosts \(shares.dropFirst().map(\.name).joined(separator: ", "))"
    )
  }

  private static func launch(
    _ resolved: ResolvedConfig, _ parcel: HostParcel, _ index: Int, _ reporter: HostReporter
  ) throws -> LaunchOutcome {
    let plan = try ClusterPlan(resolved.config, configText: parcel.config, host: index)
    let host = plan.shares[index].name
    let name = ClusterPlan.clusterName(of: parcel.name, on: host)
    let head = try Launcher.Head(host: host)
    var recorder: RunRecorder?
    var warnings: [String] = []
    do { recorder = try RunRecorder(nil, resolved, plan, name: name, files: [], point: []) } catch {
      warnings.append("\(error); its run goes on without a directory of its own")
    }
    warnings += recorder?.warnings ?? []
    reporter.show(.host(host, .here(HostIdentity(pid: getpid(), directory: recorder?.directory.path))))
    for warning in warnings { reporter.show(.warning(warning)) }
    do {
      for warning in try Preflight(resolved, plan, facts: Preflight.facts(), name: name).refusing() {
        reporter.show(.warning(warning))
      }
    } catch {
      let outcome = LaunchOutcome(status: 1, problem: "\(error)")
      try? recorder?.finish(outcome, nil)
      reporter.show(.ended(outcome))
      return outcome
    }
    var options = Launcher.Options(programs: try Programs.besideThisOne())
    options.tickInterval = 0.1
    options.name = name
    options.recorder = recorder
    options.head = head
    let launcher = try Launcher(plan, options: options, observer: reporter)
    let outcome = launcher.run()
    if launcher.isRefused { recorder?.discard() } else { try? recorder?.finish(outcome, launcher.publishedSegment) }
    launcher.letSignalsEnd()
    return outcome
  }
}
