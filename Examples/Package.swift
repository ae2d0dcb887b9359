// swift-tools-version: 6.2
import PackageDescription

// A package of its own, as a user's would be. Elsewhere the dependency is a URL and a version.
let package = Package(
  name: "Examples",
  dependencies: [.package(name: "ControlCluster", path: "..")],
  targets: [
    .executableTarget(
      name: "OwnController",
      dependencies: [.product(name: "ControlCluster", package: "ControlCluster")],
      exclude: ["cluster.yaml"]),
    .executableTarget(
      name: "EmbeddedServer",
      dependencies: [
        .product(name: "ControlCluster", package: "ControlCluster"),
        .product(name: "ClusterConfig", package: "ControlCluster"),
        .product(name: "ClusterPlan", package: "ControlCluster"),
      ]),
  ]
)
