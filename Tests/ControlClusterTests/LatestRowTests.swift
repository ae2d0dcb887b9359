import CLinux
import Glibc
import Testing

@testable import ControlCluster

@Suite("Rows that may be read at any time")
struct LatestRowTests {
  /// The rule of the test worker's `ChecksummedRow`; all zero is the initial row.
  private static func isWhole(_ row: RowCopy) throws -> Bool {
    let words = try row.field("words", as: UInt64.self)
    let round = words[0]
    return (1..<words.count).allSatisfy {
      words[$0] == (round == 0 ? 0 : round &* 0x9e37_79b9_7f4a_7c15 &+ UInt64($0) &* round)
    }
  }

  private static func fill(_ row: RowCopy, _ round: UInt64) throws {
    let words = try row.field("words", as: UInt64.self)
    for index in 1..<words.count { words[index] = round &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(index) &* round }
    words[0] = round
  }

  @Test("a row is initial until it is written, and then what was written last; neighbours are left alone")
  func lastWritten() throws {
    let cluster = try TestCluster(TestBlueprint(controllers: 3), starts: false)
    let tool = try Segment.attach(to: cluster.name, as: .tool)
    let rows = try (0..<3).map { try tool.row("goal", of: $0) }
    let reader = try cluster.segment.row("goal", of: 1)
    for round in 0..<5 as Range<UInt64> {
      reader.read()
      #expect(try reader.field("words", as: UInt64.self)[0] == round && Self.isWhole(reader))
      #expect(reader.version == round + 1)
      try Self.fill(rows[1], round + 1)
      #expect(try Self.isWhole(reader), "a copy changes only when it is read again")
      try rows[1].write()
    }
    for slot in [0, 2] {
      rows[slot].read()
      #expect(try rows[slot].field("words", as: UInt64.self)[0] == 0)
    }
    #expect(throws: ClusterError.unknownField(buffer: "goal", field: "x", known: ["words"])) {
      try reader.field("x", as: UInt64.self)
    }
    #expect(throws: ClusterError.self) { try reader.field("words", as: Double.self) }
  }

  @Test("rows of a size that is no multiple of 8 are copied whole, and no byte further")
  func oddSize() throws {
    for size in [1, 7, 9, 63] {
      var goal = TestBuffer("goal", .tool, sync: .latest, rows: 2)
      goal.add("bytes", .u8, [size])
      let blueprint = TestBlueprint(controllers: 2)
      let made = ClusterBlueprint(
        name: blueprint.name, slots: 2, buffers: [goal.layout], description: blueprint.description.compact, config: "")
      let server = try ControlClusterServer(made, namespace: nil, ownsControllers: false)
      try server.publish(launcher: .current())
      defer { server.stop() }
      let rows = try (0..<2).map { try server.segment!.row("goal", of: $0) }
      for (slot, row) in rows.enumerated() {
        let bytes = try row.field("bytes", as: UInt8.self)
        for index in 0..<size { bytes[index] = UInt8(100 * slot + index) }
        try row.write()
      }
      for (slot, row) in rows.enumerated() {
        row.read()
        let bytes = try row.field("bytes", as: UInt8.self)
        #expect((0..<size).allSatisfy { bytes[$0] == UInt8(100 * slot + $0) })
      }
    }
  }

  @Test("readers in other threads never see a torn row, and see the rounds in order")
  func threads() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(starts: false)
      let segment = cluster.segment
      let isOver = Flag()
      let writer = try Thread.start {
        guard let row = try? segment.row("goal", of: 0) else { return }
        var round: UInt64 = 1
        while !isOver.isSet {
          try? Self.fill(row, round)
          try? row.write()
          round += 1
        }
      }
      defer {
        isOver.set()
        pthread_join(writer, nil)
      }
      let readers = try (0..<3).map { _ in
        try Thread.start {
          do { try Self.watch(segment.row("goal", of: 0), seconds: 1) } catch { Issue.record(error) }
        }
      }
      for reader in readers { pthread_join(reader, nil) }
    }
  }

  private static func watch(_ row: RowCopy, seconds: Double) throws {
    let words = try row.field("words", as: UInt64.self)
    var last: UInt64 = 0
    var changes = 0
    let end = System.monotonicNanoseconds + UInt64(seconds * 1e9)
    while System.monotonicNanoseconds < end {
      row.read()
      guard try isWhole(row), words[0] >= last, row.version == words[0] + 1 else {
        Issue.record("torn, or older than before: \(words[0]) after \(last), version \(row.version)")
        return
      }
      if words[0] != last { changes += 1 }
      last = words[0]
    }
    #expect(changes > 5)
  }

  @Test("a writer of another process that is killed at any moment leaves a whole row, and another goes on from there")
  func killedWriters() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(starts: false)
      let row = try cluster.segment.row("goal", of: 0)
      let words = try row.field("words", as: UInt64.self)
      var generator = SplitMix64(seed: 3)
      for _ in 0..<25 {
        let writer = try TestProcess(.goal, environment: [("CCLUSTER_SEGMENT", cluster.name)])
        #expect(writer.readLine() == "writing")
        let end = System.monotonicNanoseconds + UInt64.random(in: 1_000_000..<20_000_000, using: &generator)
        while System.monotonicNanoseconds < end {
          row.read()
          guard try Self.isWhole(row) else {
            Issue.record("torn while it was written")
            return
          }
        }
        writer.end()
        row.read()
        #expect(try Self.isWhole(row))
        #expect(words[0] >= UInt64(writer.pid), "the last writer's")
        let left = words[0]
        row.read()
        #expect(words[0] == left)
      }
    }
  }

  @Test(
    "a controller's latest row can be read while it solves, and stays whole when it is killed",
    arguments: [OnFailure.hold, .homing])
  func telemetry(_ policy: OnFailure) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(onFailure: policy))
      let client = try cluster.client()
      let row = try client.row("telemetry", of: 0)
      let words = try row.field("words", as: UInt64.self)
      try client.order(0, .telemetry, 60)
      try client.trigger()
      try waitUntil("some rounds") {
        row.read()
        guard try Self.isWhole(row) else { throw TimedOut(description: "torn while it was written") }
        return words[0] > 50
      }
      cluster.workers[0].signal(SIGKILL)
      #expect(try client.wait().died == 1)
      row.read()
      #expect(try Self.isWhole(row))
      #expect(policy == .hold ? words[0] > 50 : words[0] == 0)
    }
  }
}
