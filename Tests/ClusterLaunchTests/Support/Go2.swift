import ClusterConfig
import ClusterPlan

/// The shipped config of a Unitree Go2.
enum Go2 {
  private static let path = #filePath.replacing(
    "Tests/ClusterLaunchTests/Support/Go2.swift", with: "configs/robots/go2/cluster.yaml")

  static func load(_ overrides: [String] = []) throws -> ResolvedConfig {
    try ClusterConfig.load(path: path, overrides: overrides)
  }

  static func plan(_ overrides: [String] = []) throws -> ClusterPlan {
    try ClusterPlan(load(overrides).config, configText: "")
  }
}
