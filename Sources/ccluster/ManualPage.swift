import ControlCluster

/// A page of the manual, in the macros of man(7), from what the argument parser knows of a command.
struct ManualPage {
  /// `ccluster-launch.1`
  let fileName: String
  let text: String

  /// The command's own page, and those of the commands below it.
  static func pages(of command: JSONValue, below parents: [String] = [], version: String) -> [ManualPage] {
    guard let name = command["commandName"]?.string, command["shouldDisplay"]?.bool ?? true, name != "help" else {
      return []
    }
    let path = parents + [name]
    let inner = (command["subcommands"]?.array ?? []).flatMap { pages(of: $0, below: path, version: version) }
    return [ManualPage(command, path, version)] + inner
  }

  private init(_ command: JSONValue, _ path: [String], _ version: String) {
    let title = path.joined(separator: "-")
    fileName = "\(title).1"
    let arguments = (command["arguments"]?.array ?? []).filter { $0["shouldDisplay"]?.bool ?? true }
    let commands = (command["subcommands"]?.array ?? []).filter {
      ($0["shouldDisplay"]?.bool ?? true) && $0["commandName"]?.string != "help"
    }
    let abstract = command["abstract"]?.string ?? ""
    var lines = [
      #".TH "\#(title.uppercased())" 1 "" "ccluster \#(version)" "ControlCluster""#,
      ".SH NAME", "\(Self.escaped(title)) \\- \(Self.escaped(Self.withoutStop(abstract)))", ".SH SYNOPSIS",
      ".B \(Self.escaped(path.joined(separator: " ")))",
    ]
    lines += commands.isEmpty ? arguments.map(Self.usage) : [#"\fIcommand\fR .\|.\|."#]
    lines += [".SH DESCRIPTION", Self.line(abstract)]
    for paragraph in (command["discussion"]?.string ?? "").split(separator: "\n\n") {
      lines += [".PP", Self.line(String(paragraph))]
    }
    if !commands.isEmpty {
      lines.append(".SH COMMANDS")
      for command in commands {
        let name = command["commandName"]?.string ?? ""
        lines += [".TP", "\\fB\(Self.escaped(name))\\fR", Self.line(command["abstract"]?.string ?? "")]
      }
    }
    lines += Self.sections(arguments)
    let others =
      (path.count > 1 ? [path.dropLast().joined(separator: "-")] : [])
      + commands.compactMap { $0["commandName"]?.string }.map { "\(title)-\($0)" }
    if !others.isEmpty {
      lines += [".SH SEE ALSO", others.map { "\\fB\(Self.escaped($0))\\fR(1)" }.joined(separator: ",\n")]
    }
    text = lines.map { "\($0)\n" }.joined()
  }

  /// Options by their titles, those without one first.
  private static func sections(_ arguments: [JSONValue]) -> [String] {
    var titles: [String] = []
    for title in arguments.map({ $0["sectionTitle"]?.string ?? "" }) where !titles.contains(title) {
      titles.append(title)
    }
    return titles.sorted { $0.isEmpty && !$1.isEmpty }.flatMap { title in
      [".SH \(escaped(title.isEmpty ? "OPTIONS" : title.uppercased()))"]
        + arguments.filter { ($0["sectionTitle"]?.string ?? "") == title }.flatMap(description)
    }
  }

  private static func description(_ argument: JSONValue) -> [String] {
    let isFlag = argument["kind"]?.string == "flag"
    let value = "\\fI\(escaped(argument["valueName"]?.string ?? "value"))\\fR"
    let names = (argument["names"]?.array ?? []).map { "\\fB\(escaped(spelled($0)))\\fR" }.joined(separator: ", ")
    var words = [argument["abstract"]?.string ?? ""]
    if let values = argument["allValues"]?.array?.compactMap(\.string), !values.isEmpty {
      words.append("Values: \(values.joined(separator: ", ")).")
    }
    if let standard = argument["defaultValue"]?.string { words.append("Default: \(standard).") }
    return [".TP", names.isEmpty ? value : isFlag ? names : "\(names) \(value)", line(words.joined(separator: " "))]
  }

  /// `[\fB\-\-steps\fR \fIsteps\fR]`
  private static func usage(_ argument: JSONValue) -> String {
    let value = "\\fI\(escaped(argument["valueName"]?.string ?? "value"))\\fR"
    var text = value
    if let name = argument["preferredName"] {
      text = "\\fB\(escaped(spelled(name)))\\fR" + (argument["kind"]?.string == "flag" ? "" : " \(value)")
    }
    if argument["isRepeating"]?.bool == true { text += #" .\|.\|."# }
    return argument["isOptional"]?.bool == true ? "[\(text)]" : text
  }

  private static func spelled(_ name: JSONValue) -> String {
    (name["kind"]?.string == "long" ? "--" : "-") + (name["name"]?.string ?? "")
  }

  private static func withoutStop(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }

  // MARK: roff

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\n", with: " ")
  }

  /// A dot or an apostrophe at the start of a line would be a request.
  private static func line(_ text: String) -> String {
    let line = escaped(text)
    return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&\(line)" : line
  }
}
