import ArgumentParser
import ClusterConfig
import ControlCluster

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explains a diagnostic: what it means, a config that causes it, and the cure.",
    discussion: """
      The id stands in brackets behind each message of the other verbs. Without one, lists all of them. --json prints \
      {"id", "chapter", "meaning", "broken", "cured"}, the last two as {"command", "files": [{"name", "text"}], "shown", \
      "needs_machine"}; without an id an array of these.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, markdown }

  @Argument(
    help: ArgumentHelp("The id, such as unknown-key.", valueName: "id"),
    completion: .list(Diagnostic.ID.allCases.map(\.rawValue)))
  var id: String?

  @Option(help: "text or markdown.")
  var format = Format.text

  @Flag(help: "Print one JSON value.")
  var json = false

  func run() throws {
    let output = Terminal.output
    let chosen = try id.map(Self.find)
    let ids = chosen.map { [$0] } ?? Diagnostic.ID.allCases
    if json {
      let value = chosen.map { $0.json } ?? .array(ids.map(\.json))
      return try output.data(value.pretty + "\n")
    }
    switch format {
    case .markdown: try output.data(DiagnosticsPage(ids).markdown)
    case .text: try output.data(chosen.map { ExplanationText($0, on: output).text } ?? Self.list(on: output))
    }
  }

  /// Also as it was copied from a message, in its brackets.
  private static func find(_ text: String) throws -> Diagnostic.ID {
    let name = text.filter { !"[]".contains($0) }
    if let id = Diagnostic.ID(rawValue: name) { return id }
    let suggestion = Diagnostic.ID.nearest(to: name).map { "did you mean '\($0.rawValue)'?" }
    Terminal.error.print(
      "ccluster: there is no diagnostic '\(name)'; \(suggestion ?? "'ccluster explain' lists all of them")")
    throw ExitCode.validationFailure
  }

  private static func list(on terminal: Terminal) -> String {
    let width = Diagnostic.ID.allCases.map(\.rawValue.count).max() ?? 0
    return Diagnostic.ID.Chapter.allCases.map { chapter in
      terminal.styled(chapter.rawValue, .bold) + "\n"
        + Diagnostic.ID.allCases.filter { $0.chapter == chapter }.map { id in
          let room = String(repeating: " ", count: width - id.rawValue.count)
          let line = "  \(terminal.styled(id.rawValue, .cyan))\(room)  \(id.explanation.summary)"
          return (terminal.isInteractive ? terminal.cut(line, to: terminal.width) : line) + "\n"
        }.joined()
    }.joined(separator: "\n")
  }
}

extension Diagnostic.ID {
  fileprivate var json: JSONValue {
    .object([
      .init(key: "id", value: .string(rawValue)), .init(key: "chapter", value: .string(chapter.rawValue)),
      .init(key: "meaning", value: .string(explanation.meaning)),
      .init(key: "broken", value: explanation.broken.json), .init(key: "cured", value: explanation.cured.json),
    ])
  }
}

extension ConfigExample {
  fileprivate var json: JSONValue {
    let files = (isDescription ? files : [Self.base] + files).map { file in
      JSONValue.object([
        .init(key: "name", value: .string(file.name)), .init(key: "text", value: .string(file.text)),
      ])
    }
    return .object([
      .init(key: "command", value: .array(command.map { .string($0) })), .init(key: "files", value: .array(files)),
      .init(key: "shown", value: .string(rendered())), .init(key: "needs_machine", value: .bool(dependsOnMachine)),
    ])
  }
}
