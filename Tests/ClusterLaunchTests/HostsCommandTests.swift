import ClusterConfig
import ControlCluster
import Testing

@testable import ClusterLaunch

@Suite("How mpirun is started, and what it says")
struct HostsCommandTests {
  private static let shares = [("a", 0, 4), ("b", 4, 4), ("c", 8, 4)].map {
    HostShare(name: $0.0, first: $0.1, count: $0.2)
  }

  private static func command(
    _ hosts: ClusterConfig.Hosts, _ change: (inout HostsCommand.Site) -> Void = { _ in }
  ) -> HostsCommand {
    var site = HostsCommand.Site(
      mpirun: "/usr/bin/mpirun", launcher: "/opt/ccluster", agent: "/opt/ccluster-agent", name: "go2")
    change(&site)
    return HostsCommand(hosts, shares, config: "name: go2\n", site: site)
  }

  @Test("rank 0 is the agent at the head, and each other host has a launcher")
  func ranks() {
    #expect(
      Self.command(ThreeHosts.hosts()).arguments == [
        "/usr/bin/mpirun", "--bind-to", "none", "--tag-output", "--stdin", "all", "--mca", "oob_tcp_keepalive_time",
        "2",
        "--mca", "oob_tcp_keepalive_intvl", "1", "--mca", "oob_tcp_keepalive_probes", "3", "--mca",
        "btl_tcp_eager_limit",
        "1048576", "--mca", "mpi_event_tick_rate", "1", "-np", "1", "--host", "a:1", "/opt/ccluster-agent", ":", "-np",
        "2", "--host", "b:1,c:1", "--map-by",
        "ppr:1:node", "-x", "CCLUSTER_HOST_OF", "-x", "CCLUSTER_HOST_CONFIG", "-x", "CCLUSTER_HOST_CONFIG_0",
        "/opt/ccluster", "host",
      ])
  }

  @Test("root, Slurm, a run that goes on, arguments of the config and variables have their words")
  func words() {
    let command = Self.command(ThreeHosts.hosts(lost: .continue, mpirun: ["-x", "OWN", "--mca", "btl", "tcp,self"])) {
      ($0.isRoot, $0.isSlurm, $0.isOutside, $0.inherited) = (true, true, true, [("PATH", "/bin")])
    }
    let words = command.arguments.joined(separator: " ")
    for word in [
      "--allow-run-as-root", "--oversubscribe", "--mca ras ^slurm", "--enable-recovery", "-x PATH",
      "-x OWN --mca btl tcp,self -np 1",
      "-x OWN /opt/ccluster host",
    ] { #expect(words.contains(word)) }
    #expect(command.environment.first { $0.name == "PATH" }?.value == "/bin")
    #expect(command.environment.contains { $0 == ("SLURM_EXPORT_ENV", "ALL") })
  }

  /// As Open MPI 4.1.4 has printed it.
  private static func read(_ text: String) -> [MPIChatter.Finding] {
    var chatter = MPIChatter()
    return text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { chatter.read(String($0)) }
  }

  private static let rule = String(repeating: "-", count: 74)

  @Test("lines of ranks and of ssh are told, Open MPI's own are not")
  func lines() {
    #expect(
      Self.read(
        """
        [1,0]<stderr>:host b is lost: no answer for 10 s
        [1,2]<stderr>:
        ssh: Could not resolve hostname d: Name or service not known
        [a:26175] PMIX ERROR: BAD-PARAM in file ../../../src/event/pmix_event_notification.c at line 1033
        mpirun: abort is already in progress...hit ctrl-c again to forcibly terminate
        Killed

        2 total processes failed to start
        """) == [
          .line(rank: 0, "host b is lost: no answer for 10 s"), .line(rank: 2, ""),
          .other("ssh: Could not resolve hostname d: Name or service not known"),
        ])
  }

  @Test("in its frames stands which host has failed")
  func frames() {
    func framed(_ text: String) -> [MPIChatter.Finding] { Self.read("\(Self.rule)\n\(text)\n\(Self.rule)") }
    #expect(
      framed(
        """
        ORTE has lost communication with a remote daemon.

          HNP daemon   : [[47891,0],0] on node a
          Remote daemon: [[47891,0],1] on node b

        This is usually due to either a failure of the TCP network
        """) == [.daemonLost(host: "b")])
    #expect(
      framed("mpirun noticed that process rank 1 with PID 0 on node b exited on signal 9 (Killed).")
        == [.killed(rank: 1, signal: 9)])
    let refused = framed(
      """
      mpirun was unable to launch the specified application as it could not access
      or execute an executable:

      Executable: /opt/ccluster
      Node: b

      while attempting to start process rank 1.
      """)
    #expect(
      refused == [
        .failed("host b: '/opt/ccluster' cannot be started there; our programs are at the same path on all hosts")
      ])
    #expect(framed("Primary job  terminated normally, but 1 process returned\na non-zero exit code.") == [])
    #expect(
      framed("There are not enough slots available in the system to satisfy the 2\nslots.\n\nEither request fewer")
        == [.failed("mpirun: There are not enough slots available in the system to satisfy the 2 slots.")])
  }
}
