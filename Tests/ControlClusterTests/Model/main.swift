// The step's model, as far as it can be explored in some minutes: `make model`.
//
//   step-model            the full set, then a part of the widest scenario
//   step-model SECONDS    gives the widest scenario that long
//   step-model --defects  shows that each broken rule is found
import CLinux
import Glibc

@testable import ControlCluster

func tell(_ scenario: Scenario, until end: UInt64 = .max) -> Bool {
  let began = System.monotonicNanoseconds
  let result = Explorer.explore(scenario, until: end)
  let seconds = Double(System.monotonicNanoseconds - began) * 1e-9
  print("\(scenario): \(result), \(Int(seconds.rounded())) s")
  guard let violation = result.violation else { return true }
  for line in result.trace { print("  \(line)") }
  print("  broken: \(violation)")
  return false
}

let arguments = CommandLine.arguments.dropFirst()
linux_buffer_output_by_line()
if arguments.first == "--defects" {
  for defect in Defect.allCases {
    let (scenario, rule) = defect.shows
    let result = Explorer.explore(scenario)
    let isFound = result.violation?.contains(rule) ?? false
    print("\(isFound ? "found" : "MISSED") \(scenario): \(result): \(result.violation ?? "nothing")")
    if !isFound { exit(1) }
  }
  exit(0)
}
if let set = arguments.first, set == "--quick" {
  for scenario in Scenario.quick where !tell(scenario) { exit(1) }
  exit(0)
}
for scenario in Scenario.full where !tell(scenario) { exit(1) }
let seconds = arguments.first.flatMap { Double($0) } ?? 120
if !tell(Scenario.widest, until: System.monotonicNanoseconds + UInt64(seconds * 1e9)) { exit(1) }
print("no rule is broken")
