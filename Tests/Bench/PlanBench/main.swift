// What the bench needs of configs and plans.
//
//   plan-bench times FILE COUNT                    one line: ns of processor time of reading and validating a config and
//                                                  deriving its plan, of each repetition
//   plan-bench blueprint FILE NAME CONTROLLERS     the head of the shared memory of a cluster of that name and size
//
// A program of its own, so that step-bench's workers carry neither YAML nor plans.
import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

/// Of this one thread: what else the machine does meanwhile counts little.
func processorNanoseconds() -> UInt64 {
  var now = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
  return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}

func printTimes(_ file: String, _ count: Int) throws {
  var times: [String] = []
  for _ in 0..<count {
    let began = processorNanoseconds()
    let resolved = try ClusterConfig.load(path: file)
    let plan = try ClusterPlan(resolved.config, configText: resolved.yaml(withOrigins: false))
    times.append("\(processorNanoseconds() - began)")
    guard plan.blueprint.layout.slots == resolved.config.controllers.count else {
      fatalError("the plan has other slots")
    }
  }
  print(times.joined(separator: " "))
}

func printBlueprint(_ file: String, _ name: String, _ controllers: Int) throws {
  let resolved = try ClusterConfig.load(path: file, overrides: ["name=\(name)", "controllers.count=\(controllers)"])
  let plan = try ClusterPlan(resolved.config, configText: resolved.yaml(withOrigins: false))
  try System.writeAll(STDOUT_FILENO, plan.blueprint.encode())
}

let arguments = CommandLine.arguments
do {
  switch (arguments.dropFirst().first, arguments.count, arguments.last.flatMap { Int($0) }) {
  case ("times", 4, let count?): try printTimes(arguments[2], count)
  case ("blueprint", 5, let controllers?): try printBlueprint(arguments[2], arguments[3], controllers)
  default:
    System.print(error: "usage: plan-bench times FILE COUNT | blueprint FILE NAME CONTROLLERS")
    exit(64)
  }
} catch {
  System.print(error: "plan-bench: \(error)")
  exit(1)
}
