// swift-tools-version: 6.2
import PackageDescription

// One loop at the end gives every target of ours the same settings; the arrows below are those of the design, and
// they point down only: an executable may import everything, `ControlCluster` imports only `CLinux` and `BuiltInPrograms`,
// which is data.
let package = Package(
  name: "ControlCluster",
  products: [
    .library(name: "ControlCluster", targets: ["ControlCluster"]),
    .library(name: "ClusterConfig", targets: ["ClusterConfig"]),
    .library(name: "ClusterPlan", targets: ["ClusterPlan"]),
    .executable(name: "ccluster", targets: ["ccluster"]),
    .executable(name: "ccluster-server", targets: ["ccluster-server"]),
    .executable(name: "ccluster-controller", targets: ["ccluster-controller"]),
    .executable(name: "ccluster-simulator", targets: ["ccluster-simulator"]),
    .executable(name: "ccluster-replayer", targets: ["ccluster-replayer"]),
    .executable(name: "ccluster-recorder", targets: ["ccluster-recorder"]),
    .executable(name: "ccluster-dashboard", targets: ["ccluster-dashboard"]),
    .executable(name: "ccluster-agent", targets: ["ccluster-agent"]),
    .library(name: "ccluster-c", type: .dynamic, targets: ["ControlClusterC"]),
  ],
  traits: [
    .trait(name: "MPI", description: "ccluster-agent, which carries a cluster over several hosts: needs Open MPI")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", .upToNextMinor(from: "0.2.0")),
    .package(url: "https://github.com/swhitty/FlyingFox", .upToNextMinor(from: "0.27.1")),
  ],
  targets: [
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CLinux"),

    .target(name: "BuiltInPrograms"),
    .target(name: "ControlCluster", dependencies: ["CLinux", "BuiltInPrograms"]),
    .target(name: "ClusterConfig", dependencies: ["CLibYAML", "BuiltInPrograms"]),
    .target(name: "ClusterRobot", dependencies: ["ClusterConfig", "CExpat"]),
    .target(name: "ClusterPlan", dependencies: ["BuiltInPrograms", "ClusterConfig", "ControlCluster"]),
    .target(
      name: "ClusterObserve",
      dependencies: ["ControlCluster", .product(name: "Histogram", package: "hdrhistogram-swift")]),
    .target(
      name: "ClusterLaunch",
      dependencies: ["BuiltInPrograms", "ClusterConfig", "ClusterPlan", "ClusterObserve", "ControlCluster", "CLinux"]),

    // Compression stays out of all programs but the recorder and the replayer.
    .target(
      name: "ClusterRecord", dependencies: ["ControlCluster", "BuiltInPrograms", "CLinux", "CZstd", "CZlib"],
      exclude: ["FORMAT.md"]),

    .target(name: "ClusterReplay", dependencies: ["ClusterPlan", "ControlCluster"]),

    .target(name: "ClusterHosts", dependencies: ["ControlCluster", "BuiltInPrograms", "CLinux"]),

    // libccluster.so for C, C++ and Python. `--static-swift-stdlib` reaches executables only, and a caller's machine has no Swift.
    .systemLibrary(name: "CControlCluster"),
    .target(
      name: "ControlClusterC", dependencies: ["CControlCluster", "ControlCluster"], exclude: ["exports.map"],
      linkerSettings: [
        .unsafeFlags([
          "-static-stdlib", "-Xlinker", "-soname=libccluster.so.1",
          "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/ControlClusterC/exports.map",
        ])
      ]),

    .executableTarget(
      name: "ccluster",
      dependencies: [
        "BuiltInPrograms", "ClusterConfig", "ClusterRobot", "ClusterPlan", "ClusterLaunch", "ClusterObserve",
        "ClusterReplay", "ControlCluster", "CLinux",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "ccluster-server", dependencies: ["ControlCluster"]),
    .executableTarget(name: "ccluster-controller", dependencies: ["ControlCluster", "BuiltInPrograms"]),
    .executableTarget(name: "ccluster-simulator", dependencies: ["ControlCluster", "BuiltInPrograms"]),
    .executableTarget(name: "ccluster-recorder", dependencies: ["ClusterRecord", "ControlCluster", "BuiltInPrograms"]),
    // Without the trait it builds, too, and only says what it lacks: MPI is its alone.
    .executableTarget(
      name: "ccluster-agent",
      dependencies: [
        "ClusterHosts", "ControlCluster", "CLinux", .target(name: "CMPI", condition: .when(traits: ["MPI"])),
      ]),
    .executableTarget(name: "ccluster-replayer", dependencies: ["ClusterRecord", "ClusterReplay", "ControlCluster"]),

    // A program of its own: it carries an HTTP server, and with it Foundation, which `ccluster` does without.
    .executableTarget(
      name: "ccluster-dashboard",
      dependencies: [
        "ClusterLaunch", "ClusterObserve", "ClusterPlan", "ControlCluster",
        .product(name: "FlyingFox", package: "FlyingFox"),
      ],
      exclude: ["dashboard.png"], resources: [.embedInCode("Page")]),

    .executableTarget(name: "step-bench", dependencies: ["ControlCluster", "CLinux"], path: "Tests/Bench/StepBench"),
    .executableTarget(name: "plain-c", path: "Tests/Bench/PlainC"),
    .executableTarget(
      name: "plan-bench", dependencies: ["ClusterConfig", "ClusterPlan", "ControlCluster"],
      path: "Tests/Bench/PlanBench"),

    .target(name: "CTestAllocations", path: "Tests/Support/Allocations"),
    .target(name: "CTestCoroutines", path: "Tests/Support/Coroutines"),
    .target(name: "CTestSystemCalls", path: "Tests/Support/SystemCalls"),
    .executableTarget(
      name: "ccluster-test-worker", dependencies: ["ControlCluster", "CTestAllocations", "CTestSystemCalls"],
      path: "Tests/Support/TestWorker"),

    .testTarget(
      name: "ControlClusterTests",
      dependencies: ["ControlCluster", "ClusterHosts", "CLinux", "CTestCoroutines", "ccluster-test-worker"],
      exclude: ["Model/main.swift", "Model/step.pml"]),
    .testTarget(
      name: "ClusterConfigTests", dependencies: ["BuiltInPrograms", "ClusterConfig", "ControlCluster"],
      exclude: ["Broken"]),
    .testTarget(name: "ClusterRobotTests", dependencies: ["ClusterRobot", "ClusterConfig"], exclude: ["Broken"]),
    .testTarget(name: "ClusterPlanTests", dependencies: ["BuiltInPrograms", "ClusterPlan", "ControlCluster"]),
    .testTarget(name: "ClusterObserveTests", dependencies: ["ClusterObserve", "ControlCluster"]),
    .testTarget(name: "ClusterReplayTests", dependencies: ["ClusterReplay", "ControlCluster"]),
    .testTarget(
      name: "ClusterLaunchTests", dependencies: ["ClusterLaunch", "ClusterObserve", "ClusterPlan", "ClusterConfig"]),
    .testTarget(
      name: "ProgramTests",
      dependencies: [
        "ccluster-controller", "ccluster-simulator", "BuiltInPrograms", "ClusterConfig", "ClusterPlan",
        "ControlCluster",
      ]),
  ]
)

// libFuzzer has its own main function, and none but its own build should look for it: `make fuzz`.
if Context.environment["CCLUSTER_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "config-fuzz", dependencies: ["ClusterConfig", "ClusterPlan"], path: "Tests/Fuzz/ConfigFuzz"))
}

// The whole of the protocol's model, optimised, and nothing else: `make model`. Its sources are those of the tests.
if Context.environment["CCLUSTER_MODEL"] != nil {
  package.dependencies = []
  package.products = []
  package.targets =
    package.targets.filter { ["CLinux", "BuiltInPrograms", "ControlCluster", "CTestCoroutines"].contains($0.name) } + [
      .executableTarget(
        name: "step-model", dependencies: ["ControlCluster", "CLinux", "CTestCoroutines"],
        path: "Tests/ControlClusterTests/Model", exclude: ["StepModelTests.swift", "step.pml"])
    ]
}

// The runtime and its tests are all that a build with a sanitizer needs: `make sanitize`. Not the protocol's model, which plays
// all processes in one thread and switches stacks behind a sanitizer's back.
if Context.environment["CCLUSTER_SANITIZE"] != nil {
  let runtime: Set = [
    "CLinux", "BuiltInPrograms", "ControlCluster", "CTestAllocations", "CTestSystemCalls", "ccluster-test-worker",
    "ClusterHosts", "ControlClusterTests",
  ]
  package.targets.removeAll { !runtime.contains($0.name) }
  for target in package.targets where target.name == "ControlClusterTests" {
    target.dependencies = ["ControlCluster", "ClusterHosts", "CLinux", "ccluster-test-worker"]
    target.exclude = ["Model"]
  }
  package.products.removeAll { $0.name != "ControlCluster" }
  package.dependencies = []
}

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
  ]
}
