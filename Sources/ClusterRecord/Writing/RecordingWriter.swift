import CLinux
import ControlCluster
import Glibc
import Synchronization

/// Writes captured steps into the file, on a thread of its own, so that a slow disk costs memory before it costs steps.
final class RecordingWriter: @unchecked Sendable {
  private let segment: Segment
  private let pool: StepPool
  private let writer: MCAPWriter
  private let clock: RecordingClock
  private let buffers: [(message: BufferMessage, channel: UInt16)]
  private let standard: [(message: StandardMessage, channel: UInt16)]
  private let stepChannel: UInt16
  private let stepDuration: Double

  /// Written by the thread, and read by others once it has ended.
  private(set) var failure: ClusterError?
  private var steps = 0
  private let hasFailed = Atomic<Bool>(false)
  private let progress: (Progress) -> Void
  private var last = Progress()

  /// What there is to tell while it writes.
  struct Progress {
    var steps = 0
    var missed: UInt64 = 0
    var bytes = 0
  }

  /// A chunk is written when it has as many bytes, or when its first message is as old. ns
  private static let chunkSize = 1 << 20
  private static let chunkAge: UInt64 = 1_000_000_000
  private static let progressInterval: UInt64 = 250_000_000
  private static let nice: Int32 = 19

  /// Defines all channels and writes them.
  /// - Parameter progress: called by the thread, four times a second.
  init(
    _ segment: Segment, _ pool: StepPool, _ writer: MCAPWriter, _ clock: RecordingClock,
    buffers: [BufferLayout], controllers: [Int], progress: @escaping (Progress) -> Void
  ) throws(ClusterError) {
    (self.segment, self.pool, self.writer, self.clock, self.progress) = (segment, pool, writer, clock, progress)
    stepDuration = segment.cluster.timing.clusterDt
    stepChannel = writer.add(channel: StepMessage.topic, StepMessage.definition)
    var names = MessageNames(taken: ["Step", "Failure"])
    self.buffers = buffers.map { buffer in
      let message = BufferMessage(buffer, &names)
      let channel = writer.add(
        channel: "/ccluster/buffers/\(buffer.name)", message.definition,
        metadata: [(key: "layout", value: message.layout.compact)])
      return (message, channel)
    }
    standard = StandardMessages.all(of: buffers, controllers: controllers, first: segment.numbers[0]).map { message in
      (message, writer.add(channel: message.topic, message.definition))
    }
    try writer.writeDefinitions()
  }

  /// Whether no more steps can be written.
  var isBroken: Bool { hasFailed.load(ordering: .relaxed) }

  /// Lets everybody else who wants a core have it first. For the calling thread.
  func becomeBackground() {
    _ = linux_set_scheduler(SCHED_OTHER, 0)
    _ = linux_set_nice(0, Self.nice)
  }

  /// The thread: until the pool is closed.
  func run() {
    var progressAt = System.monotonicNanoseconds + Self.progressInterval
    while true {
      let arrival = pool.next(within: Self.progressInterval)
      if case .closed = arrival { return }
      if case .step(let step) = arrival {
        write(step)
        pool.giveBack(step)
      }
      let now = System.monotonicNanoseconds
      if let open = writer.openChunk, clock.time(at: now) >= open.since + Self.chunkAge { endChunk() }
      if now >= progressAt {
        progressAt = now + Self.progressInterval
        last.bytes = writer.file.size
        progress(last)
      }
    }
  }

  /// Writes what was left when the pool was closed. Not for the thread, which may have to wait long for a core.
  func finish() {
    for step in pool.takeRest() { write(step) }
    endChunk()
  }

  private func endChunk() {
    if isBroken { return }
    do { try writer.endChunk(steps: steps) } catch {
      failure = error as? ClusterError ?? .failed("\(error)")
      hasFailed.store(true, ordering: .relaxed)
    }
  }

  private func write(_ step: CapturedStep) {
    if isBroken { return }
    let time = clock.time(at: step.capturedAt)
    let stamp = UInt64((Double(step.followed.number) * stepDuration * 1e9).rounded())
    let sequence = UInt32(truncatingIfNeeded: step.followed.number)
    writer.append(channel: stepChannel, sequence: sequence, time: time) {
      StepMessage.write(step, stamp: stamp, into: $0)
    }
    for (index, (message, channel)) in buffers.enumerated() {
      writer.append(channel: channel, sequence: sequence, time: time) {
        message.write(
          step.followed, stamp: stamp, rows: step.address(of: index), version: { step.version(of: $0, in: index) },
          into: $0)
      }
    }
    for (message, channel) in standard {
      let row = step.address(of: message.buffer) + message.row * buffers[message.buffer].message.buffer.rowStride
      writer.append(channel: channel, sequence: sequence, time: time) {
        message.write(stamp: stamp, row: row, into: $0)
      }
    }
    steps += 1
    (last.steps, last.missed) = (steps, last.missed + step.missed)
    if let open = writer.openChunk, open.bytes >= Self.chunkSize { endChunk() }
  }

  /// Steps that are in the file.
  var writtenSteps: Int { writer.chunks.last?.steps ?? 0 }
}

extension MCAPWriter {
  fileprivate func add(
    channel topic: String, _ definition: MessageDefinition, metadata: [(key: String, value: String)] = []
  ) -> UInt16 {
    add(channel: topic, schema: add(schema: definition.name, definition.text), metadata: metadata)
  }
}

/// Nanoseconds since 1970 that never go back.
struct RecordingClock: Sendable {
  private let wall: UInt64
  private let monotonic: UInt64

  init() {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    wall = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    monotonic = System.monotonicNanoseconds
  }

  /// - Parameter now: CLOCK_MONOTONIC, ns.
  func time(at now: UInt64) -> UInt64 { wall &+ (now &- monotonic) }
}
