extension ValueReader {
  /// A built-in program's name, or a mapping with `command`.
  func program(_ builtIns: [String]) -> ClusterConfig.Program? {
    guard case .scalar = node.content else {
      guard case .mapping = node.content else {
        wrongType("a program's name, or {command: …}")
        return nil
      }
      var section = Section(node, label, at: node.span, collector)
      let program = section.commandProgram()
      section.finish()
      return program
    }
    guard let name = string() else { return nil }
    guard builtIns.contains(name) else {
      report(
        .program, "\(label): there is no built-in program \(quoted(name))",
        notes: Self.valueNotes(for: name, among: builtIns) + [.init("to run your own, write {command: [./program]}")])
      return nil
    }
    return name == "external" ? .external : .builtIn(name)
  }

  /// Words of a command line; the first is the executable.
  fileprivate func command() -> [String]? {
    guard let words = stringOrStrings("a list of words", { $0.string() }) else { return nil }
    guard let executable = words.first, !executable.value.isEmpty else {
      report(.program, "\(label) must name an executable")
      return nil
    }
    // Without a slash it is looked up in PATH when it is launched.
    let resolved =
      executable.value.contains("/")
      ? Path.absolute(executable.value, in: executable.span.source.directory) : executable.value
    return [resolved] + words.dropFirst().map(\.value)
  }
}

extension Section {
  /// Reads `command`, `environment` and `directory`.
  fileprivate mutating func commandProgram() -> ClusterConfig.Program? {
    let command = required("command", "name the executable and its arguments") { $0.command() }?.value
    let environment = named("environment").compactMap { name, value -> ClusterConfig.EnvironmentVariable? in
      if name.value.isEmpty || name.value.contains("=") || name.value.unicodeScalars.contains("\0") {
        collector.report(
          .nameSyntax, "\(quoted(name.value)) cannot be the name of an environment variable", at: name.span)
        return nil
      }
      return value.string().map { .init(name: name.value, value: $0) }
    }
    let directory = read("directory") { $0.path() }
    return command.map { .command(arguments: $0, environment: environment, directory: directory) }
  }
}

extension ClusterConfig.Simulator {
  private static let builtIns = ["stub", "external"]
  private static let commandKeys = ["command", "environment", "directory"]

  init(defaults: Void) {
    self.init(program: .builtIn("stub"), steps: 1000, realtime: false, parameters: .mapping([]))
  }

  /// A mapping, or in short the name of a built-in program alone.
  init?(_ reader: ValueReader) {
    self.init(defaults: ())
    if case .scalar = reader.node.content {
      guard let program = reader.program(Self.builtIns) else { return nil }
      self.program = program
      return
    }
    var section = Section(reader.node, reader.label, at: reader.node.span, reader.collector)
    if let own = section.entry("program") {
      if let direct = Self.commandKeys.lazy.compactMap({ section.entry($0) }).first {
        reader.collector.report(
          .program, "\(section.path("program")) and \(section.path(direct.key)) both say what runs; keep one of them",
          at: direct.keySpan,
          notes: [.init("the other one is here; 'program: null' removes an inherited one", at: own.value.span)])
      }
      program = ValueReader(own.value, section.path("program"), reader.collector).program(Self.builtIns) ?? program
      // All of them are valid keys, also when one of them stops the search above.
      for key in Self.commandKeys { _ = section.entry(key) }
    } else if Self.commandKeys.contains(where: section.has) {
      program = section.commandProgram() ?? program
    } else {
      for key in Self.commandKeys { _ = section.entry(key) }
    }
    steps = section.read("steps", default: steps) { $0.integer(0...Int.max) }
    realtime = section.read("realtime", default: realtime) { $0.bool() }
    parameters = section.read("parameters", default: parameters) { $0.parameters() }
    section.finish()
  }
}
