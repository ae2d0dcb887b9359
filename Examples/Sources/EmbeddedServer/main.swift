// A main of one's own that owns the cluster: server, controllers and client in one program, without `ccluster launch`.
//
//   .build-examples/release/EmbeddedServer configs/robots/go2/cluster.yaml
import ClusterConfig
import ClusterPlan
import ControlCluster

/// Commands half of the way that is left to the homing.
final class HalfwayController: RHController {
  private let position: ControllerInput
  private let command: ControllerOutput

  required init(_ context: ControllerContext) throws {
    position = try context.input("robot_state", "joint_position")
    command = try context.output("rhc_commands", "joint_position")
    try super.init(context)
  }

  override func solve() throws {
    for joint in context.joints.indices { command[joint] = (position[joint] + context.homing[joint]) / 2 }
  }
}

let path = CommandLine.arguments.dropFirst().first ?? "configs/robots/go2/cluster.yaml"
let resolved = try ClusterConfig.load(path: path, overrides: ["name=embedded", "controllers.count=4"])
let plan = try ClusterPlan(resolved.config, configText: resolved.yaml(withOrigins: false))

let server = try ControlClusterServer(plan.blueprint)
for _ in 0..<plan.config.controllers.count { server.addController(HalfwayController.self) }
try server.start()
defer { server.stop() }

let client = try ControlClusterClient(attachingTo: server.segmentName)
let position = try client.columns("robot_state", "joint_position", as: Float.self)
let command = try client.columns("rhc_commands", "joint_position", as: Float.self)
for robot in 0..<position.rows {
  for joint in 0..<position.columns { position[robot, joint] += 0.2 }
}
for _ in 0..<30 {
  let report = try client.solve()
  precondition(report.allSolved, "\(report)")
  // The simplest of all simulators: every joint is where it was told to be.
  for robot in 0..<position.rows {
    for joint in 0..<position.columns { position[robot, joint] = command[robot, joint] }
  }
}
var worst = 0.0
for robot in 0..<position.rows {
  for joint in 0..<position.columns {
    worst = max(worst, abs(Double(position[robot, joint]) - client.cluster.robot.homing[joint]))
  }
}
print("\(position.rows) robots, 30 steps: at most \(worst) rad from the homing")
