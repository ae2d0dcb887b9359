extension BufferSpec {
  init(_ name: Located<String>, _ section: Section) {
    var section = section
    self.name = name
    isEnabled = section.read("enabled", default: true) { $0.bool() }
    writer = section.required("writer", "say who writes it: simulator, controller, server or tool") { $0.choice() }
    per = section.located("per", default: .controller) { $0.choice() }
    sync = section.located("sync", default: .step) { $0.choice() }
    align = section.located("align", default: 64) { $0.integer(1...Int.max) }
    hasFields = section.has("fields")
    if hasFields {
      fields = section.named("fields").map { FieldSpec($0.name, $0.value) }
    } else {
      _ = section.entry("fields")
      section.reportMissing("fields", "a buffer holds at least one field")
      fields = []
    }
    section.finish()
  }
}

extension FieldSpec {
  init(_ name: Located<String>, _ reader: ValueReader) {
    self.name = name
    label = reader.label
    // The short form is the shape alone, and leaves the rest to the defaults.
    let isShort = if case .mapping = reader.node.content { false } else { true }
    var section = Section(isShort ? nil : reader.node, reader.label, at: name.span, reader.collector)
    dtype = section.located("dtype", default: .f32) { $0.choice() }?.value
    shape =
      isShort
      ? Self.shape(reader).map { Located($0, reader.node.span) }
      : section.required("shape", "list its extents, or write [] for a single number") { Self.shape($0) }
    unit = section.located("unit", default: "") { $0.string() }
    convention = section.located("convention", default: "") { $0.string() }
    frame = section.read("frame", default: "") { $0.string() }
    columns = section.located("columns", default: .names([])) { Self.columns($0) }
    initial = section.located("initial", default: .scalar(0)) { Self.initial($0) }
    section.finish()
  }

  private static func shape(_ reader: ValueReader) -> [ExtentSpec]? {
    reader.fullList("a list of extents") { ExtentSpec($0) }?.map(\.value)
  }

  private static func columns(_ reader: ValueReader) -> Columns? {
    guard case .scalar(let scalar) = reader.node.content else {
      return reader.fullList("'joints', 'contacts' or a list of names") { $0.nonEmptyString() }.map { .names($0) }
    }
    let lists = ["joints", "contacts"]
    if lists.contains(scalar.text) { return .dimension(scalar.text) }
    reader.report(
      .columns,
      "\(reader.label) must be 'joints', 'contacts' or a list of names, not \(ValueReader.kind(of: reader.node))",
      notes: ValueReader.valueNotes(for: scalar.text, among: lists))
    return nil
  }

  private static func initial(_ reader: ValueReader) -> Initial? {
    func number(_ reader: ValueReader) -> Double? {
      guard case .scalar(let scalar) = reader.node.content else {
        reader.wrongType("a number")
        return nil
      }
      switch scalar.value {
      case .bool(let value): return value ? 1 : 0
      case .integer(let value):
        // The row image is made from Doubles; an integer that they cannot hold would change in silence.
        if let exact = Double(exactly: value) { return exact }
        reader.report(
          .initial, "\(reader.label) is too large: whole numbers above 2^53 need be even to be kept exactly")
        return nil
      default: return reader.number()
      }
    }
    switch reader.node.content {
    case .sequence: return reader.fullList("a list of numbers", number).map { .list($0) }
    case .scalar(let scalar):
      if scalar.text == "homing" { return .homing }
      switch scalar.value {
      case .string:
        reader.report(
          .initial,
          "\(reader.label) must be a number, a list of numbers, or homing, not \(ValueReader.kind(of: reader.node))",
          notes: Suggestion.nearest(to: scalar.text, among: ["homing"]).map { [.init("did you mean '\($0)'?")] } ?? [])
        return nil
      default: return number(reader).map { .scalar($0) }
      }
    case .mapping:
      reader.wrongType("a number, a list of numbers, or homing")
      return nil
    }
  }
}
