import ControlCluster
import Glibc

/// A cluster of empty controllers, started and with this process as its client.
final class BenchCluster {
  let server: ControlClusterServer
  let client: ControlClusterClient
  /// s, from before the memory was made until every controller had registered.
  let startTime: Double

  /// - Parameters:
  ///   - controllers: a multiple of `workers`.
  ///   - workers: processes.
  init(controllers: Int, workers: Int) throws {
    let began = Clock.now
    let name = "bench-\(getpid())-\(controllers)-\(workers)"
    let server = try ControlClusterServer(Self.blueprint(name: name, controllers: controllers, workers: workers))
    for _ in 0..<workers { server.addController(EmptyController.self, slots: controllers / workers) }
    try server.start()
    startTime = Clock.seconds(since: began)
    self.server = server
    client = try ControlClusterClient(attachingTo: server.segmentName)
  }

  deinit { server.stop() }

  /// Never returns in a process that was started as a worker or a keeper: it is this same program again, and must not
  /// begin to measure.
  static func serveIfAsked() {
    Keeper.runIfAsked()
    if System.environment("CCLUSTER_SEGMENT") != nil { EmptyController.main() }
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
      let report = try client.solve()
      times.append(Clock.now - began)
      guard report.solved == report.participants, report.participants == client.cluster.controllers.count else {
        throw BenchError.incomplete(report)
      }
    }
    return times
  }

  static func blueprint(name: String, controllers: Int, workers: Int) -> ClusterBlueprint {
    let joints = BenchBuffers.joints.map(JSONValue.string)
    let description: JSONValue = [
      "name": .string(name),
      "robot": [
        "name": "go2", "version": "1.0.0", "base": "floating", "joints": .array(joints),
        "contacts": .array(BenchBuffers.contacts.map(JSONValue.string)), "mass": 15.0,
        "homing": .array(joints.map { _ in 0.0 }), "limits": .array(joints.map { _ in [:] }), "parameters": [:],
      ],
      "timing": ["simulation_dt": 0.002, "cluster_dt": 0.02],
      "horizon": ["nodes": .integer(BenchBuffers.nodes), "dt": 0.04],
      "controllers": [
        "count": .integer(controllers), "per_process": .integer(controllers / workers), "joints": .array(joints),
        "parameters": [:], "activate": true, "on_failure": "hold", "startup_timeout": 60.0, "solve_timeout": 10.0,
      ],
      "simulator": ["steps": 0, "realtime": false, "parameters": [:]],
    ]
    return ClusterBlueprint(
      name: name, slots: controllers, perProcess: controllers / workers, buffers: BenchBuffers.all(rows: controllers),
      description: description.compact, config: "")
  }
}
