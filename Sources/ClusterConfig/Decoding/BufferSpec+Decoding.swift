extension BufferSpec {
  /// Powers of two up to a page.
  private static let alignments = (0...12).map { 1 << $0 }

  init(_ name: Located<String>, _ reader: ValueReader) {
    var section = Section(reader, at: name.span)
    self.name = name
    isEnabled = section.read(
      "enabled", default: true, doc: "Whether the buffer is there at all; false keeps its declaration for later."
    ) { $0.bool() }
    writer = section.required(
      "writer", "say who writes it: simulator, controller, server or tool",
      doc: "Who writes the rows; everyone may read them. tool is a program beside the run: a dashboard, a policy."
    ) { $0.choice() }
    per = section.located(
      "per", default: .controller, doc: "controller: a row for each controller; cluster: a single row."
    ) { $0.choice() }
    sync = section.located(
      "sync", default: .step,
      doc:
        "step: handed over in each cluster step; latest: several copies of each row, and the newest is readable at any time."
    ) { $0.choice() }
    align = section.located(
      "align", default: 64, doc: "Each row starts on a multiple of this: a power of two, at least the widest dtype.",
      unit: "bytes"
    ) { $0.integer(1...Int.max, schemaOnly: Self.alignments) }
    let named = section.requiredNamed(
      "fields", "a buffer holds at least one field", doc: "What a row holds, by name.",
      each: "In short the shape alone, an f32 field; or a mapping.", placeholder: "FIELD",
      names: SchemaPattern.identifier)
    hasFields = named != nil
    fields = named?.map { FieldSpec($0.name, $0.value) } ?? []
    section.finish()
  }
}

extension FieldSpec {
  /// Orders of a quaternion's elements; empty for what is no quaternion.
  private static let conventions = ["", "wxyz", "xyzw"]

  init(_ name: Located<String>, _ reader: ValueReader) {
    self.name = name
    label = reader.label
    // The short form is the shape alone, and leaves the rest to the defaults.
    let isShort = if case .mapping = reader.node.content { false } else { true }
    var section =
      isShort
      ? Section(nil, reader.label, at: name.span, reader.collector) : Section(reader, at: name.span)
    dtype =
      section.located("dtype", default: .f32, doc: "Type of the elements; char is NUL-padded UTF-8.") {
        $0.choice()
      }?.value
    shape =
      isShort
      ? Self.shape(reader).map { Located($0, reader.node.span) }
      : section.required(
        "shape", "list its extents, or write [] for a single number",
        doc: "Extents, outermost first: whole numbers, dimensions or expressions of them; [] is a single number.",
        unit: "elements"
      ) { Self.shape($0) }
    unit = section.located("unit", default: "", doc: "Unit of the elements, such as rad or N*m.") { $0.string() }
    convention = section.located(
      "convention", default: "", doc: "Order of a quaternion's elements, which are the last axis."
    ) {
      $0.string(schemaOnly: Self.conventions)
    }
    frame = section.read("frame", default: "", doc: "Frame that the elements are given in, such as world.") {
      $0.string()
    }
    columns = section.located(
      "columns", default: .names([]),
      doc: "Names along one axis: the robot's joints or contacts, or a list of your own."
    ) { Self.columns($0) }
    initial = section.located(
      "initial", default: .scalar(0),
      doc: """
        What a row holds before the first solve, after a reset and on deactivation: one number for all elements, a \
        list with one for each (row-major), or homing.
        """, unit: "the field's"
    ) { Self.initial($0) }
    section.finish()
  }

  private static func shape(_ reader: ValueReader) -> [ExtentSpec]? {
    reader.fullList("a list of extents", count: 0...Rules.maximumRank) { $0.extent() }?.map(\.value)
  }

  private static func columns(_ reader: ValueReader) -> Columns? {
    guard case .scalar(let scalar) = reader.node.content else {
      return reader.fullList("'joints', 'contacts' or a list of names") { $0.nonEmptyString() }.map { .names($0) }
    }
    let lists = ["joints", "contacts"]
    if reader.records([.words(lists)]) { return nil }
    if lists.contains(scalar.text) { return .dimension(scalar.text) }
    reader.report(
      .columns,
      "\(reader.label) must be 'joints', 'contacts' or a list of names, not \(ValueReader.kind(of: reader.node))",
      notes: ValueReader.valueNotes(for: scalar.text, among: lists))
    return nil
  }

  private static func initial(_ reader: ValueReader) -> Initial? {
    func number(_ reader: ValueReader) -> Double? {
      if reader.records([.number(.any), .bool]) { return nil }
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
      if reader.records([.words(["homing"])]) { return number(reader).map { .scalar($0) } }
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
