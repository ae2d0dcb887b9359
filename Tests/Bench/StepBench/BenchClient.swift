import ControlCluster

/// This process as the client of a cluster, with what a simulator does around a step.
final class BenchClient {
  let client: ControlClusterClient
  private let cluster: BenchCluster
  private let rows: RowMatrices?
  /// How many controllers must solve in each step.
  private let participants: Int

  /// - Parameters:
  ///   - movingRows: all states are written before, and all commands read after a step, within its time.
  ///   - participants: all of the cluster's by default.
  init(_ cluster: BenchCluster, movingRows: Bool = false, participants: Int? = nil) throws {
    self.cluster = cluster
    self.participants = participants ?? cluster.controllers
    client = try ControlClusterClient(attachingTo: cluster.server.segmentName)
    rows = movingRows ? try RowMatrices(client) : nil
  }

  /// Between steps, ns: a simulator has something to do there, and the workers have gone to sleep when it comes back.
  /// Without it a single worker may never sleep, and what is measured is chance.
  private static let pause: UInt64 = 20_000

  /// Runs `count` steps.
  /// - Returns: ns of each.
  /// - Throws: what `solve()` throws, and when a controller has not solved: such a time would mean nothing.
  func steps(_ count: Int) throws -> [UInt64] {
    var times: [UInt64] = []
    times.reserveCapacity(count)
    for _ in 0..<count {
      Clock.spin(Self.pause)
      let began = Clock.now
      rows?.writeStates()
      let report = try client.solve()
      rows?.readCommands()
      times.append(Clock.now - began)
      guard report.solved == report.participants, report.participants == participants else {
        throw BenchError.incomplete(report)
      }
    }
    return times
  }
}
