import ClusterConfig

@testable import ClusterRobot

/// Imports from texts; by default of a robot that floats.
func imported(
  _ urdf: String, srdf: String? = nil, base: ClusterConfig.Robot.Base? = .floating, homing: String? = nil,
  contacts: String? = nil, name: String? = nil
) throws(ConfigError) -> ImportedRobot {
  var options = ImportOptions()
  options.base = base
  options.homing = homing
  options.contacts = contacts
  options.name = name
  return try imported(Array(urdf.utf8), srdf: srdf, options: options)
}

func imported(_ urdf: [UInt8], srdf: String? = nil, options: ImportOptions = ImportOptions()) throws(ConfigError)
  -> ImportedRobot
{
  try ImportedRobot(
    urdf: SourceText(file: "/robot.urdf", bytes: urdf),
    srdf: srdf.map { SourceText(file: "/robot.srdf", bytes: Array($0.utf8)) }, options: options)
}

extension ImportOptions {
  /// As on the command line: options with their values.
  init(_ arguments: [String]) {
    self.init()
    for index in stride(from: 0, to: arguments.count, by: 2) {
      let value = arguments[index + 1]
      switch arguments[index] {
      case "--base": base = ClusterConfig.Robot.Base(rawValue: value)
      case "--homing": homing = value
      case "--contacts": contacts = value
      default: preconditionFailure("no test has said what \(arguments[index]) is")
      }
    }
  }
}

/// The identifiers of what an import is refused for; empty when it is not.
func problems(_ body: () throws -> ImportedRobot) -> [String] {
  do {
    _ = try body()
    return []
  } catch {
    return ((error as? ConfigError)?.diagnostics ?? []).filter { $0.severity == .error }.map(\.id.rawValue)
  }
}

/// A robot of these links and joints.
func robot(_ links: [String], _ joints: String...) -> String {
  "<robot name=\"r\">\(links.map { "<link name=\"\($0)\"/>" }.joined())\n\(joints.joined(separator: "\n"))\n</robot>"
}

/// A joint between two links; turns from -1 to 1 unless told otherwise.
func joint(
  _ name: String, _ parent: String, _ child: String, type: String = "revolute",
  _ rest: String = "<limit lower=\"-1\" upper=\"1\" velocity=\"2\" effort=\"3\"/>"
) -> String {
  "<joint name=\"\(name)\" type=\"\(type)\"><parent link=\"\(parent)\"/><child link=\"\(child)\"/>\(rest)</joint>"
}
