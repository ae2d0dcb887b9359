/// What a controller is given when it is built: who it is, what the config says, and doors to its rows.
///
/// Joints are in the controller's own order everywhere (`controllers.joints` in the config): the base class maps between it
/// and the robot's. Quaternions are w, x, y, z whatever the buffer's convention.
public final class ControllerContext {
  /// The controller's number in the whole cluster: robot `index` is its robot.
  public let index: Int
  /// Row `slot` of every per-controller buffer is its own. The same as `index`, but on another host than the first one.
  public let slot: Int
  public let cluster: ClusterDescription
  /// The controller's joints, in its own order.
  public let joints: [String]
  /// rad or m, in the order of `joints`.
  public let homing: [Double]
  /// In the order of `joints`.
  public let limits: [JointLimits]

  /// `controllers.parameters` of the config.
  public var parameters: JSONValue { cluster.controllers.parameters }
  public var robot: RobotDescription { cluster.robot }
  public var horizon: ClusterDescription.Horizon { cluster.horizon }
  public var timing: ClusterDescription.Timing { cluster.timing }

  let rows: ControllerRows
  private let segment: Segment

  init(_ segment: Segment, slot: Int) throws(ClusterError) {
    self.segment = segment
    self.slot = slot
    index = segment.numbers[slot]
    cluster = segment.cluster
    joints = cluster.controllers.joints
    let robot = cluster.robot
    var map: [Int] = []
    for joint in joints {
      guard let place = robot.joints.firstIndex(of: joint) else {
        throw .corrupt(segment: segment.name, what: "the robot has no joint '\(joint)'")
      }
      map.append(place)
    }
    homing = map.map { robot.homing[$0] }
    limits = map.map { robot.limits[$0] }
    rows = ControllerRows(segment, slot: slot)
  }

  /// Whether the config declares that field: users may drop any.
  public func hasField(_ buffer: String, _ field: String) -> Bool {
    segment.layout[buffer: buffer]?[field: field] != nil
  }

  /// A field that the controller reads. Of a `latest` buffer it sees the row as it was when the solve began.
  /// - Throws: `unknownBuffer`, `unknownField`.
  public func input(_ buffer: String, _ field: String) throws(ClusterError) -> ControllerInput {
    let (buffer, field) = try segment.field(buffer, field)
    return ControllerInput(rows.inputRow(buffer), field, map: elementMap(of: field), owner: segment)
  }

  /// A field that the controller writes, into a private row that is committed when `solve()` returns: a solve that throws
  /// leaves what stood before.
  /// - Throws: `unknownBuffer`, `unknownField`, `notWritable` when the buffer's writer is not the controller.
  public func output(_ buffer: String, _ field: String) throws(ClusterError) -> ControllerOutput {
    let (buffer, field) = try segment.field(buffer, field)
    guard let row = rows.stagedRow(buffer) else {
      throw .notWritable(buffer: buffer.name, writer: buffer.writer.name)
    }
    return ControllerOutput(row, field, map: elementMap(of: field), owner: rows)
  }

  /// The first element of a field that the controller writes; `nil` when the config has no such field.
  func stagedScalar(_ buffer: String, _ field: String) -> StagedScalar? {
    guard let (buffer, field) = try? segment.field(buffer, field), field.count > 0, let row = rows.stagedRow(buffer)
    else { return nil }
    return StagedScalar(address: row + field.offset, type: field.elementType)
  }

  /// Leaves how long it took from the claim of the slot until now.
  func noteRegistration(_ slot: Slot) {
    let registration = System.monotonicNanoseconds - slot.registeringAt.load()
    slot.registrationNanoseconds.store(registration)
    stagedScalar("profiling", "registration_time")?.store(Double(registration) * 1e-9)
  }

  /// Where the controller finds its row of a buffer: a private copy of one that it writes, which is committed when a solve has
  /// succeeded; a snapshot of a `latest` one; else the memory itself.
  /// - Throws: `unknownBuffer`.
  package func row(_ buffer: String) throws(ClusterError) -> UnsafeRawPointer {
    try rows.inputRow(segment.buffer(buffer))
  }

  /// For each element as the controller sees it, its place in the field as it is stored: joints in the controller's order,
  /// quaternions as w, x, y, z.
  package func elementMap(of field: FieldLayout) -> [Int] {
    var extents = field.shape
    let jointMap = self.jointMap(of: field)
    if let jointMap { extents[field.columnsAxis] = jointMap.count }
    var map: [Int] = []
    var position = [Int](repeating: 0, count: extents.count)
    for _ in 0..<extents.reduce(1, *) {
      var place = 0
      for (axis, extent) in field.shape.enumerated() {
        var coordinate = position[axis]
        if let jointMap, axis == field.columnsAxis { coordinate = jointMap[coordinate] }
        if field.convention == "xyzw", axis == extents.count - 1 { coordinate = (coordinate + 3) % 4 }
        place = place * extent + coordinate
      }
      map.append(place)
      for axis in position.indices.reversed() {
        position[axis] += 1
        if position[axis] < extents[axis] { break }
        position[axis] = 0
      }
    }
    return map
  }

  /// For each of the controller's joints, its place among the field's columns, which their names decide; `nil` when the
  /// columns are no joints, or not all of the controller's.
  private func jointMap(of field: FieldLayout) -> [Int]? {
    guard !field.columns.isEmpty, Set(field.columns).isSubset(of: robot.joints) else { return nil }
    let places = joints.compactMap { field.columns.firstIndex(of: $0) }
    return places.count == joints.count ? places : nil
  }
}

/// One element of a private row, which must outlive it.
struct StagedScalar {
  let address: UnsafeMutableRawPointer
  let type: ElementType

  @inline(__always)
  func store(_ value: Double) {
    if type == .f64 { return address.storeBytes(of: value, as: Double.self) }
    ElementCodec.store(value, address, type)
  }
}
