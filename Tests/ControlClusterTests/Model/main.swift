import Glibc

@testable import ControlCluster

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
var scenario = Scenario()
if arguments.count >= 4 {
  scenario.workers = arguments[0]
  scenario.script = [StepRequest](repeating: .solve, count: arguments[1])
  scenario.preemptions = arguments[2]
  scenario.faults = arguments[3]
}
scenario.rivals = CommandLine.arguments.contains("rival") ? 1 : 0
scenario.registers = CommandLine.arguments.contains("registers")
for argument in CommandLine.arguments { if let defect = Defect(rawValue: argument) { scenario.defect = defect } }
let began = System.monotonicNanoseconds
let result = Explorer.explore(scenario)
print(scenario)
print(
  "\(result.executions) executions, \(result.states) states, \(result.accesses) accesses, complete: \(result.isComplete)"
)
print("\(Double(System.monotonicNanoseconds - began) * 1e-9) s")
if let violation = result.violation {
  for line in result.trace { print("  \(line)") }
  print("violation: \(violation)")
  exit(1)
}
