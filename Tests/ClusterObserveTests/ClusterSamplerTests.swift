import Glibc
import Testing

@testable import ClusterObserve
@testable import ControlCluster

@Suite("What top gathers")
struct ClusterSamplerTests {
  @Test("each solve is taken once, and how many were missed is told")
  func solves() throws {
    let memory = try MadeUpMemory(controllers: 2)
    memory.solve(0, nanoseconds: 50_000_000)
    let sampler = ClusterSampler(memory.segment, processes: [1: "worker"])
    for solve in 1...100 {
      memory.solve(0, nanoseconds: UInt64(solve) * 1_000_000)
      if solve % 4 == 0 { for _ in 0..<3 { sampler.sample() } }
    }
    let times = sampler.reading(total: false).controllers[0].solveTimes
    #expect((times.seen, times.count) == (25, 100))
    #expect(abs(times.p50 - 0.052) <= 0.00052 && abs(times.p99 - 0.1) <= 0.001 && abs(times.max - 0.1) <= 0.001)
    let other = sampler.reading(total: true).controllers[1]
    #expect(other.solveTimes == TimingFigures() && other.process == "worker" && other.commandNorm == nil)
    #expect(sampler.reading(total: true).solves == (25, 100))
    // The longest is that of all solves, though nobody has seen it.
    memory.solve(0, nanoseconds: 7_000_000_000)
    memory.solve(0, nanoseconds: 1_000_000)
    sampler.sample()
    #expect(sampler.reading(total: true).controllers[0].solveTimes.max == 7)
    #expect(sampler.reading(total: false).controllers[0].solveTimes.max < 0.102)
  }

  @Test("all steps are taken that the memory still has")
  func steps() throws {
    let memory = try MadeUpMemory(controllers: 1)
    for _ in 0..<700 { memory.step(nanoseconds: 9_000_000_000) }
    let sampler = ClusterSampler(memory.segment)
    for _ in 0..<3 {
      for _ in 0..<200 { memory.step(nanoseconds: 150_000) }
      sampler.sample()
    }
    let times = sampler.reading(total: false).stepTimes
    #expect((times.seen, times.count) == (600, 600) && abs(times.max - 150e-6) < 1.5e-6)
    for _ in 0..<600 { memory.step(nanoseconds: 150_000) }
    sampler.sample()
    let later = sampler.reading(total: true).stepTimes
    #expect((later.seen, later.count) == (600 + Segment.keptStepTimes, 1200))
  }

  @Test("times of late forget what is older than both of their parts")
  func parts() {
    var times = TimingWindow()
    times.record(1_000_000)
    times.turn()
    times.record(2_000_000)
    #expect(times.figures(total: false).count == 2)
    times.turn()
    #expect(times.figures(total: false).count == 1 && abs(times.figures(total: false).p50 - 2e-3) < 2e-5)
    times.turn()
    #expect(times.figures(total: false) == (0, 0, 0, 0))
    #expect(times.figures(total: true).count == 2)
    times.record(.max)
    #expect(times.figures(total: false).max >= 1e6, "longer than anything is kept as very long")
  }

  @Test("percentiles are right to a hundredth, over all magnitudes")
  func percentiles() {
    var generator = SystemRandomNumberGenerator()
    var times = TimingWindow()
    let values = (0..<5000).map { _ in pow(10, Double.random(in: 4...9, using: &generator)) }
    for value in values { times.record(UInt64(value)) }
    let sorted = values.map { $0 * 1e-9 }.sorted()
    let figures = times.figures(total: true)
    for (found, fraction) in [(figures.p50, 0.5), (figures.p99, 0.99), (figures.max, 1)] {
      let exact = StepFigures.percentile(sorted, fraction)
      #expect(abs(found - exact) <= 0.01 * exact)
    }
  }

  @Test("a controller that becomes late is counted each time, and not as long as it is")
  func late() throws {
    let memory = try MadeUpMemory(controllers: 1)
    let sampler = ClusterSampler(memory.segment)
    for status in [SlotStatus.late, .late, .free, .due, .late] {
      memory.segment.slot(0).stepBits.store(StepWord(7, status).bits)
      sampler.sample()
    }
    #expect(sampler.reading(total: false).controllers[0].timesLate == 2)
  }

  @Test("a command's norm is over the floating-point fields of the first buffer that controllers write in their step")
  func norms() throws {
    let memory = try MadeUpMemory(
      controllers: 2,
      buffers: [
        MadeUpMemory.commands(rows: 2, "state", writer: .simulator),
        MadeUpMemory.commands(rows: 2, "live", sync: .latest),
        MadeUpMemory.commands(rows: 2), MadeUpMemory.commands(rows: 2, "later"),
      ])
    let access = RowAccess(memory.segment, try memory.segment.buffer("efforts"))
    func write(_ slot: Int, _ single: [Float], _ double: Double) {
      let row = access.row(slot)
      for (index, value) in single.enumerated() { row.storeBytes(of: value, toByteOffset: index * 4, as: Float.self) }
      row.storeBytes(of: double, toByteOffset: 8, as: Double.self)
      row.storeBytes(of: 1000, toByteOffset: 16, as: Int64.self)
    }
    let sampler = ClusterSampler(memory.segment)
    memory.segment.slot(0).writeRows { write(0, [2, -3], 6) }
    memory.segment.slot(1).writeRows { write(1, [0, .nan], 0) }
    let reading = sampler.reading(total: false)
    #expect(reading.commands == "efforts" && reading.controllers[0].commandNorm == 7)
    #expect(reading.controllers[1].commandNorm?.isNaN == true)
    // A row that is being written is none: the last whole one stays.
    memory.segment.slot(0).rowsBits.store(memory.segment.slot(0).rows.begun.bits)
    write(0, [100, 100], 100)
    #expect(sampler.reading(total: false).controllers[0].commandNorm == 7)
  }

  @Test("observing writes nothing: an observer's mapping could not")
  func readOnly() throws {
    let memory = try MadeUpMemory(controllers: 2, buffers: [MadeUpMemory.commands(rows: 2)])
    let observer = try Segment.attach(to: memory.segment.name, as: .observer)
    let before = Array(UnsafeRawBufferPointer(start: memory.segment.base, count: memory.segment.layout.size))
    let sampler = ClusterSampler(observer)
    sampler.sample()
    _ = sampler.reading(total: true)
    #expect(Array(UnsafeRawBufferPointer(start: memory.segment.base, count: memory.segment.layout.size)) == before)
  }

  @Test("the core is the 39th field of a process's stat, whatever its name is")
  func core() throws {
    let stat = "12 (a) b) (c) S " + (4...52).map { $0 == 39 ? "5" : "9\($0)" }.joined(separator: " ")
    #expect(LastCore.parse(stat) == 5)
    #expect(LastCore.parse("12 (a) S 1") == nil && LastCore.of(0) == nil)
    #expect(try #require(LastCore.of(getpid())) >= 0)
  }

  @Test("a sparkline has eight heights, and of many values the largest of each bar")
  func sparkline() {
    #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7, 8], width: 20) == "▁▂▃▄▅▆▇██")
    #expect(Sparkline.text([1, 8, 4, 4, 0, 1], width: 3) == "█▅▂")
    #expect(
      Sparkline.text([], width: 5) == "" && Sparkline.text([0, 0], width: 5) == ""
        && Sparkline.text([1], width: 0) == "")
  }
}
