/// A mapping whose keys the schema fixes. Each read makes its key known; `finish()` reports the others.
///
/// Each read also says what its key means (`doc:`) and what its numbers are in (`unit:`): of these and of the reading
/// itself the JSON Schema is made, by running the same reads on a section that records them.
struct Section {
  /// The mapping's path, empty for the whole config.
  let label: String
  /// What to point at when a key is missing.
  let place: Span
  let collector: DiagnosticCollector
  private let entries: [Node.Entry]
  /// Whether what should be this mapping is something else: then nothing in it is missing.
  private let isBroken: Bool
  private var known: [String] = []
  /// Where to record the reads of a sample; `nil` for a user's mapping.
  let schema: SchemaObject?

  init(
    _ node: Node?, _ label: String, at place: Span, _ collector: DiagnosticCollector, schema: SchemaObject? = nil
  ) {
    self.label = label
    self.place = place
    self.collector = collector
    self.schema = schema
    switch node?.content {
    case nil: (entries, isBroken) = ([], false)
    case .mapping(let entries): (self.entries, isBroken) = (entries, false)
    default:
      ValueReader(node!, label, collector).wrongType("a mapping")
      (entries, isBroken) = ([], true)
    }
  }

  /// The value as a mapping; anything else is reported.
  init(_ reader: ValueReader, at place: Span) {
    var object: SchemaObject?
    if let schema = reader.schema, case .mapping = reader.node.content {
      let recorded = SchemaObject()
      schema.add(.object(recorded))
      object = recorded
    }
    self.init(reader.node, reader.label, at: place, reader.collector, schema: object)
  }

  func path(_ key: String) -> String { label.isEmpty ? key : "\(label).\(key)" }

  /// `nil` when the key is absent, or null, which means the same.
  private mutating func entry(_ key: String) -> Node.Entry? {
    known.append(key)
    return entries.first { $0.key == key && !$0.value.isNull }
  }

  /// - Parameter absent: What it means when the key is not there, in words.
  mutating func read<Value>(
    _ key: String, absent: String, doc: String, unit: String = "", _ decode: (ValueReader) -> Value?
  ) -> Value? {
    schema?.property(key, doc, unit: unit, absence: absent).record(decode)
    return value(key, decode)
  }

  mutating func read<Value: SchemaDefault>(
    _ key: String, default: Value, doc: String, unit: String = "", _ decode: (ValueReader) -> Value?
  ) -> Value {
    schema?.property(key, doc, unit: unit).record(decode, default: `default`)
    return value(key, decode) ?? `default`
  }

  private mutating func value<Value>(_ key: String, _ decode: (ValueReader) -> Value?) -> Value? {
    entry(key).flatMap { decode(ValueReader($0.value, path(key), collector)) }
  }

  /// The value with its place; `nil` only when it cannot be read, which is reported.
  mutating func located<Value: SchemaDefault>(
    _ key: String, default: Value, doc: String, unit: String = "", _ decode: (ValueReader) -> Value?
  ) -> Located<Value>? {
    schema?.property(key, doc, unit: unit).record(decode, default: `default`)
    if isBroken { return nil }
    guard let entry = entry(key) else { return Located(`default`, place, isDefault: true) }
    return decode(ValueReader(entry.value, path(key), collector)).map { Located($0, entry.value.span) }
  }

  /// The value with its place; `nil` when it is missing or cannot be read, which is reported.
  mutating func required<Value>(
    _ key: String, _ purpose: String, doc: String, unit: String = "", _ decode: (ValueReader) -> Value?
  ) -> Located<Value>? {
    schema?.require(key)
    schema?.property(key, doc, unit: unit).record(decode)
    guard let entry = entry(key) else {
      reportMissing(key, purpose)
      return nil
    }
    return decode(ValueReader(entry.value, path(key), collector)).map { Located($0, entry.value.span) }
  }

  private func reportMissing(_ key: String, _ purpose: String) {
    if isBroken { return }
    let removed = entries.first { $0.key == key }
    collector.report(.missingKey, "\(path(key)) is missing: \(purpose)", at: removed?.keySpan ?? place)
  }

  /// An empty section when the key is absent.
  mutating func section(_ key: String, doc: String) -> Section {
    let entry = entry(key)
    let object = schema?.section(key, doc)
    // What is missing in a section that a null removed is missing there.
    let written = entries.first { $0.key == key }
    return Section(entry?.value, path(key), at: written?.keySpan ?? place, collector, schema: object)
  }

  /// `nil` when the key is absent, which is reported.
  mutating func requiredSection(_ key: String, _ purpose: String, doc: String) -> Section? {
    schema?.require(key)
    let section = section(key, doc: doc)
    if schema != nil || has(key) { return section }
    reportMissing(key, purpose)
    return nil
  }

  /// The entries of a mapping whose keys are the user's own names.
  /// - Parameters:
  ///   - each: What the value behind a name means; `unit` is of this.
  ///   - placeholder: What stands for a name in documentation.
  ///   - names: The pattern that a rule asks of the names later, for the schema.
  mutating func named(
    _ key: String, doc: String, each: String, placeholder: String, unit: String = "", names: String? = nil
  ) -> [(name: Located<String>, value: ValueReader)] {
    let section = section(key, doc: doc)
    guard let schema = section.schema else { return section.named() }
    let value = SchemaNode(each, unit: unit)
    schema.setNamed(value, placeholder: placeholder, pattern: names)
    return value.readers.map { (Located("name", place), $0) }
  }

  /// `nil` when the key is absent, which is reported.
  mutating func requiredNamed(
    _ key: String, _ purpose: String, doc: String, each: String, placeholder: String, names: String? = nil
  ) -> [(name: Located<String>, value: ValueReader)]? {
    schema?.require(key)
    let entries = named(key, doc: doc, each: each, placeholder: placeholder, names: names)
    if schema != nil || has(key) { return entries }
    reportMissing(key, purpose)
    return nil
  }

  /// A key that is read elsewhere, told to the schema only.
  /// - Parameter isKnown: Whether it may still be there.
  mutating func declare<Value>(
    _ key: String, isKnown: Bool, absent: String, doc: String, unit: String = "", _ decode: (ValueReader) -> Value?
  ) {
    if isKnown { known.append(key) }
    schema?.property(key, doc, unit: unit, absence: absent).record(decode)
  }

  /// Keys that stand for one value together, read when one of them is there; they are valid in any case.
  /// - Parameters:
  ///   - alternative: The key that says the same in another way, read before. With it the group is not read.
  ///   - conflict: Called with the alternative and the first of the keys when both are there.
  mutating func group<Value>(
    _ keys: [String], alternative: String, conflict: (Section, _ own: Node.Entry, _ direct: Node.Entry) -> Void,
    read: (inout Section) -> Value?
  ) -> Value? {
    if let schema {
      schema.group(keys, alternative: alternative) { read(&self) }
      return nil
    }
    let present = keys.compactMap { entry($0) }
    guard let first = present.first else { return nil }
    guard let own = entry(alternative) else { return read(&self) }
    conflict(self, own, first)
    return nil
  }

  private func named() -> [(name: Located<String>, value: ValueReader)] {
    entries.compactMap { entry in
      if entry.value.isNull {
        warnIfNothingRemoved(entry)
        return nil
      }
      return (Located(entry.key, entry.keySpan), ValueReader(entry.value, path(entry.key), collector))
    }
  }

  /// A misspelled removal would otherwise keep what it should drop, in silence.
  private func warnIfNothingRemoved(_ entry: Node.Entry) {
    guard !entry.value.removedSomething else { return }
    let others = entries.filter { !$0.value.isNull }.map(\.key)
    collector.report(
      .nothingRemoved, "\(path(entry.key)) is empty, and there is nothing of that name to remove", at: entry.keySpan,
      severity: .warning,
      notes: Suggestion.nearest(to: entry.key, among: others).map { [.init("did you mean '\($0)'?")] } ?? [])
  }

  private func has(_ key: String) -> Bool { entries.contains { $0.key == key && !$0.value.isNull } }

  /// Reports the keys that nobody has asked for.
  func finish() {
    for entry in entries where !known.contains(entry.key) {
      collector.report(
        .unknownKey, "unknown key \(quoted(entry.key))\(label.isEmpty ? "" : " in \(label)")", at: entry.keySpan,
        notes: Suggestion.notes(for: entry.key, among: known, kind: "keys"))
    }
  }
}
