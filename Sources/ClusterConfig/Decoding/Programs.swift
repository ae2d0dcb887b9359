extension ValueReader {
  /// A built-in program's name, or a mapping with `command`.
  func program(_ builtIns: [String]) -> ClusterConfig.Program? {
    guard case .scalar = node.content else {
      guard case .mapping = node.content else {
        wrongType("a program's name, or {command: …}")
        return nil
      }
      var section = Section(self, at: node.span)
      let program = section.commandProgram()
      section.finish()
      return program
    }
    if records([.words(builtIns)]) { return nil }
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
    guard let words = stringOrStrings("a list of words", count: 1...Int.max, { $0.string() }) else { return nil }
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
  mutating func commandProgram() -> ClusterConfig.Program? {
    let command =
      required(
        "command", "name the executable and its arguments",
        doc: "The executable and its arguments. With a slash it is relative to this file, else it is looked up in PATH."
      ) { $0.command() }?.value
    let environment = named(
      "environment", doc: "Variables added to the environment.", each: "Value of this variable.",
      placeholder: "VARIABLE", names: "^[^=]+$"
    ).compactMap { name, value -> ClusterConfig.EnvironmentVariable? in
      if name.value.isEmpty || name.value.contains("=") || name.value.unicodeScalars.contains("\0") {
        collector.report(
          .nameSyntax, "\(quoted(name.value)) cannot be the name of an environment variable", at: name.span)
        return nil
      }
      return value.string().map { .init(name: name.value, value: $0) }
    }
    let directory = read(
      "directory", absent: "where the launch was started", doc: "Where the program runs, relative to this file."
    ) { $0.path() }
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
  /// - Parameters:
  ///   - robotJoints: `nil` when they could not be read.
  ///   - scheduling: what is read of it; the rules look at it before it is this one's.
  ///   - after: likewise.
  init?(
    _ reader: ValueReader, robotJoints: [String]?, scheduling: inout SchedulingSpec?, after: inout [Located<String>]
  ) {
    self.init(defaults: ())
    if case .scalar = reader.node.content {
      guard let program = reader.program(Self.builtIns) else { return nil }
      self.program = program
      return
    }
    var section = Section(reader, at: reader.node.span)
    var isRead = true
    program = section.read(
      "program", default: program,
      doc: """
        What runs: stub is built in, external is started by hand and attaches and detaches freely; or a command of \
        your own, whose keys may also stand here directly.
        """
    ) {
      let program = $0.program(Self.builtIns)
      isRead = program != nil
      return program
    }
    program =
      section.group(Self.commandKeys, alternative: "program") { section, own, direct in
        reader.collector.report(
          .program, "\(section.path("program")) and \(section.path(direct.key)) both say what runs; keep one of them",
          at: direct.keySpan,
          notes: [.init("the other one is here; 'program: null' removes an inherited one", at: own.value.span)])
      } read: {
        $0.commandProgram()
      } ?? program
    steps = section.read(
      "steps", default: steps, doc: "Cluster steps after which the built-in simulator ends; 0 runs until stopped.",
      unit: "steps"
    ) { $0.integer(0...Int.max) }
    realtime = section.read(
      "realtime", default: realtime, doc: "Whether the built-in simulator waits for the clock; else it runs flat out."
    ) { $0.bool() }
    parameters = section.read(
      "parameters", default: parameters, doc: "Your own values, handed to the simulator as JSON."
    ) { [program] in $0.parameters(of: isRead ? program : nil, joints: robotJoints) }
    after = section.after("Who must be ready before it starts, beside the controllers: processes by name.")
    placement = ClusterConfig.Placement(
      section.section("placement", doc: "Which cores it runs on, unless it is started by hand."))
    scheduling = SchedulingSpec(
      section.section("scheduling", doc: "How the kernel schedules it, unless it is started by hand."))
    section.finish()
  }
}
