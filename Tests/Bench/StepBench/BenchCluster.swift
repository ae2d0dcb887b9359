import ControlCluster
import Glibc

/// A cluster of the bench's own controllers, started; it has no client yet.
final class BenchCluster {
  let server: ControlClusterServer
  let controllers: Int
  /// s, from before the memory was made until every controller had registered.
  let startTime: Double

  /// Of empty controllers.
  /// - Parameters:
  ///   - controllers: a multiple of `workers`.
  ///   - workers: processes; 0 leaves all slots vacant.
  convenience init(controllers: Int, workers: Int) throws {
    try self.init(controllers: controllers, workers: workers, ControllerKind.empty.command)
  }

  /// Of the controllers of another program.
  convenience init(controllers: Int, workers: Int, _ command: [String]) throws {
    let blueprint = Self.blueprint(name: Self.name(), controllers: controllers, workers: workers)
    try self.init(blueprint, workers: workers, command)
  }

  convenience init(_ blueprint: ClusterBlueprint, workers: Int, _ kind: ControllerKind) throws {
    try self.init(blueprint, workers: workers, kind.command)
  }

  private init(_ blueprint: ClusterBlueprint, workers: Int, _ command: [String]) throws {
    let began = Clock.now
    controllers = blueprint.layout.slots
    let server = try ControlClusterServer(blueprint)
    for _ in 0..<workers {
      server.addController(command, slots: controllers / workers)
    }
    try server.start()
    startTime = Clock.seconds(since: began)
    self.server = server
  }

  deinit { server.stop() }

  /// Which controller a worker process runs: its argument.
  enum ControllerKind: String {
    case empty = "empty-controller"
    case rows = "row-controller"

    var command: [String] { ["/proc/self/exe", rawValue] }
  }

  /// Never returns in a process that was started as a worker or a keeper: it is this same program again, and must not
  /// begin to measure.
  static func serveIfAsked() {
    Keeper.runIfAsked()
    switch CommandLine.arguments.dropFirst().first.flatMap(ControllerKind.init) {
    case .empty: EmptyController.main()
    case .rows: RowController.main()
    case nil: return
    }
  }

  /// KiB that each worker process has for itself alone, in order.
  func privateMemory() -> [Int] {
    let pids = (0..<controllers).compactMap { server.segment?.slotSnapshot($0).pid }
    return pids.map { pid in
      let lines = System.contents(of: "/proc/\(pid)/smaps_rollup")?.split(separator: "\n") ?? []
      let parts = lines.filter { $0.hasPrefix("Private_Clean:") || $0.hasPrefix("Private_Dirty:") }
      return parts.compactMap { Int($0.split(separator: " ")[1]) }.reduce(0, +)
    }.sorted()
  }

  /// The name of a new cluster; no other has it.
  static func name() -> String {
    made += 1
    return "bench-\(getpid())-\(made)"
  }

  // Clusters are made one after the other, by one thread.
  nonisolated(unsafe) private static var made = 0

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
        "count": .integer(controllers), "per_process": .integer(controllers / max(workers, 1)),
        "joints": .array(joints), "parameters": [:], "activate": true, "on_failure": "hold", "startup_timeout": 60.0,
        "solve_timeout": 10.0,
      ],
      "simulator": ["steps": 0, "realtime": false, "parameters": [:]],
    ]
    return ClusterBlueprint(
      name: name, slots: controllers, perProcess: controllers / max(workers, 1),
      buffers: BenchBuffers.all(rows: controllers),
      description: description.compact, config: "")
  }
}
