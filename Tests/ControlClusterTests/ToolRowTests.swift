import Glibc
import Testing

@testable import ControlCluster

@Suite("Rows that any tool may write")
struct ToolRowTests {
  /// A claim that another process has left or holds.
  private static func claim(_ segment: Segment, row: Int, by process: ProcessIdentity) throws {
    let buffer = try segment.buffer("goal")
    let offset = buffer.offset + buffer.sequenceOffset + row * BufferLayout.sequenceStride + 8
    SharedWord<UInt64>(segment.base + offset).store(process.word)
  }

  @Test("changes by many writers at once are all there in the end, and no reader sees half of one")
  func manyWriters() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(starts: false)
      let (name, writers, rounds) = (cluster.name, 4, 500)
      let threads = try (0..<writers).map { writer in
        try Thread.start {
          do {
            let row = try Segment.attach(to: name, as: .tool).row("goal", of: 0)
            for _ in 0..<rounds {
              try row.update { bytes in
                let words = bytes.assumingMemoryBound(to: UInt64.self)
                words[0] += 1
                words[1 + writer] += 1
              }
            }
          } catch { Issue.record(error) }
        }
      }
      let reader = try cluster.segment.row("goal", of: 0)
      let words = try reader.field("words", as: UInt64.self)
      let total = UInt64(writers * rounds)
      while words[0] < total {
        reader.read()
        guard (1...writers).reduce(0, { $0 + words[$1] }) == words[0], reader.version == words[0] + 1 else {
          Issue.record("half of a change: \((0...writers).map { words[$0] }), version \(reader.version)")
          break
        }
      }
      for thread in threads { pthread_join(thread, nil) }
      reader.read()
      #expect((1...writers).allSatisfy { words[$0] == UInt64(rounds) })
      #expect(reader.lastWriter == .current())
    }
  }

  @Test("a claim that a dead process has left is taken over")
  func deadClaimant() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(starts: false)
      let process = try TestProcess(.goal, environment: [("CCLUSTER_SEGMENT", cluster.name)])
      #expect(process.readLine() == "writing")
      let identity = try #require(ProcessIdentity(pid: process.pid))
      process.end()
      let row = try Segment.attach(to: cluster.name, as: .tool).row("goal", of: 0)
      try Self.claim(cluster.segment, row: 0, by: identity)
      try row.update { $0.assumingMemoryBound(to: UInt64.self)[0] = 7 }
      #expect(try row.field("words", as: UInt64.self)[0] == 7 && row.lastWriter == .current())
      try row.write()
    }
  }

  @Test("a row that a process holds which is stopped is refused by its name, and nothing is written")
  func livingClaimant() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(starts: false)
      let row = try Segment.attach(to: cluster.name, as: .tool).row("goal", of: 0)
      let process = try TestProcess(.goal, environment: [("CCLUSTER_SEGMENT", cluster.name)])
      #expect(process.readLine() == "writing")
      process.signal(SIGSTOP)
      let holder = try #require(ProcessIdentity(pid: process.pid))
      try waitUntil("it is stopped") { holder.isSuspended }
      let before = try cluster.segment.row("goal", of: 0)
      try Self.claim(cluster.segment, row: 0, by: holder)
      let refusal = ClusterError.rowTaken(buffer: "goal", row: 0, owner: holder.pid)
      #expect(throws: refusal) { try row.write() }
      #expect(throws: refusal) { try row.update { $0[0] = 1 } }
      row.read()
      #expect(row.version == before.version && row.withBytes(Array.init) == before.withBytes(Array.init))
      try Self.claim(cluster.segment, row: 0, by: .nobody)
      try row.write()
      #expect(throws: ClusterError.notWritable(buffer: "goal", writer: "tool")) {
        try Segment.attach(to: cluster.name, as: .controller).row("goal", of: 0).write()
      }
    }
  }
}
