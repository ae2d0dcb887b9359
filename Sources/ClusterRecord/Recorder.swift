import BuiltInPrograms
import ControlCluster
import Glibc

/// Records a running cluster: attaches to it as an observer, follows its steps, and leaves a file that is whole.
public final class Recorder {
  public let options: RecordingOptions
  /// Those that are recorded, in the order of the memory.
  public let buffers: [BufferLayout]
  public var controllers: Int { segment.layout.slots }
  /// Those with ROS 2's own messages.
  public let robots: [Int]
  private let segment: Segment
  private let pool: StepPool
  private let file: RecordingFile
  private let mcap: MCAPWriter
  private let writer: RecordingWriter
  private let began = System.monotonicNanoseconds
  private let isInterrupted: () -> Bool

  /// A recording as it comes along.
  public struct Progress: Sendable {
    public var steps: Int
    public var missed: UInt64
    public var bytes: Int
    /// s
    public var seconds: Double
  }

  /// Bytes of captured steps that may wait to be written; 8 steps in any case.
  private static let backlog = 128 << 20

  /// Attaches to the cluster and begins the file.
  /// - Parameters:
  ///   - version: of ccluster.
  ///   - isInterrupted: asked all the time: whether somebody wants the recording to end.
  ///   - progress: called on another thread, four times a second.
  /// - Throws: what keeps it from recording; then there is no file of it.
  public init(
    _ options: RecordingOptions, version: String, isInterrupted: @escaping () -> Bool,
    progress: @escaping @Sendable (Progress) -> Void
  ) throws {
    (self.options, self.isInterrupted) = (options, isInterrupted)
    let segment = try Segment.attach(to: options.cluster, as: .observer)
    self.segment = segment
    for name in options.buffers { _ = try segment.buffer(name) }
    let buffers = segment.layout.buffers.filter { options.buffers.isEmpty || options.buffers.contains($0.name) }
    self.buffers = buffers
    let numbers = segment.numbers
    let robots: [Int]
    if case .list(let named) = options.robots {
      _ = try numbers.slots(of: named)
      robots = named
    } else {
      robots = options.robots.indices(of: segment.layout.slots).map { numbers[$0] }
    }
    self.robots = robots
    // More channels than a file can tell apart: robots that have a dozen each.
    guard robots.count < 4096 else {
      throw ClusterError.failed("there are ROS 2 messages for at most 4,095 controllers, and not for \(robots.count)")
    }
    let size = buffers.reduce(1) { $0 + $1.rows * $1.rowStride }
    pool = StepPool(limit: min(max(8, Self.backlog / size), 1024)) { try CapturedStep(segment, buffers) }
    file = try RecordingFile(
      options.output, replacing: options.replaces,
      cure: options.isLaunched ? "another 'record.output' is needed" : "--force replaces it")
    do {
      let clock = RecordingClock()
      let began = began
      mcap = try MCAPWriter(file, profile: "ros2", library: "ccluster \(version)")
      let metadata = RecordingMetadata(
        segment: segment, options: options, buffers: buffers.map(\.name), controllers: robots, version: version)
      try metadata.write(into: mcap, at: clock.time(at: began))
      writer = try RecordingWriter(segment, pool, mcap, clock, buffers: buffers, controllers: robots) {
        progress(
          Progress(
            steps: $0.steps, missed: $0.missed, bytes: $0.bytes,
            seconds: Double(System.monotonicNanoseconds - began) * 1e-9))
      }
    } catch {
      file.remove()
      throw error
    }
  }

  /// Records until the cluster ends, somebody wants it to end, or it has all that it was asked for.
  /// - Throws: when not even a summary could be written; what was written before can be read.
  public func run() throws -> RecordingReport {
    let thread = try Thread.start { [writer] in
      // The cluster's processes come first: what is not written in time costs steps of the file, and none of theirs.
      writer.becomeBackground()
      writer.run()
    }
    var capture = StepCapture(segment, pool, options) { [writer, isInterrupted] in
      if writer.isBroken { .failed } else if isInterrupted() { .interrupted } else { nil }
    }
    let end: Result<StepCapture.End, any Error>
    do { end = .success(try capture.run()) } catch { end = .failure(error) }
    pool.close()
    pthread_join(thread, nil)
    writer.finish()
    var report = RecordingReport(file: options.output, end: try? end.get(), problem: writer.failure)
    report.take(capture.figures, seconds: Double(System.monotonicNanoseconds - began) * 1e-9)
    try mcap.finish("ccluster.end") {
      report.steps = writer.writtenSteps
      return report.metadata
    }
    report.bytes = file.size
    if report.problem == nil, !file.isInPlace {
      report.problem = .failed(
        "'\(options.output)' is not this recording any more: it was removed, moved or replaced meanwhile")
    }
    _ = try end.get()
    return report
  }
}
