import ArgumentParser
import ClusterLaunch
import ControlCluster

/// What `activate`, `deactivate` and `reset` have in common.
struct ControllerArguments: ParsableArguments {
  @OptionGroup var cluster: ClusterArgument

  @Argument(help: ArgumentHelp("Controllers: numbers and ranges such as 0-3,7, or all.", valueName: "controllers"))
  var controllers: [String]

  @Option(
    help: ArgumentHelp("How long to wait until each has done it; 10s by default.", valueName: "duration"),
    transform: Launch.seconds)
  var timeout = 10.0

  /// `nil` is all.
  private var indices: [Int]? {
    get throws {
      if controllers == ["all"] { return nil }
      let parts = controllers.joined(separator: ",").split(separator: ",", omittingEmptySubsequences: false)
      return try parts.flatMap { part -> [Int] in
        let ends = part.split(separator: "-", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard let first = ends.first, let last = ends.last, ends.count <= 2, first >= 0, first <= last,
          last - first < 1 << 20,
          ends.count == part.count(where: { $0 == "-" }) + 1
        else { throw ValidationError("'\(part)' is no controller and no range of some: 3, 0-3,7 or all") }
        return Array(first...last)
      }
    }
  }

  func validate() throws { _ = try indices }

  /// - Parameter done: What has become of them, in words.
  func ask(_ request: SlotRequest, _ verb: String, done: String) throws {
    let running = try cluster.find()
    let indices = try indices ?? Array(0..<running.segment.layout.slots)
    try ClusterArgument.printingProblems {
      try running.refuseSuspended()
      guard !running.isEmbedded, let launcher = try? running.connect() else {
        return try Segment.attach(to: running.name, as: .tool).request(request, indices, timeout: timeout)
      }
      _ = try launcher.ask(
        [
          .init(key: "do", value: .string(verb)),
          .init(key: "controllers", value: .array(indices.map(JSONValue.integer))),
          .init(key: "timeout", value: .number(timeout)),
        ], timeout: timeout + 5)
    }
    Terminal.error.print("\(Terminal.error.styled("✓", .green)) \(Quantity.count(indices.count, "controller")) \(done)")
  }
}

struct Activate: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lets controllers take part in the steps.")
  @OptionGroup var arguments: ControllerArguments
  func run() throws { try arguments.ask(.activate, "activate", done: "activated") }
}

struct Deactivate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Takes controllers out of the steps; their commands go back to homing.")
  @OptionGroup var arguments: ControllerArguments
  func run() throws { try arguments.ask(.deactivate, "deactivate", done: "deactivated") }
}

struct Reset: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Resets controllers; those that have failed take part again.")
  @OptionGroup var arguments: ControllerArguments
  func run() throws { try arguments.ask(.reset, "reset", done: "reset") }
}
