import ArgumentParser
import ClusterConfig
import ClusterPlan
import ControlCluster

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what changed between two configs, and whether programs of the old one fit the new one.",
    discussion: """
      OLD and NEW are files, or files of a git revision: REVISION:PATH, with PATH as git reads it (from the top of the \
      repository, or from here when it starts with ./). What such a file extends is taken from the same revision.

      With both, --set and --overlay change both, as they would when either is launched. Without NEW they are what is \
      compared: OLD as it is, and OLD with them.

      Exit status: 0 when a program that attached to OLD and knows its fields by name can attach to NEW without change, 1 \
      when it cannot, 2 when a config is invalid or cannot be read.
      """)

  @Argument(help: "The cluster.yaml before.", completion: .file(extensions: ["yaml", "yml"]))
  var old: String

  @Argument(
    help: "The cluster.yaml after; without it, OLD as --set and --overlay change it.",
    completion: .file(extensions: ["yaml", "yml"]))
  var new: String?

  @Option(
    name: .customLong("overlay"), parsing: .singleValue,
    help: ArgumentHelp("Lay this file over; may be repeated.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var overlays: [String] = []

  @OptionGroup var values: ValueOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if new == nil, overlays.isEmpty, values.overrides.isEmpty {
      throw ValidationError("Name NEW, or what shall change in OLD with --set or --overlay.")
    }
  }

  func run() throws {
    var unchanged = values
    unchanged.overrides = []
    let diff = PlanDiff(
      old: try new == nil ? Self.plan(old, [], unchanged) : Self.plan(old, overlays, values),
      new: try Self.plan(new ?? old, overlays, values))
    let output = Terminal.output
    output.write(json ? diff.json.pretty + "\n" : diff.text { text, style in output.styled(text, style.onTerminal) })
    if !diff.attachment.works { throw ExitCode(1) }
  }

  /// Problems are printed, and end the program with status 2.
  private static func plan(_ file: String, _ overlays: [String], _ values: ValueOptions) throws -> ClusterPlan {
    do {
      guard let revision = GitRevision(file) else {
        return try values.plan(of: values.loadPrintingProblems([file] + overlays), named: file)
      }
      return try revision.plan(overlays, values)
    } catch let error as GitError {
      Terminal.error.print("ccluster: \(file): \(error)")
      throw ExitCode(2)
    }
  }
}

extension PlanDiff.Style {
  fileprivate var onTerminal: Terminal.Style {
    switch self {
    case .title: .bold
    case .old, .bad: .red
    case .new, .good: .green
    case .dim: .dim
    }
  }
}
