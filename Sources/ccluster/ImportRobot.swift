import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterRobot

struct ImportRobot: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Writes a robot.yaml from a URDF, and an SRDF if there is one.",
    discussion: """
      Joints are in kinematic order: from the root outwards, depth first, the joints of a link as the URDF lists them. Fixed, mimic \
      and passive joints are left out. A limit of 0 counts as not filled in. A homing outside the limits is moved to the nearest \
      position inside. Each of these is told.
      """)

  @Argument(help: "The URDF; of a xacro file, what xacro writes.", completion: .file(extensions: ["urdf", "xml"]))
  var urdf: String

  @Option(
    help: "The SRDF: poses, end effectors, passive joints, the base.", completion: .file(extensions: ["srdf", "xml"]))
  var srdf: String?

  @Option(help: "The robot's name; by default the URDF's.")
  var name: String?

  @Option(
    help: ArgumentHelp(
      "Whether the root moves freely, where the SRDF does not say: floating or fixed.", valueName: "kind"))
  var base: ClusterConfig.Robot.Base?

  @Option(
    help: ArgumentHelp(
      "The group states to take the homing from; by default the only one, or \(ImportedRobot.usualPoses.joined(separator: ", ")).",
      valueName: "group-state"))
  var homing: String?

  @Option(
    help: ArgumentHelp(
      "The links that may touch the world, in the order of columns; by default the end effectors of a floating base.",
      valueName: "link,…"))
  var contacts: String?

  @Option(help: ArgumentHelp("The version of the resulting robot.", valueName: "version"))
  var robotVersion = "1.0.0"

  @Option(
    name: .shortAndLong, help: "The file to write; - is standard output.",
    completion: .file(extensions: ["yaml", "yml"]))
  var output = "robot.yaml"

  @Flag(help: "Replace the file if there is one.")
  var force = false

  func run() throws {
    let robot = try imported()
    let text = robot.yaml(command: command)
    if output == "-" { return try Terminal.output.data(text) }
    do {
      try NewFile(output).write(text, replacing: force)
    } catch {
      Terminal.error.print("ccluster: \(error)")
      throw ExitCode(1)
    }
    Terminal.error.print(
      "\(output): \(robot.name) with \(robot.joints.count) joints and \(robot.contacts.count) contacts, \(robot.base.rawValue) base"
    )
  }

  private func imported() throws -> ImportedRobot {
    var options = ImportOptions()
    options.name = name
    options.version = robotVersion
    options.base = base
    options.homing = homing
    options.contacts = contacts
    do {
      let robot = try ImportedRobot(urdf: urdf, srdf: srdf, options: options)
      for warning in robot.warnings { Terminal.error.write(warning.rendered(color: Terminal.error.hasColor)) }
      return robot
    } catch {
      Terminal.error.write(error.rendered(color: Terminal.error.hasColor))
      throw ExitCode(2)
    }
  }

  /// What imports the same again, but for where it is written.
  private var command: String {
    var words = ["ccluster", "robot", "import", urdf]
    func add(_ option: String, _ value: String?) { if let value { words += [option, value] } }
    add("--srdf", srdf)
    add("--name", name)
    add("--base", base?.rawValue)
    add("--homing", homing)
    add("--contacts", contacts)
    add("--robot-version", robotVersion == "1.0.0" ? nil : robotVersion)
    return words.map(Self.quoted).joined(separator: " ")
  }

  /// For a shell.
  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_./,=:+@".unicodeScalars.contains($0)
      }
    return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }
}

extension ClusterConfig.Robot.Base: ExpressibleByArgument {}
