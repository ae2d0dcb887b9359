import ClusterConfig
import Glibc
import Testing

@testable import ClusterLaunch

@Suite("What becomes of a run with other hosts")
struct HostsSupervisorTests {
  private static func run(_ lost: ClusterConfig.Hosts.Lost = .end, own: Int = 4, isComplete: Bool = true) throws
    -> SupervisedRun
  {
    var run = try SupervisedRun()
    run.supervisor = Supervisor(try ThreeHosts.plan(lost: lost, own: own))
    _ = run.handle(.launched)
    _ = run.handle(.serverReady)
    if isComplete { _ = run.handle(.registered(12)) }
    return run
  }

  private static let loss = Supervisor.LostShare(host: "b", words: "host b is lost: no answer for 10 s")

  @Test("a host that is lost ends the run, which says so")
  func end() throws {
    var run = try Self.run()
    let actions = run.handle(.hostLost(Self.loss))
    #expect(actions.prefix(2) == [.tell(.stopping(Self.loss.words, isFailure: true)), .askToStop])
    #expect(actions.contains(.stopHosts))
    #expect(run.supervisor.outcome == LaunchOutcome(status: 1, problem: Self.loss.words))
    #expect(run.handle(.hostLost(.init(host: "c", words: "c"))) == [])
  }

  @Test("or it goes on without it, unless nobody is left")
  func goesOn() throws {
    var run = try Self.run(.continue, own: 0)
    #expect(run.handle(.hostLost(Self.loss)) == [.tell(.host("b", .lost(Self.loss.words)))])
    #expect(run.handle(.hostLost(Self.loss)) == [], "it is told once")
    let actions = run.handle(.hostLost(.init(host: "c", words: "host c is lost")))
    #expect(actions.contains(.askToStop))
    #expect(run.supervisor.outcome.problem == "host c is lost, and no other host is left")
  }

  @Test("the head goes on with its own")
  func alone() throws {
    var run = try Self.run(.continue)
    for host in ["b", "c"] {
      #expect(!run.handle(.hostLost(.init(host: host, words: host))).contains(.askToStop))
    }
    #expect(!run.handle(.exited("hosts", .exited(1))).contains(.askToStop))
    #expect(run.supervisor.endedSlots == Set(4..<12))
  }

  @Test("without the agent at the head the others are given up")
  func agent() throws {
    var run = try Self.run()
    #expect(run.handle(.agentLost).contains(.stopHosts))
    #expect(run.supervisor.outcome.problem == "the agent at the head is gone")
    run = try Self.run(.continue)
    let told = LaunchEvent.warning("the agent at the head is gone; the run goes on with the controllers of this host")
    #expect(run.handle(.agentLost) == [.tell(told), .signal(SIGKILL, ["hosts"])])
    #expect(run.handle(.hostLost(Self.loss)) == [], "what follows from it is not told")
    #expect(run.handle(.exited("hosts", .signalled(SIGKILL))) == [])
    run = try Self.run(.continue, own: 0)
    #expect(run.handle(.agentLost).contains(.askToStop))
  }

  @Test("a host that cannot start ends the start in any case", arguments: ClusterConfig.Hosts.Lost.allCases)
  func start(lost: ClusterConfig.Hosts.Lost) throws {
    var run = try Self.run(lost, isComplete: false)
    let words = "host b: controller-4: start './my-mpc': No such file or directory"
    #expect(run.handle(.hostLost(.init(host: "b", words: words))).contains(.askToStop))
    #expect(run.supervisor.outcome.problem == words)
  }

  @Test(
    "the end of mpirun ends the run, for the reason that is known",
    arguments: [
      ("host b: its launcher is gone", "host b: its launcher is gone"), (nil, "hosts (mpirun) was killed by SIGKILL"),
    ] as [(String?, String)])
  func mpirun(reason: String?, problem: String) throws {
    var run = try Self.run()
    #expect(run.handle(.exited("hosts", .signalled(SIGKILL), why: reason)).contains(.askToStop))
    #expect(run.supervisor.outcome.problem == problem)
  }

  @Test("who is missing at startup_timeout is named with what is known of its host")
  func missing() throws {
    var run = try Self.run(isComplete: false)
    let timeout = run.supervisor.startupTimeout
    _ = run.handle(.deadline(missing: [4, 5], about: "host b is not there"), after: timeout)
    #expect(run.supervisor.outcome.problem?.hasSuffix("missing: 4, 5 (host b is not there)") == true)
  }

  @Test("in a stop the hosts end theirs in order while the head's own are hurried")
  func patience() throws {
    var run = try Self.run()
    #expect(run.handle(.exited("simulator", .exited(0))) == [.askToStop])
    let forced = run.handle(.deadline(missing: []), after: Supervisor.grace)
    let own = (0..<4).reversed().map { "controller-\($0)" }
    #expect(forced.signalled(SIGTERM) == own)
    #expect(forced.contains(.stopHosts))
    for name in own { #expect(run.handle(.exited(name, .exited(0))) == []) }
    #expect(run.handle(.deadline(missing: []), after: Supervisor.grace) == [.stopHosts])
    let end = try #require(run.supervisor.nextDeadline)
    #expect(end > run.now + Supervisor.grace)
    #expect(run.handle(.deadline(missing: []), after: end - run.now).signalled(SIGTERM) == ["hosts"])
    #expect(run.handle(.deadline(missing: []), after: Supervisor.grace).signalled(SIGKILL) == ["hosts"])
    #expect(run.handle(.exited("hosts", .signalled(SIGKILL))) == [.closeServer])
    #expect(run.supervisor.outcome.status == 0)
  }

  @Test("a second signal waits for nobody")
  func interrupt() throws {
    var run = try Self.run()
    _ = run.handle(.interrupted(signal: SIGINT))
    #expect(run.handle(.interrupted(signal: SIGINT)).signalled(SIGKILL)?.contains("hosts") == true)
  }

  @Test("another host's run ends with its agent, and with whoever has started it")
  func other() throws {
    var run = try SupervisedRun()
    run.supervisor = Supervisor(try ThreeHosts.plan(host: 1))
    _ = run.handle(.launched)
    #expect(run.handle(.serverReady).started == ["controller-4", "controller-5", "controller-6", "controller-7"])
    #expect(run.handle(.registered(4)).started == ["agent"])
    #expect(run.supervisor.refusesRestart(of: "agent") != nil)
    var killed = run
    _ = killed.handle(.exited("agent", .signalled(SIGKILL)))
    #expect(killed.supervisor.outcome.problem == "the agent was killed by SIGKILL")
    var cut = run
    _ = cut.handle(.exited("agent", .exited(1), why: "the head is lost: no answer for 10 s"))
    #expect(cut.supervisor.outcome.problem == "the head is lost: no answer for 10 s")
    _ = run.handle(.orphaned("the MPI daemon of this host is gone"))
    #expect(run.supervisor.outcome == LaunchOutcome(status: 1, problem: "the MPI daemon of this host is gone"))
  }
}
