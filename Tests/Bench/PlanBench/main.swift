// Times what stands before a run: reading and validating a config, and deriving its plan, in one process.
//
//   plan-bench FILE COUNT    one line: ns of processor time of each repetition
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

guard CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[2]), count > 0 else {
  System.print(error: "usage: plan-bench FILE COUNT")
  exit(64)
}
do {
  var times: [String] = []
  for _ in 0..<count {
    let began = processorNanoseconds()
    let resolved = try ClusterConfig.load(path: CommandLine.arguments[1])
    let plan = try ClusterPlan(resolved.config, configText: resolved.yaml(withOrigins: false))
    times.append("\(processorNanoseconds() - began)")
    guard plan.blueprint.layout.slots == resolved.config.controllers.count else {
      fatalError("the plan has other slots")
    }
  }
  print(times.joined(separator: " "))
} catch {
  System.print(error: "plan-bench: \(error)")
  exit(1)
}
