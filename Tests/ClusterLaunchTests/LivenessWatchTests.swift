import ClusterConfig
import ControlCluster
import Testing

@testable import ClusterLaunch

@Suite("Liveness")
struct LivenessWatchTests {
  /// One process, looked at every tenth of a second.
  private struct Look {
    var watch = LivenessWatch(timeout: 5)
    var now = 100.0
    var pulses: [SlotPulse]
    var isStopped = false
    var hasClient = true

    init(slots: Int = 1) { pulses = Array(repeating: SlotPulse(), count: slots) }

    mutating func after(_ seconds: Double, each turn: Double = 0.1) -> [LivenessWatch.Finding] {
      var findings: [LivenessWatch.Finding] = []
      for _ in 0..<Int((seconds / turn).rounded()) {
        now += turn
        findings += watch.look(
          [.init(process: "worker", pulses: pulses, isStopped: isStopped)], hasClient: hasClient, at: now)
      }
      return findings
    }
  }

  private static func duties(_ findings: [LivenessWatch.Finding]) -> [Silence.Duty] {
    findings.map { if case .silent(let silence) = $0 { silence.owes } else { fatalError("\($0)") } }
  }

  @Test("who is asked for nothing is well for ever")
  func idle() {
    var look = Look()
    #expect(look.after(1000).isEmpty)
    for state in [SlotState.vacant, .registering, .dead] {
      look.pulses[0] = SlotPulse(generation: 3, status: .late, state: state, isAskedForMore: true)
      #expect(look.after(100).isEmpty)
    }
  }

  @Test(
    "who leaves a step or a request unanswered is told once, after the timeout and not before",
    arguments: [
      (SlotPulse(generation: 3, status: .due), Silence.Duty.step), (SlotPulse(generation: 3, status: .late), .step),
      (SlotPulse(state: .idle, isAskedForMore: true), .request),
    ])
  func silence(pulse: SlotPulse, duty: Silence.Duty) {
    var look = Look()
    #expect(look.after(50).isEmpty)
    look.pulses[0] = pulse
    #expect(look.after(4.9).isEmpty)
    #expect(Self.duties(look.after(0.3)) == [duty])
    #expect(look.after(100).isEmpty)
    look.pulses[0] = SlotPulse(generation: 4, status: .solved, answers: 1)
    #expect(look.after(0.1) == [.heard("worker")])
    #expect(look.after(100).isEmpty)
  }

  @Test("a step that becomes late has been unanswered since it was due")
  func dueThenLate() {
    var look = Look()
    look.pulses[0] = SlotPulse(generation: 3, status: .due)
    #expect(look.after(3).isEmpty)
    look.pulses[0].status = .late
    #expect(look.after(1.9).isEmpty)
    #expect(Self.duties(look.after(0.3)) == [.step])
  }

  @Test("a process that answers with one of its slots is at work on the others")
  func progress() {
    var look = Look(slots: 3)
    for index in 0..<3 { look.pulses[index] = SlotPulse(generation: 3, status: .due) }
    for index in 0..<2 {
      #expect(look.after(4.5).isEmpty)
      look.pulses[index] = SlotPulse(generation: 3, status: .solved, answers: 1)
    }
    #expect(look.after(4.9).isEmpty)
    #expect(Self.duties(look.after(0.3)) == [.step])
  }

  @Test("slow and steady is not silent: every step takes almost the timeout")
  func slow() {
    var look = Look()
    for generation in 1...20 as ClosedRange<UInt32> {
      look.pulses[0].generation = generation
      look.pulses[0].status = .due
      #expect(look.after(4.8).isEmpty)
      look.pulses[0].answers += 1
    }
  }

  @Test("a step that was asked for by a client that is gone may have reached nobody")
  func noClient() {
    var look = Look()
    look.pulses[0] = SlotPulse(generation: 3, status: .due)
    look.hasClient = false
    #expect(look.after(100).isEmpty)
    look.hasClient = true
    #expect(Self.duties(look.after(5.2)) == [.step])
  }

  @Test("who is stopped is silent, asked or not, and is heard of when it goes on")
  func stopped() {
    var look = Look()
    look.isStopped = true
    #expect(look.after(4.9).isEmpty)
    #expect(Self.duties(look.after(0.3)) == [.nothing])
    look.isStopped = false
    #expect(look.after(0.1) == [.heard("worker")])
  }

  @Test("a machine that was suspended makes nobody silent")
  func suspendedMachine() {
    var look = Look()
    look.pulses[0] = SlotPulse(generation: 3, status: .due)
    #expect(look.after(0.1).isEmpty)
    #expect(look.after(3600, each: 3600).isEmpty)
    look.pulses[0] = SlotPulse(generation: 3, status: .solved, answers: 1)
    #expect(look.after(1).isEmpty)
  }

  @Test(
    "looks are a tenth of the timeout apart, and neither too few nor too many",
    arguments: [(0.2, 0.1), (5, 0.5), (600, 1)])
  func interval(timeout: Double, interval: Double) {
    var watch = LivenessWatch(timeout: timeout)
    #expect(watch.isDue(at: 100))
    _ = watch.look([], hasClient: true, at: 100)
    #expect(!watch.isDue(at: 100 + interval * 0.9))
    #expect(watch.isDue(at: 100 + interval * 1.1))
  }

  @Test("a successor owes nothing of what its predecessor has left")
  func successor() {
    var look = Look()
    look.pulses[0] = SlotPulse(generation: 3, status: .late)
    #expect(look.after(5.2).count == 1)
    // Its process is gone, and is in no reading.
    #expect(look.watch.look([], hasClient: true, at: look.now + 0.1).isEmpty)
    look.pulses[0] = SlotPulse(generation: 9, status: .due, incarnation: 1)
    #expect(look.after(4.9).isEmpty)
  }

  @Test("a late controller is told once and its return once; one that flaps is told seldom, with what was left out")
  func late() {
    var late = LateControllers(count: 3)
    func pulses(_ late: Set<Int>) -> [SlotPulse] {
      (0..<3).map { SlotPulse(status: late.contains($0) ? .late : .free) }
    }
    #expect(late.look(pulses([]), at: 0) == .init())
    #expect(late.look(pulses([0, 2]), at: 1) == .init(late: [0, 2]))
    #expect(late.look(pulses([0, 2]), at: 2) == .init())
    #expect(late.look(pulses([2]), at: 3) == .init(back: [0]))
    for time in stride(from: 3.1, to: 10.9, by: 0.2) {
      #expect(late.look(pulses([0, 2]), at: time) == .init())
      #expect(late.look(pulses([2]), at: time + 0.1) == .init())
    }
    #expect(late.look(pulses([0, 2]), at: 1 + LateControllers.quiet) == .init(late: [0], untold: 39))
    #expect(late.look(pulses([]), at: 12) == .init(back: [0, 2]))
    // One that stays late is told of when the quiet is over.
    #expect(late.look(pulses([1]), at: 13) == .init(late: [1]))
    #expect(late.look(pulses([]), at: 14) == .init(back: [1]))
    #expect(late.look(pulses([1]), at: 15) == .init())
    #expect(late.look(pulses([1]), at: 23) == .init(late: [1], untold: 1))
  }

  @Test("what is told of them reads well")
  func words() {
    let silence = Silence(
      process: "controller-1", seconds: 10.2, owes: .step, state: KernelState(pid: 4711, letter: "T"))
    #expect(
      silence.words
        == "controller-1 has been silent for 10.2 s: it leaves a step unanswered, and process 4711 is stopped (T)")
    #expect(
      LaunchEvent.late(controllers: [0, 1, 2, 7], untold: 3).words
        == "controllers 0-2,7 are late: no answer within solve_timeout, and 3 times more since that was last told")
    #expect(LaunchEvent.back(controllers: [4]).words == "controller 4 is back")
    #expect(
      LaunchEvent.awaited(process: "loader", ready: .exited, by: ["controllers"]).words
        == "controllers wait until loader has ended")
    #expect(
      LaunchEvent.awaited(process: "policy", ready: .registered, by: ["simulator"]).words
        == "simulator waits until policy has registered")
    #expect(
      LaunchEvent.ready(process: "loader", ready: .exited, after: 1.2).words == "loader has ended after 1.20 s")
  }
}
