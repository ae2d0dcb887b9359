import ClusterConfig
import Glibc
import Testing

@testable import ClusterLaunch

@Suite("The launch's decisions on processes of the config's own")
struct ExtraProcessTests {
  private static let loader = "processes.loader={command: [load], ready: exited, startup_timeout: 10s}"
  private static let policy = "processes.policy={command: [serve], ready: registered, startup_timeout: 10s}"
  private static let logger = "processes.logger={command: [log]}"

  private static func upToMemory(_ overrides: String...) throws -> (SupervisedRun, [Supervisor.Action]) {
    var run = try SupervisedRun(overrides)
    _ = run.handle(.launched)
    let actions = run.handle(.serverReady)
    return (run, actions)
  }

  @Test("one that nobody waits for starts with the memory, and holds up nobody")
  func beside() throws {
    var (run, actions) = try Self.upToMemory(Self.logger)
    #expect(actions.started == ["logger", "controller-0", "controller-1"])
    #expect(run.handle(.exited("logger", .exited(0))) == [.tell(.finished(process: "logger"))])
    #expect(run.handle(.registered(2)).started == ["simulator"])
  }

  @Test("controllers wait for the end of a loader, and have the whole startup_timeout from then on")
  func loader() throws {
    var (run, actions) = try Self.upToMemory(
      Self.loader, "controllers.after=[loader]", "controllers.startup_timeout=2s")
    #expect(actions.started == ["loader"])
    #expect(actions.contains(.tell(.awaited(process: "loader", ready: .exited, by: ["controllers"]))))
    #expect(run.handle(.deadline(missing: [0, 1]), after: 9) == [])
    actions = run.handle(.exited("loader", .exited(0)))
    #expect(actions.first == .tell(.ready(process: "loader", ready: .exited, after: 9)))
    #expect(actions.started == ["controller-0", "controller-1"])
    #expect(run.handle(.deadline(missing: [0, 1]), after: 1.9) == [])
    #expect(run.handle(.deadline(missing: [0, 1]), after: 0.2).contains(.askToStop))
  }

  @Test(
    "a loader that fails ends the launch with its reason",
    arguments: [ProcessStatus.exited(1), .signalled(SIGSEGV)])
  func loaderFails(status: ProcessStatus) throws {
    var (run, _) = try Self.upToMemory(Self.loader, "controllers.after=[loader]")
    #expect(run.handle(.exited("loader", status)).contains(.closeServer))
    let outcome = try #require(run.handle(.exited("server", .exited(0))).outcome)
    #expect(outcome.problem == "loader \(status), and controllers cannot start without it")
    #expect(outcome.status == 1)
  }

  @Test("a deadline says who is missing, what for, and who waits")
  func deadlines() throws {
    for (process, ready, waits) in [("loader", "ended", "controllers"), ("policy", "registered", "simulator")] {
      var (run, _) = try Self.upToMemory(
        Self.loader, Self.policy, "controllers.after=[loader]", "simulator.after=[policy]")
      if process == "policy" { _ = run.handle(.exited("loader", .exited(0))) }
      #expect(run.supervisor.nextDeadline == run.now + 10)
      let actions = run.handle(.deadline(missing: [0, 1]), after: 10)
      let problem =
        "\(process) has not \(ready) within its startup_timeout (10.0 s), and \(waits) cannot start without it"
      let told = actions.contains(.tell(.stopping(problem, isFailure: true)))
      // Both are over at the same time when neither has come; the first one ends the run.
      #expect(told || process == "policy" && actions.contains(.askToStop))
    }
  }

  @Test("the cluster runs, and the simulator starts, when a policy has registered and all controllers have")
  func policy() throws {
    for isFirst in [true, false] {
      var (run, actions) = try Self.upToMemory(Self.policy, "simulator.after=[policy]")
      #expect(actions.started == ["policy", "controller-0", "controller-1"])
      let events: [Supervisor.Event] =
        isFirst ? [.ready("policy"), .registered(2)] : [.registered(2), .ready("policy")]
      actions = run.handle(events[0])
      #expect(actions.started == [] && !actions.contains(.tell(.running)))
      actions = run.handle(events[1])
      #expect(actions.started == ["simulator"] && actions.contains(.tell(.running)))
      // Said again, it is no news.
      #expect(run.handle(.ready("policy")) == [])
    }
  }

  @Test("a simulator that is started by hand waits for the same")
  func byHand() throws {
    var run = try SupervisedRun(
      [Self.policy, "processes.viewer={command: [view], after: [simulator]}", "simulator.after=[policy]"],
      runsSimulator: false)
    _ = run.handle(.launched)
    #expect(
      run.handle(.serverReady).contains(.tell(.awaited(process: "policy", ready: .registered, by: ["simulator"]))))
    #expect(!run.handle(.registered(2)).contains(.tell(.running)))
    let actions = run.handle(.ready("policy"))
    #expect(actions.contains(.tell(.running)))
    #expect(actions.started == ["viewer"])
  }

  @Test("one that ends well before it has registered has failed")
  func endsUnregistered() throws {
    var (run, _) = try Self.upToMemory(Self.policy, "simulator.after=[policy]")
    let actions = run.handle(.exited("policy", .exited(0)))
    #expect(
      actions.contains(
        .tell(
          .stopping("policy ended with exit code 0, and simulator cannot start without it", isFailure: true))))
  }

  @Test("a logger that dies is told, and the run goes on; one that is required ends it")
  func logger() throws {
    var (run, _) = try Self.upToMemory(Self.logger)
    _ = run.handle(.registered(2))
    #expect(
      run.handle(.exited("logger", .signalled(SIGKILL))) == [
        .tell(.warning("logger was killed by SIGKILL; the run goes on without it"))
      ])
    #expect(run.supervisor.stage == .running)
    (run, _) = try Self.upToMemory(Self.logger, "processes.logger.required=true")
    _ = run.handle(.registered(2))
    let actions = run.handle(.exited("logger", .signalled(SIGKILL)))
    #expect(
      actions.contains(.tell(.stopping("logger was killed by SIGKILL, and the run requires it", isFailure: true))))
  }

  @Test("the restart policy is its own: back-off, limit, and then it has failed for good")
  func restarts() throws {
    var (run, _) = try Self.upToMemory(
      Self.logger, "processes.logger.restart={policy: on-failure, limit: 2, window: 60s, backoff: 100ms}")
    _ = run.handle(.registered(2))
    for delay in [0.1, 0.2] {
      #expect(
        run.handle(.exited("logger", .exited(3))) == [
          .tell(.lost(process: "logger", status: .exited(3))), .tell(.restarting(process: "logger", after: delay)),
        ])
      #expect(run.handle(.deadline(missing: []), after: delay).started == ["logger"])
    }
    #expect(
      run.handle(.exited("logger", .exited(3))) == [
        .tell(
          .warning(
            "logger ended with exit code 3, for the 3. time within 60.0 s; its restart limit is 2; the run goes on without it"
          ))
      ])
    // A user may want to try again.
    #expect(run.handle(.restartRequested("logger")).started == ["logger"])
  }

  @Test("without one that need not be there, those that wait for it go on")
  func optional() throws {
    for event in [
      Supervisor.Event.exited("loader", .exited(1)), .startFailed("loader", "no such file"),
      .deadline(missing: [0, 1]),
    ] {
      var (run, _) = try Self.upToMemory(Self.loader, "processes.loader.required=false", "controllers.after=[loader]")
      #expect(run.handle(event, after: 10).started == ["controller-0", "controller-1"])
    }
  }

  @Test("a program that cannot be started ends the run when it is required")
  func startFails() throws {
    var (run, _) = try Self.upToMemory(Self.loader, "controllers.after=[loader]")
    _ = run.handle(.startFailed("loader", "start './load': No such file or directory"))
    let outcome = try #require(run.handle(.exited("server", .exited(0))).outcome)
    #expect(
      outcome.problem
        == "loader: start './load': No such file or directory, and controllers cannot start without it")
  }

  @Test("a stop ends each one after those that had waited for it, by signal, and kills who does not go")
  func shutdown() throws {
    var (run, _) = try Self.upToMemory(
      Self.policy, Self.logger, "processes.viewer={command: [view], after: [policy]}", "controllers.after=[policy]")
    _ = run.handle(.ready("policy"))
    _ = run.handle(.registered(2))
    let began = run.now
    let actions = run.handle(.exited("simulator", .exited(0)))
    #expect(actions.contains(.askToStop))
    #expect(Set(actions.signalled(SIGTERM) ?? []) == ["viewer", "logger"])
    for name in ["controller-0", "controller-1", "logger"] { #expect(run.handle(.exited(name, .exited(0))) == []) }
    // The last one of those that wait for it.
    #expect(run.handle(.exited("viewer", .signalled(SIGTERM)), after: 2) == [.signal(SIGTERM, ["policy"])])
    #expect(run.handle(.deadline(missing: []), after: 2) == [], "it has its whole grace")
    #expect(run.handle(.deadline(missing: []), after: 1).signalled(SIGTERM) == ["policy"])
    #expect(run.handle(.deadline(missing: []), after: 3).signalled(SIGKILL) == ["policy"])
    #expect(run.handle(.exited("policy", .signalled(SIGKILL)), after: 3) == [.closeServer])
    #expect(run.now + Supervisor.closeGrace <= began + run.supervisor.stopLimit)
  }

  @Test("a user's second signal and the server's death kill them with all others")
  func kills() throws {
    for isInterrupt in [true, false] {
      var (run, _) = try Self.upToMemory(Self.logger, "controllers.after=[logger]")
      _ = run.handle(.registered(2))
      if isInterrupt { _ = run.handle(.interrupted(signal: SIGINT)) }
      let actions = run.handle(isInterrupt ? .interrupted(signal: SIGINT) : .serverLost)
      #expect(actions.signalled(SIGKILL) == ["simulator", "controller-1", "controller-0", "logger"])
    }
  }

  @Test("what 'status' says of one, from its start to its end")
  func states() throws {
    var run = try SupervisedRun(Self.policy, Self.loader, "processes.policy.after=[loader]")
    func state(_ name: String) -> String? { run.supervisor.processStates.first { $0.name == name }?.state }
    _ = run.handle(.launched)
    #expect(state("loader") == "waiting")
    _ = run.handle(.serverReady)
    #expect(state("loader") == "starting" && state("policy") == "waiting")
    _ = run.handle(.exited("loader", .exited(0)))
    #expect(state("loader") == "ended" && state("policy") == "starting")
    _ = run.handle(.ready("policy"))
    #expect(state("policy") == "running")
    _ = run.handle(.restartRequested("policy"))
    #expect(state("policy") == "restarting")
    #expect(run.handle(.exited("policy", .signalled(SIGTERM))).started == ["policy"])
    #expect(state("policy") == "starting")
  }

  // MARK: Liveness

  @Test("a silent process of controllers is told, and killed only if the config says so", arguments: [false, true])
  func silence(isKilled: Bool) throws {
    var run = try SupervisedRun("controllers.liveness.action=\(isKilled ? "restart" : "report")")
    run.untilRunning()
    let silence = Silence(process: "controller-1", seconds: 10, owes: .step)
    let told = Supervisor.Action.tell(.silent(process: "controller-1", why: silence.words, isKilled: isKilled))
    #expect(run.handle(.silent(silence)) == (isKilled ? [told, .signal(SIGKILL, ["controller-1"])] : [told]))
    guard isKilled else { return }
    let actions = run.handle(.exited("controller-1", .signalled(SIGKILL)))
    #expect(actions.contains(.tell(.restarting(process: "controller-1", after: 0.1))))
    #expect(run.handle(.silent(silence)) == [], "it is gone")
  }

  @Test("one that was started again and does not register is silent, too")
  func registration() throws {
    var run = try SupervisedRun("controllers.startup_timeout=20s")
    run.untilRunning()
    _ = run.handle(.exited("controller-1", .signalled(SIGKILL)))
    #expect(run.handle(.deadline(missing: [1]), after: 0.1).started == ["controller-1"])
    #expect(run.handle(.deadline(missing: [1]), after: 19.9) == [])
    let words = Silence(process: "controller-1", seconds: 20, owes: .registration).words
    #expect(
      run.handle(.deadline(missing: [1]), after: 0.1) == [
        .tell(.silent(process: "controller-1", why: words, isKilled: false))
      ])
    #expect(run.supervisor.nextDeadline == nil)
  }
}
