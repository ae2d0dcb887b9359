// What the tests of the runtime run as a process of its own: a controller, an embedding server, a client, or a tool that
// writes `latest` rows. Chosen by CCLUSTER_TEST_ROLE; what a controller does, a step at a time, by `robot_state.order`.
import ControlCluster
import Glibc

do {
  // What another language's program is told by its arguments.
  switch CommandLine.arguments.dropFirst().first {
  case "controller": ConformingController.main()
  case "client":
    try ConformingClient.run()
    exit(0)
  case "attach":
    ConformanceProbe.attach(CommandLine.arguments[2])
    exit(0)
  case "describe":
    try ConformanceProbe.describe(CommandLine.arguments[2])
    exit(0)
  default: break
  }
  switch System.environment("CCLUSTER_TEST_ROLE") {
  case "controller": ScriptedController.main()
  case "server": try EmbeddingServer.run()
  case "client": try LoneClient.run()
  case "stepper": try Stepper.run()
  case "goal": try GoalWriter.run()
  case "allocations": try AllocationCount.run()
  case "remembering controller": RememberingController.main()
  case "shifting tool": try ShiftingTool.run()
  case "trespassing controller": TrespassingController.main()
  case "trespassing simulator": try TrespassingSimulator.run()
  case "trespassing tool": try TrespassingTool.run()
  case "system-calls": try SystemCallCount.run()
  case "soak-controller": SoakController.main()
  case "soak-simulator": try SoakSimulator.run()
  case let role: throw ClusterError.environment(name: "CCLUSTER_TEST_ROLE", value: role)
  }
} catch {
  print("error: \(error)")
  exit(1)
}
