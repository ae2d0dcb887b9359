import ClusterConfig
import ClusterPlan
import Glibc
import Testing

@testable import ClusterLaunch

@Suite("The launch's decisions")
struct SupervisorTests {
  @Test("server, then controllers, then the simulator once all have registered")
  func order() throws {
    var run = try SupervisedRun()
    #expect(run.handle(.launched).started == ["server"])
    #expect(run.handle(.serverReady).started == ["controller-0", "controller-1"])
    #expect(run.handle(.registered(1)).started == [])
    let actions = run.handle(.registered(2))
    #expect(actions.started == ["simulator"])
    #expect(actions.contains(.tell(.running)))
  }

  @Test("of workers that host chosen slots, and of no others, the registration is awaited")
  func chosenSlots() throws {
    var run = try SupervisedRun(
      "controllers.count=7", "controllers.per_process=2", slots: [3, 6])
    _ = run.handle(.launched)
    #expect(run.handle(.serverReady).started == ["controllers-2-3", "controller-6"])
    #expect(run.supervisor.hostedSlots == [2, 3, 6])
    #expect(run.handle(.registered(2)).started == [])
    #expect(run.handle(.registered(3)).started == ["simulator"])
  }

  @Test("without a simulator the run goes on until it is stopped")
  func noSimulator() throws {
    var run = try SupervisedRun(runsSimulator: false)
    run.untilRunning()
    #expect(run.supervisor.nextDeadline == nil)
    #expect(run.handle(.durationPassed) == [.tell(.stopping("its time has passed", isFailure: false)), .askToStop])
  }

  @Test("the simulator's end ends the run: controllers are asked, then the server closes, then it is over")
  func end() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    #expect(run.handle(.exited("simulator", .exited(0))) == [.askToStop])
    #expect(run.handle(.exited("controller-1", .exited(0))) == [])
    #expect(run.handle(.exited("controller-0", .exited(0))) == [.closeServer])
    #expect(run.handle(.exited("server", .exited(0))) == [.removeMemory, .finish(LaunchOutcome(status: 0))])
  }

  @Test(
    "the outcome is the simulator's own status",
    arguments: [(.exited(7), 7), (.signalled(SIGSEGV), 139)] as [(ProcessStatus, Int32)])
  func status(simulator: ProcessStatus, expected: Int32) throws {
    var run = try SupervisedRun()
    run.untilRunning()
    _ = run.handle(.exited("simulator", simulator))
    for name in ["controller-0", "controller-1"] { _ = run.handle(.exited(name, .exited(0))) }
    let outcome = try #require(run.handle(.exited("server", .exited(0))).outcome)
    #expect(outcome.status == expected)
    #expect(outcome.problem == "the simulator \(simulator)")
  }

  @Test("a controller that dies starts again after a back-off that doubles, up to the limit within the window")
  func restart() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    for delay in [0.1, 0.2] {
      let actions = run.handle(.exited("controller-1", .signalled(SIGKILL)))
      #expect(actions.contains(.tell(.restarting(process: "controller-1", after: delay))))
      #expect(run.supervisor.nextDeadline == run.now + delay)
      #expect(run.handle(.deadline(missing: [1]), after: delay / 2).started == [])
      #expect(run.handle(.deadline(missing: [1]), after: delay).started == ["controller-1"])
    }
    let actions = run.handle(.exited("controller-1", .signalled(SIGKILL)))
    #expect(actions.contains(.askToStop))
  }

  @Test("restarts that lie behind the window do not count")
  func window() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    for _ in 0..<10 {
      let actions = run.handle(.exited("controller-0", .signalled(SIGKILL)), after: 61)
      #expect(actions.contains(.tell(.restarting(process: "controller-0", after: 0.1))))
      #expect(run.handle(.deadline(missing: [1]), after: 0.2).started == ["controller-0"])
    }
  }

  @Test(
    "the policy says who is started again",
    arguments: [
      ("never", ProcessStatus.signalled(SIGKILL), false), ("never", .exited(1), false),
      ("on-failure", .exited(0), false),
      ("on-failure", .exited(3), true), ("always", .exited(0), true),
    ])
  func policy(_ policy: String, status: ProcessStatus, restarts: Bool) throws {
    var run = try SupervisedRun("controllers.restart.policy=\(policy)")
    run.untilRunning()
    let actions = run.handle(.exited("controller-0", status))
    #expect(actions.contains(.tell(.restarting(process: "controller-0", after: 0.1))) == restarts)
    #expect(!actions.contains(.askToStop))
  }

  @Test("a controller that gives up before it has registered ends the run with its name")
  func cannotBuild() throws {
    var run = try SupervisedRun()
    _ = run.handle(.launched)
    _ = run.handle(.serverReady)
    #expect(run.handle(.exited("controller-0", .exited(1))).contains(.askToStop))
    _ = run.handle(.exited("controller-1", .exited(0)))
    let outcome = try #require(run.handle(.exited("server", .exited(0))).outcome)
    #expect(outcome.status == 1)
    #expect(outcome.problem?.contains("controller-0") == true)
  }

  @Test(
    "a controller that is killed before it has registered is awaited only if it starts again",
    arguments: [("never", false), ("on-failure", true), ("always", true)])
  func killedWhileRegistering(policy: String, goesOn: Bool) throws {
    var run = try SupervisedRun("controllers.restart.policy=\(policy)")
    _ = run.handle(.launched)
    _ = run.handle(.serverReady)
    let actions = run.handle(.exited("controller-0", .signalled(SIGKILL)))
    #expect(actions.contains(.askToStop) == !goesOn)
    #expect(actions.contains(.tell(.restarting(process: "controller-0", after: 0.1))) == goesOn)
  }

  @Test("whatever comes while the run is being ended or has ended changes neither the outcome nor the order")
  func lateEvents() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    _ = run.handle(.exited("simulator", .exited(0)))
    #expect(run.handle(.durationPassed) == [])
    #expect(run.handle(.registered(2)).started == [])
    #expect(run.handle(.exited("controller-1", .signalled(SIGKILL))) == [])
    #expect(run.handle(.startFailed("controller-0", "no")) == [.closeServer])
    #expect(run.handle(.interrupted(signal: SIGINT)) == [])
    #expect(run.handle(.exited("server", .exited(0))).outcome == LaunchOutcome(status: 0))
    for event in [Supervisor.Event.launched, .serverReady, .serverLost, .interrupted(signal: SIGTERM)] {
      #expect(run.handle(event) == [])
    }
    #expect(run.supervisor.nextDeadline == nil)
  }

  @Test("a server that does not close is killed after its grace, and the memory removed in its place")
  func serverDoesNotClose() throws {
    var run = try SupervisedRun()
    _ = run.handle(.launched)
    #expect(run.handle(.interrupted(signal: SIGTERM)).contains(.closeServer))
    #expect(run.handle(.deadline(missing: []), after: Supervisor.closeGrace / 2) == [])
    let actions = run.handle(.deadline(missing: []), after: Supervisor.closeGrace)
    #expect(actions.signalled(SIGKILL) == ["server"])
    #expect(actions.contains(.removeMemory))
    #expect(actions.outcome == LaunchOutcome(status: 128 + SIGTERM, wasInterrupted: true))
  }

  @Test("who is missed on another host is missed by its number in the whole cluster")
  func numbersOfAHost() throws {
    let config = try Go2.load([
      "controllers.count=7", "hosts=[a, b, c]", "controllers.startup_timeout=2s",
    ]).config
    var run = SupervisedRun(try ClusterPlan(config, configText: "", host: 1))
    _ = run.handle(.launched)
    #expect(run.handle(.serverReady).started == ["controller-3", "controller-4"])
    _ = run.handle(.registered(1))
    _ = run.handle(.deadline(missing: [1]), after: 2.1)
    for name in ["controller-3", "controller-4"] { _ = run.handle(.exited(name, .signalled(SIGTERM))) }
    let outcome = try #require(run.handle(.exited("server", .exited(0))).outcome)
    #expect(outcome.problem == "only 1 of 2 controllers registered within startup_timeout (2.0 s); missing: 4")
  }

  @Test("startup_timeout ends a run whose controllers do not all register")
  func startupTimeout() throws {
    var run = try SupervisedRun("controllers.startup_timeout=2s")
    _ = run.handle(.launched)
    _ = run.handle(.serverReady)
    _ = run.handle(.registered(1))
    #expect(run.handle(.deadline(missing: [1]), after: 1.9) == [])
    #expect(run.handle(.deadline(missing: [1]), after: 0.2).contains(.askToStop))
    for name in ["controller-0", "controller-1"] { _ = run.handle(.exited(name, .signalled(SIGTERM))) }
    let outcome = try #require(run.handle(.exited("server", .exited(0))).outcome)
    #expect(outcome.problem == "only 1 of 2 controllers registered within startup_timeout (2.0 s); missing: 1")
  }

  @Test("who does not end when asked is terminated, then killed")
  func escalation() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    _ = run.handle(.exited("simulator", .exited(0)))
    #expect(
      run.handle(.deadline(missing: [1]), after: Supervisor.grace).signalled(SIGTERM) == [
        "controller-1", "controller-0",
      ])
    #expect(
      run.handle(.deadline(missing: [1]), after: Supervisor.grace).signalled(SIGKILL) == [
        "controller-1", "controller-0",
      ])
    #expect(run.handle(.exited("controller-0", .signalled(SIGKILL))) == [])
    #expect(run.handle(.exited("controller-1", .signalled(SIGKILL))) == [.closeServer])
    #expect(run.handle(.deadline(missing: [1]), after: Supervisor.closeGrace).outcome?.status == 0)
  }

  @Test("one interrupt ends the run in order with 128 + n, the second one kills")
  func interrupt() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    #expect(
      run.handle(.interrupted(signal: SIGINT)) == [.tell(.stopping("SIGINT received", isFailure: false)), .askToStop])
    let all = ["simulator", "controller-1", "controller-0"]
    #expect(run.handle(.interrupted(signal: SIGINT)).signalled(SIGKILL) == all)
    for name in all { _ = run.handle(.exited(name, .signalled(SIGKILL))) }
    #expect(run.handle(.exited("server", .exited(0))).outcome?.status == 130)
  }

  @Test("a controller that awaits its restart is not started once the run is being ended")
  func noRestartWhileStopping() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    _ = run.handle(.exited("controller-0", .signalled(SIGKILL)))
    _ = run.handle(.interrupted(signal: SIGTERM))
    #expect(run.handle(.deadline(missing: [1]), after: 1).started == [])
  }

  @Test("the server's death kills all the rest at once, and the launcher removes the memory in its place")
  func serverDies() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    let actions = run.handle(.exited("server", .signalled(SIGKILL)))
    #expect(actions.signalled(SIGKILL) == ["simulator", "controller-1", "controller-0"])
    #expect(actions.contains(.removeMemory))
    #expect(run.handle(.serverLost) == [])
    for name in ["simulator", "controller-1"] { #expect(run.handle(.exited(name, .signalled(SIGKILL))).outcome == nil) }
    let outcome = try #require(run.handle(.exited("controller-0", .signalled(SIGKILL))).outcome)
    #expect(outcome == LaunchOutcome(status: 1, problem: "the server is gone: it was killed by SIGKILL"))
  }

  @Test(
    "a server that dies while the run is being ended changes nothing of what the run came to", arguments: [true, false])
  func serverDiesWhileStopping(interrupted: Bool) throws {
    var run = try SupervisedRun()
    run.untilRunning()
    _ = run.handle(interrupted ? .interrupted(signal: SIGINT) : .exited("simulator", .exited(0)))
    let actions = run.handle(.serverLost)
    let left = (interrupted ? ["simulator"] : []) + ["controller-1", "controller-0"]
    #expect(actions.signalled(SIGKILL) == left)
    #expect(actions.contains(.removeMemory))
    for name in left.dropLast() { #expect(run.handle(.exited(name, .signalled(SIGKILL))).outcome == nil) }
    let outcome = try #require(run.handle(.exited("controller-0", .signalled(SIGKILL))).outcome)
    #expect(outcome == (interrupted ? LaunchOutcome(status: 130, wasInterrupted: true) : LaunchOutcome(status: 0)))
  }

  @Test("a server that does not come up in time ends the run")
  func serverIsLate() throws {
    var run = try SupervisedRun("controllers.startup_timeout=2s")
    _ = run.handle(.launched)
    #expect(run.handle(.deadline(missing: []), after: 1.9) == [])
    let problem = "the server has not made the memory ready within startup_timeout (2.0 s)"
    #expect(
      run.handle(.deadline(missing: []), after: 0.2)
        == [.tell(.stopping(problem, isFailure: true)), .askToStop, .closeServer])
    #expect(try #require(run.handle(.exited("server", .exited(0))).outcome).status == 1)
  }

  @Test("a server that cannot start ends the run with its reason, and nothing else is started")
  func serverFails() throws {
    var run = try SupervisedRun()
    _ = run.handle(.launched)
    #expect(run.handle(.serverFailed("it is taken")).started == [])
    let outcome = try #require(run.handle(.exited("server", .exited(1))).outcome)
    #expect(outcome == LaunchOutcome(status: 1, problem: "it is taken"))
  }

  @Test("a program that cannot be started ends the run with its name")
  func startFails() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    let actions = run.handle(.startFailed("simulator", "start './sim': No such file or directory"))
    #expect(actions.contains(.askToStop))
    for name in ["controller-0", "controller-1"] { _ = run.handle(.exited(name, .exited(0))) }
    let outcome = try #require(run.handle(.exited("server", .exited(0))).outcome)
    #expect(outcome.problem == "simulator: start './sim': No such file or directory")
  }

  @Test("when none of the controllers can be started, the run ends all the same")
  func nothingStarts() throws {
    var run = try SupervisedRun()
    _ = run.handle(.launched)
    _ = run.handle(.serverReady)
    #expect(run.handle(.startFailed("controller-0", "no")).contains(.askToStop))
    #expect(run.handle(.startFailed("controller-1", "no")) == [.closeServer])
  }
}
