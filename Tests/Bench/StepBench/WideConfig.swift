/// A config with many of one thing.
enum WideConfig {
  /// In ten buffers.
  case fields
  /// Each in a buffer of its own.
  case buffers
  /// With limits and a homing, which are the columns of two fields.
  case joints
  /// Each refers to the one before it.
  case dimensions

  /// A config of 1000 controllers.
  func text(_ count: Int) -> String {
    let joints = self == .joints ? (0..<count).map { "joint_\($0)" } : BenchBuffers.joints
    var lines = [
      "ccluster: 1", "name: wide", "controllers: {count: 1000}", "robot:", "  name: go2", "  mass: 15.0",
      "  contacts: [\(BenchBuffers.contacts.joined(separator: ", "))]", "  joints: [\(joints.joined(separator: ", "))]",
    ]
    if self == .joints {
      lines += ["  limits:"] + joints.map { "    \($0): {position: [-1.5, 1.5], velocity: 30.1, effort: 23.7}" }
      lines += ["  homing:"] + joints.map { "    \($0): 0.5" }
    }
    if self == .dimensions {
      lines += ["dimensions:", "  length_0: 1"] + (1..<count).map { "  length_\($0): length_\($0 - 1) + 1" }
    }
    let buffers = self == .buffers ? count : self == .fields ? 10 : 2
    let fields = self == .fields ? count / buffers : 1
    lines.append("buffers:")
    for buffer in 0..<buffers {
      lines += ["  buffer_\(buffer):", "    writer: \(buffer.isMultiple(of: 2) ? "simulator" : "controller")"]
      lines += ["    fields:"]
      lines += (0..<fields).map { "      field_\($0): {shape: [joints], unit: rad, columns: joints, initial: homing}" }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
