import ControlCluster

/// What the reference controller writes in a step, each field only where the config declares it.
struct ReferenceOutputs {
  private let nodes: Int
  private let joints: Int
  private let contacts: Int
  /// s from the measurement to the instant that the command is for: the next cluster step.
  private let commandTime: Double
  /// kg·m² or kg
  private let inertia: Double
  /// N along the world's z that the contacts share; 0 for a fixed base.
  private let weight: Double

  private let command: JointFields
  private let commandForce: ControllerOutput?
  private let prediction: JointFields
  private let base: [(from: ControllerInput, to: ControllerOutput)]
  private let horizon: JointFields
  private let horizonForce: ControllerOutput?
  private let status: StatusFields

  /// - Throws: `failed` for a field of another size than the controller writes, `notWritable` for one in a buffer that
  ///   another role writes.
  init(_ context: ControllerContext, inertia: Double) throws(ClusterError) {
    nodes = context.horizon.nodes
    joints = context.joints.count
    contacts = context.robot.contacts.count
    commandTime = context.timing.clusterDt
    self.inertia = inertia
    weight = context.robot.hasFloatingBase ? context.robot.mass * 9.81 : 0
    let all = nodes * joints
    command = try JointFields(context, "rhc_commands", count: joints)
    commandForce = try context.optionalOutput("rhc_commands", "contact_force", count: 3 * contacts)
    prediction = try JointFields(context, "rhc_prediction", count: joints)
    horizon = try JointFields(context, "rhc_internal", count: all)
    horizonForce = try context.optionalOutput("rhc_internal", "contact_force", count: nodes * 3 * contacts)
    status = try StatusFields(context, nodes: nodes)
    var base: [(from: ControllerInput, to: ControllerOutput)] = []
    let rootFields = [
      ("root_position", 3), ("root_orientation", 4), ("root_linear_velocity", 3), ("root_angular_velocity", 3),
    ]
    for (field, count) in rootFields where context.hasField("robot_state", field) {
      guard let output = try context.optionalOutput("rhc_prediction", field, count: count) else { continue }
      let input = try context.input("robot_state", field)
      guard input.count == count else {
        throw .failed("robot_state.\(field) has \(input.count) elements a row, not \(count)")
      }
      base.append((from: input, to: output))
    }
    self.base = base
  }

  /// - Parameters:
  ///   - mpc: after its solve.
  ///   - inputs: what it solved for.
  func write(_ mpc: JointMPC, _ inputs: ReferenceInputs) {
    for joint in 0..<joints {
      let next = mpc.state(of: joint, after: commandTime)
      command.write(
        joint, position: next.position, velocity: next.velocity, acceleration: next.acceleration,
        effort: inertia * next.acceleration)
      let ahead = joints + joint
      prediction.write(
        joint, position: mpc.position[ahead], velocity: mpc.velocity[ahead], acceleration: mpc.acceleration[ahead],
        effort: inertia * mpc.acceleration[ahead])
    }
    if !horizon.isEmpty {
      for index in 0..<(nodes * joints) {
        horizon.write(
          index, position: mpc.position[index], velocity: mpc.velocity[index], acceleration: mpc.acceleration[index],
          effort: inertia * mpc.acceleration[index])
      }
    }
    // The model does not move the base: it is expected where it was measured.
    for (from, to) in base { for index in 0..<to.count { to[index] = from[index] } }
    writeForces(inputs)
    status.write(mpc)
  }

  /// The standing weight, shared equally by the contacts that shall touch; the same at all nodes.
  private func writeForces(_ inputs: ReferenceInputs) {
    let share = inputs.contactCount > 0 ? weight / Double(inputs.contactCount) : 0
    for contact in 0..<contacts {
      let force = inputs.contact[contact] ? share : 0
      commandForce?.writeVertical(force, at: contact)
      guard let horizonForce else { continue }
      for node in 0..<nodes { horizonForce.writeVertical(force, at: node * contacts + contact) }
    }
  }
}

/// The joint fields that a buffer has of the four that there may be.
private struct JointFields {
  private let position: ControllerOutput?
  private let velocity: ControllerOutput?
  private let acceleration: ControllerOutput?
  private let effort: ControllerOutput?

  init(_ context: ControllerContext, _ buffer: String, count: Int) throws(ClusterError) {
    position = try context.optionalOutput(buffer, "joint_position", count: count)
    velocity = try context.optionalOutput(buffer, "joint_velocity", count: count)
    acceleration = try context.optionalOutput(buffer, "joint_acceleration", count: count)
    effort = try context.optionalOutput(buffer, "joint_effort", count: count)
  }

  var isEmpty: Bool { position == nil && velocity == nil && acceleration == nil && effort == nil }

  func write(_ index: Int, position q: Double, velocity v: Double, acceleration a: Double, effort tau: Double) {
    position?[index] = q
    velocity?[index] = v
    acceleration?[index] = a
    effort?[index] = tau
  }
}

/// `rhc_status`: how the solve went.
private struct StatusFields {
  private let cost: ControllerOutput?
  private let violation: ControllerOutput?
  private let iterations: ControllerOutput?
  private let nodeCost: ControllerOutput?
  private let nodeViolation: ControllerOutput?
  private let failIndex: ControllerOutput?

  init(_ context: ControllerContext, nodes: Int) throws(ClusterError) {
    cost = try context.optionalOutput("rhc_status", "cost", count: 1)
    violation = try context.optionalOutput("rhc_status", "constraint_violation", count: 1)
    iterations = try context.optionalOutput("rhc_status", "iterations", count: 1)
    nodeCost = try context.optionalOutput("rhc_status", "node_cost", count: nodes)
    nodeViolation = try context.optionalOutput("rhc_status", "node_constraint_violation", count: nodes)
    failIndex = try context.optionalOutput("rhc_status", "fail_index", count: 1)
  }

  func write(_ mpc: JointMPC) {
    cost?[0] = mpc.cost
    violation?[0] = mpc.violation
    iterations?[0] = Double(mpc.iterations)
    // 0 is a solution to all tolerances, 1 one that misses them for every joint.
    failIndex?[0] = mpc.joints > 0 ? Double(mpc.unconverged) / Double(mpc.joints) : 0
    for node in 0..<mpc.nodes {
      nodeCost?[node] = mpc.nodeCost[node]
      nodeViolation?[node] = mpc.nodeViolation[node]
    }
  }
}

extension ControllerContext {
  /// The field, where the config declares it.
  fileprivate func optionalOutput(_ buffer: String, _ field: String, count: Int) throws(ClusterError)
    -> ControllerOutput?
  {
    guard hasField(buffer, field) else { return nil }
    let output = try output(buffer, field)
    guard output.count == count else {
      throw .failed("\(buffer).\(field) has \(output.count) elements a row; the reference controller writes \(count)")
    }
    return output
  }
}

extension ControllerOutput {
  /// A force along the world's z, into the three elements of a contact.
  fileprivate func writeVertical(_ force: Double, at contact: Int) {
    self[3 * contact] = 0
    self[3 * contact + 1] = 0
    self[3 * contact + 2] = force
  }
}
