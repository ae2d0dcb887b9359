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

  @Flag(help: "Print one JSON object.")
  var json = false

  /// `nil` is all.
  private var indices: [Int]? {
    get throws {
      if controllers == ["all"] { return nil }
      return try Self.indices(controllers)
    }
  }

  /// Numbers and ranges, with commas in them.
  /// - Parameter other: what may stand in their place, for the error.
  /// - Throws: `ValidationError`
  static func indices(_ texts: [String], or other: String = " or all") throws -> [Int] {
    let parts = texts.joined(separator: ",").split(separator: ",", omittingEmptySubsequences: false)
    return try parts.flatMap { part -> [Int] in
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, ends.count <= 2, first >= 0, first <= last,
        last - first < 1 << 20,
        ends.count == part.count(where: { $0 == "-" }) + 1
      else { throw ValidationError("'\(part)' is no controller and no range of some: 3, 0-3,7\(other)") }
      return Array(first...last)
    }
  }

  func validate() throws { _ = try indices }

  /// - Parameter done: What has become of them, in words.
  func ask(_ request: SlotRequest, _ verb: String, done: String) throws {
    let running = try cluster.find()
    let indices = try indices
    let (asked, skipped) = try ClusterArgument.printingProblems {
      try running.refuseSuspended()
      guard !running.isEmbedded, let launcher = try? running.connect() else {
        return try ask(request, indices, of: running)
      }
      let answer = try launcher.ask(
        [
          .init(key: "do", value: .string(verb)),
          .init(key: "controllers", value: indices.map { .array($0.map(JSONValue.integer)) } ?? "all"),
          .init(key: "timeout", value: .number(timeout)),
        ], timeout: timeout + 5)
      return (Self.numbers(answer["controllers"]), Self.numbers(answer["skipped"]))
    }
    if json {
      return try Terminal.output.data(
        JSONValue.object([
          .init(key: "name", value: .string(cluster.name)), .init(key: "request", value: .string(verb)),
          .init(key: "controllers", value: .array(asked.map(JSONValue.integer))),
          .init(key: "skipped", value: .array(skipped.map(JSONValue.integer))),
        ]).pretty + "\n")
    }
    let terminal = Terminal.error
    terminal.print("\(terminal.styled("✓", .green)) \(Quantity.count(asked.count, "controller")) \(done)")
    guard !skipped.isEmpty else { return }
    let names = skipped.prefix(8).map(String.init).joined(separator: ", ") + (skipped.count > 8 ? ", …" : "")
    terminal.print("\(terminal.styled("!", .yellow)) left out, because dead: \(names)")
  }

  /// Where there is no launcher to ask, and nobody who starts the dead again.
  private func ask(_ request: SlotRequest, _ indices: [Int]?, of running: RunningCluster) throws(ClusterError)
    -> ([Int], [Int])
  {
    let numbers = running.segment.numbers
    let all = Array(0..<running.segment.layout.slots)
    let dead = indices == nil ? all.filter { running.segment.slotSnapshot($0).state == .dead } : []
    let asked: [Int]
    if let indices { asked = try numbers.slots(of: indices) } else { asked = all.filter { !dead.contains($0) } }
    try Segment.attach(to: running.name, as: .tool).request(request, asked, timeout: timeout)
    return (asked.map { numbers[$0] }, dead.map { numbers[$0] })
  }

  private static func numbers(_ value: JSONValue?) -> [Int] { value?.array?.compactMap(\.int) ?? [] }
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
