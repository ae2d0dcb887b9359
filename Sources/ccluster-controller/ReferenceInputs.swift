import ControlCluster

/// What the reference controller reads in a step; one array element a joint, in the controller's order.
final class ReferenceInputs {
  /// Measured: rad or m, rad/s or m/s.
  private(set) var position: [Double]
  private(set) var velocity: [Double]
  private(set) var positionReference: [Double]
  private(set) var velocityReference: [Double]
  /// Whether each contact shall touch, in the robot's order.
  private(set) var contact: [Bool]
  /// How many of `contact` are true.
  private(set) var contactCount: Int

  private let positionInput: ControllerInput
  private let velocityInput: ControllerInput
  private let positionReferenceInput: ControllerInput?
  private let velocityReferenceInput: ControllerInput?
  private let contactInput: ControllerInput?

  /// - Throws: `failed` when a measured field is missing, or any has not an element a joint (or contact).
  init(_ context: ControllerContext) throws(ClusterError) {
    let joints = context.joints.count
    position = context.homing
    velocity = [Double](repeating: 0, count: joints)
    positionReference = position
    velocityReference = velocity
    contact = context.robot.contacts.map { _ in true }
    contactCount = contact.count

    func optional(_ buffer: String, _ field: String, count: Int) throws(ClusterError) -> ControllerInput? {
      guard context.hasField(buffer, field) else { return nil }
      let input = try context.input(buffer, field)
      guard input.count == count else {
        throw .failed("\(buffer).\(field) has \(input.count) elements a row; the reference controller reads \(count)")
      }
      return input
    }
    func required(_ buffer: String, _ field: String) throws(ClusterError) -> ControllerInput {
      guard let input = try optional(buffer, field, count: joints) else {
        throw .failed("the reference controller needs the field \(buffer).\(field), which the config does not declare")
      }
      return input
    }
    positionInput = try required("robot_state", "joint_position")
    velocityInput = try required("robot_state", "joint_velocity")
    positionReferenceInput = try optional("rhc_references", "joint_position", count: joints)
    velocityReferenceInput = try optional("rhc_references", "joint_velocity", count: joints)
    contactInput = try optional("rhc_references", "contact", count: contact.count)
  }

  func read() {
    positionInput.read(into: &position)
    velocityInput.read(into: &velocity)
    positionReferenceInput?.read(into: &positionReference)
    velocityReferenceInput?.read(into: &velocityReference)
    guard let contactInput else { return }
    contactCount = 0
    for index in contact.indices {
      contact[index] = contactInput[index] != 0
      if contact[index] { contactCount += 1 }
    }
  }
}
