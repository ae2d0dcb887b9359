import ControlCluster
import Glibc
import Testing

@testable import ClusterLaunch

@Suite("Requests to a run")
struct ControlRequestTests {
  @Test(
    "requests are read",
    arguments: [
      (#"{"v":1,"do":"status","more":[]}"#, .status), (#"{"v":1,"do":"stop"}"#, .stop(grace: nil)),
      (#"{"v":1,"do":"stop","grace":0}"#, .stop(grace: 0)), (#"{"v":1,"do":"restart","process":"3"}"#, .restart("3")),
      (#"{"v":1,"do":"reset","controllers":"all"}"#, .ask(.reset, controllers: nil, timeout: 10)),
      (
        #"{"v":1,"do":"activate","controllers":[2,0],"timeout":0.5}"#,
        .ask(.activate, controllers: [2, 0], timeout: 0.5)
      ),
      (#"{"v":1,"do":"deactivate","controllers":[]}"#, .ask(.deactivate, controllers: [], timeout: 10)),
    ] as [(String, ControlRequest)])
  func good(line: String, expected: ControlRequest) throws {
    #expect(try ControlRequest(JSONValue(parsing: line)) == expected)
  }

  @Test(
    "and what makes no sense is refused with its code",
    arguments: [
      ("[]", .badRequest), ("{}", .badVersion), (#"{"v":"1","do":"status"}"#, .badVersion),
      (#"{"v":1,"do":"Status"}"#, .unknownRequest), (#"{"v":1,"do":"stop","grace":"3s"}"#, .badRequest),
      (#"{"v":1,"do":"stop","grace":86401}"#, .badRequest), (#"{"v":1,"do":"reset","controllers":3}"#, .badRequest),
      (#"{"v":1,"do":"reset","controllers":[1.5]}"#, .badRequest),
      (#"{"v":1,"do":"restart","process":3}"#, .badRequest),
    ] as [(String, ControlFailure.Code)])
  func bad(line: String, code: ControlFailure.Code) throws {
    let json = try JSONValue(parsing: line)
    #expect { try ControlRequest(json) } throws: { ($0 as? ControlFailure)?.code == code }
  }

  @Test("a process that is restarted is told to end, killed when it does not, and started when it has")
  func restart() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    let actions = run.handle(.restartRequested("controller-1"))
    #expect(actions.signalled(SIGTERM) == ["controller-1"] && actions.started == [])
    #expect(run.supervisor.expectsEnd(of: "controller-1") && !run.supervisor.expectsEnd(of: "controller-0"))
    #expect(run.handle(.restartRequested("controller-1")) == [], "it is being restarted already")
    #expect(run.supervisor.nextDeadline == run.now + Supervisor.grace)
    #expect(run.handle(.deadline(missing: []), after: Supervisor.grace).signalled(SIGKILL) == ["controller-1"])
    #expect(run.handle(.exited("controller-1", .signalled(SIGKILL))).started == ["controller-1"])
    _ = run.handle(.registered(2))
    #expect(run.supervisor.nextDeadline == nil)
    // None of them was counted: the limit is 2.
    for _ in 0..<5 {
      _ = run.handle(.restartRequested("controller-1"))
      #expect(run.handle(.exited("controller-1", .signalled(SIGTERM))).started == ["controller-1"])
    }
    #expect(run.supervisor.processStates.first { $0.name == "controller-1" }?.starts == 7)
  }

  @Test("the simulator's end on request is not the run's") func restartSimulator() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    _ = run.handle(.restartRequested("simulator"))
    #expect(run.handle(.exited("simulator", .exited(3))).started == ["simulator"])
    #expect(run.handle(.exited("simulator", .exited(3))).contains(.askToStop))
  }

  @Test("one that waits to be started again is started at once; the dead one of a run without restarts, too")
  func restartDead() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    _ = run.handle(.exited("controller-0", .signalled(SIGSEGV)))
    #expect(run.handle(.restartRequested("controller-0")).started == ["controller-0"])
    _ = run.handle(.registered(2))
    #expect(run.supervisor.nextDeadline == nil)
    var never = try SupervisedRun("controllers.restart.policy=never")
    never.untilRunning()
    _ = never.handle(.exited("controller-0", .signalled(SIGSEGV)))
    #expect(never.handle(.restartRequested("controller-0")).started == ["controller-0"])
  }

  @Test("what cannot be restarted says why") func refused() throws {
    var run = try SupervisedRun()
    _ = run.handle(.launched)
    #expect(run.supervisor.refusesRestart(of: "simulator")?.contains("not been started") == true)
    #expect(run.supervisor.refusesRestart(of: "server") != nil)
    run.untilRunning()
    _ = run.handle(.restartRequested("simulator"))
    // A stop forgets it: what ends now is not started again.
    #expect(run.handle(.stopRequested(grace: 1)).contains(.askToStop))
    #expect(run.supervisor.refusesRestart(of: "controller-0") == "the run is being ended")
    #expect(run.handle(.exited("simulator", .exited(0))).started == [])
    #expect(run.supervisor.nextDeadline == run.now + 1)
  }

  @Test("a run that was stopped on request says so") func stopped() throws {
    var run = try SupervisedRun()
    run.untilRunning()
    _ = run.handle(.stopRequested(grace: nil))
    for name in ["simulator", "controller-0", "controller-1"] { _ = run.handle(.exited(name, .exited(0))) }
    let outcome = try #require(run.handle(.exited("server", .exited(0))).outcome)
    #expect(outcome.status == 143 && outcome.reason == "stop requested" && outcome.problem == nil)
  }
}
