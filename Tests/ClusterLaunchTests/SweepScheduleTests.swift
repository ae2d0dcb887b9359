import Glibc
import Testing

@testable import ClusterLaunch

@Suite struct SweepScheduleTests {
  @Test("points run one after the other, in their order, and all well is 0") func oneByOne() {
    var schedule = SweepSchedule([.notRun, .notRun, .notRun], jobs: 1, failsFast: false)
    #expect(schedule.begin() == [.start(0)])
    #expect(schedule.ended(0, status: 0) == [.start(1)])
    #expect(schedule.ended(1, status: 0) == [.start(2)])
    #expect(schedule.ended(2, status: 0) == [.finish(0)])
  }

  @Test("as many run at a time as there are jobs") func jobs() {
    var schedule = SweepSchedule([.notRun, .notRun, .notRun, .notRun], jobs: 2, failsFast: false)
    #expect(schedule.begin() == [.start(0), .start(1)])
    #expect(schedule.ended(1, status: 0) == [.start(2)])
    #expect(schedule.ended(2, status: 0) == [.start(3)])
    #expect(schedule.ended(0, status: 0) == [])
    #expect(schedule.ended(3, status: 0) == [.finish(0)])
  }

  @Test("after a failure the others run, and the status is 1") func failure() {
    var schedule = SweepSchedule([.notRun, .notRun], jobs: 1, failsFast: false)
    _ = schedule.begin()
    #expect(schedule.ended(0, status: 3) == [.start(1)])
    #expect(schedule.ended(1, status: 0) == [.finish(1)])
    #expect(schedule.states == [.failed, .done])
  }

  @Test("failing fast starts nothing more, and lets what runs come to its end") func failFast() {
    var schedule = SweepSchedule([.notRun, .notRun, .notRun], jobs: 2, failsFast: true)
    _ = schedule.begin()
    #expect(schedule.ended(0, status: 3) == [])
    #expect(schedule.ended(1, status: 0) == [.finish(1)])
    #expect(schedule.states == [.failed, .done, .notRun])
  }

  @Test("what is kept is not run again; with all kept there is nothing to do") func kept() {
    var schedule = SweepSchedule([.done, .notRun, .done], jobs: 2, failsFast: false)
    #expect(schedule.begin() == [.start(1)])
    #expect(schedule.ended(1, status: 0) == [.finish(0)])
    var nothing = SweepSchedule([.done], jobs: 1, failsFast: false)
    #expect(nothing.begin() == [.finish(0)])
  }

  @Test("an interrupt is passed on each time, and nothing more is started") func interrupt() {
    var schedule = SweepSchedule([.notRun, .notRun, .notRun], jobs: 2, failsFast: false)
    _ = schedule.begin()
    #expect(schedule.interrupted(signal: SIGINT) == [.signal(SIGINT, [0, 1])])
    #expect(schedule.ended(0, status: 130) == [])
    #expect(schedule.interrupted(signal: SIGINT) == [.signal(SIGINT, [1])])
    #expect(schedule.ended(1, status: 130) == [.finish(130)])
    #expect(schedule.states == [.interrupted, .interrupted, .notRun])
  }

  @Test("a point that came to its end when it was interrupted is done; the sweep is interrupted all the same")
  func interruptedAtTheEnd() {
    var schedule = SweepSchedule([.notRun], jobs: 1, failsFast: false)
    _ = schedule.begin()
    _ = schedule.interrupted(signal: SIGTERM)
    #expect(schedule.ended(0, status: 0) == [.finish(143)])
    #expect(schedule.states == [.done])
  }

  @Test("a point that cannot be started has failed, with the next one in its place") func startFails() {
    var schedule = SweepSchedule([.notRun, .notRun], jobs: 1, failsFast: false)
    #expect(schedule.begin() == [.start(0)])
    #expect(schedule.ended(0, status: 1) == [.start(1)])
  }
}
