import ControlCluster

/// A shipped config, planned by `plan-bench`: the workers of this program shall carry neither YAML nor plans.
enum RobotConfig: String, CaseIterable {
  case go2, talos

  var file: String { "configs/robots/\(self)/cluster.yaml" }

  /// A cluster of that many controllers, each a process.
  func cluster(controllers: Int) throws -> BenchCluster {
    let name = BenchCluster.name()
    let image = try Tool("plan-bench", ["blueprint", file, name, "\(controllers)"]).bytes()
    let blueprint = try image.withUnsafeBytes { try ClusterBlueprint(decoding: $0) }
    return try BenchCluster(blueprint, workers: controllers, .rows)
  }
}

extension BenchCluster {
  /// Bytes of a row of the cluster.
  func rowSize(_ buffer: String) throws -> Int {
    guard let segment = server.segment else { throw BenchError.tool("the server has no memory") }
    return try segment.buffer(buffer).rowSize
  }
}
