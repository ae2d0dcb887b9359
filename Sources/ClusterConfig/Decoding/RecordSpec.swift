import BuiltInPrograms

/// `record` as it was written: its buffers and controllers are not known to be there yet.
struct RecordSpec {
  var buffers: [Located<String>]
  var every: Located<Int>?
  var hz: Located<Double>?
  /// `nil` for a list.
  var robots: RecordingOptions.Robots.Word?
  var robotList: [Located<Int>]
  var output: String
  var placement: ClusterConfig.Placement
  var scheduling: SchedulingSpec

  /// A mapping, or in short true or false; `nil` for false, and for what cannot be read.
  init?(_ reader: ValueReader) {
    if case .scalar = reader.node.content {
      guard reader.bool() == true else { return nil }
      self.init(Section(nil, reader.label, at: reader.node.span, reader.collector))
      return
    }
    self.init(Section(reader, at: reader.node.span))
  }

  private init(_ section: Section) {
    var section = section
    buffers = section.read("buffers", default: [], doc: "Buffers that are recorded, by name; without any, all are.") {
      $0.stringOrStrings("a name or a list of names")
    }
    every = section.located(
      "every", default: 1, doc: "Records steps whose number is a multiple of this.", unit: "steps"
    ) { $0.integer(1...Int.max) }
    hz = section.read(
      "hz", absent: "as many as 'every' says",
      doc: "Records at most so many steps a second of the clock, in place of 'every'.", unit: "Hz"
    ) { reader in reader.number(.positive).map { Located($0, reader.node.span) } }
    var list: [Located<Int>] = []
    var isList = false
    robots = section.read(
      "ros2", default: .first,
      doc: """
        Whose joints, base and contacts are also recorded as ROS 2's own messages: those of the first 16 controllers, all, \
        none, or a list of controllers.
        """, unit: "controller numbers"
    ) { reader -> RecordingOptions.Robots.Word? in
      if case .scalar = reader.node.content { return reader.choice() }
      isList = true
      list = reader.fullList("first, all, none or a list of controllers") { $0.integer(0...Int.max) } ?? []
      return nil
    }
    if isList { robots = nil }
    robotList = list
    output = section.read(
      "output", default: "recording.mcap", doc: "The file; a relative path is in the run directory."
    ) { $0.nonEmptyString() }
    placement = ClusterConfig.Placement(section.section("placement", doc: "Which cores the recorder runs on."))
    scheduling = SchedulingSpec(
      section.section(
        "scheduling", doc: "How the kernel schedules it; what writes the file is always in the background."))
    section.finish()
  }
}

extension RecordingOptions.Robots.Word: SchemaDefault {}
