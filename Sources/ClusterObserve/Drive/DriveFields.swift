import ControlCluster

/// The fields of a buffer that keys can drive, by their names in the standard buffers; those that a config does not have are left out.
public struct DriveFields: Sendable {
  public let buffer: BufferLayout
  /// `root_linear_velocity`, x y z.
  let linear: FieldLayout?
  /// `root_angular_velocity`, x y z.
  let angular: FieldLayout?
  /// `root_position`, of which z is the height.
  let position: FieldLayout?
  /// `phase`, one number.
  let phase: FieldLayout?
  /// `contact`, one for each.
  let contact: FieldLayout?

  /// - Throws: `unknown` for a buffer that is not there, `notWritable` for one that is not a tool's, `value` when none of its fields is
  ///   one of those above.
  public init(in layout: ClusterLayout, buffer name: String) throws(ValueError) {
    let buffer = try ValueSelection(ValuePath(name), in: layout).buffer
    guard buffer.writer == .tool else { throw .notWritable(buffer: name, writer: buffer.writer) }
    self.buffer = buffer
    func vector(_ name: String) -> FieldLayout? {
      buffer[field: name].flatMap { $0.shape == [3] && [.f32, .f64].contains($0.elementType) ? $0 : nil }
    }
    linear = vector("root_linear_velocity")
    angular = vector("root_angular_velocity")
    position = vector("root_position")
    phase = buffer[field: "phase"].flatMap { $0.shape.isEmpty && $0.elementType != .char ? $0 : nil }
    contact = buffer[field: "contact"].flatMap { $0.shape.count == 1 && $0.elementType != .char ? $0 : nil }
    guard linear != nil || angular != nil || position != nil || phase != nil || contact != nil else {
      throw .value(
        name,
        "it has nothing to drive: root_linear_velocity, root_angular_velocity or root_position of three floating-point numbers, "
          + "phase of one number, contact of one for each")
    }
  }

  /// What the contacts are called.
  public var contactNames: [String] { contact.map { ElementNames.axes(of: $0)[0] } ?? [] }
  public var hasHeight: Bool { position != nil }
  public var hasPhase: Bool { phase != nil }
  public var hasTwist: Bool { linear != nil || angular != nil }

  static func number(_ field: FieldLayout, _ element: Int, in bytes: UnsafeRawBufferPointer) -> Double {
    ElementCodec.load(bytes.baseAddress! + field.offset + element * field.elementType.size, field.elementType)
  }

  static func store(
    _ values: [Double], _ field: FieldLayout, in bytes: UnsafeMutableRawBufferPointer, from first: Int = 0
  ) {
    for (index, value) in values.enumerated() {
      ElementCodec.store(
        value, bytes.baseAddress! + field.offset + (first + index) * field.elementType.size, field.elementType)
    }
  }
}
