/// A mapping whose keys the schema fixes. Each read makes its key known; `finish()` reports the others.
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

  init(_ node: Node?, _ label: String, at place: Span, _ collector: DiagnosticCollector) {
    self.label = label
    self.place = place
    self.collector = collector
    switch node?.content {
    case nil: (entries, isBroken) = ([], false)
    case .mapping(let entries): (self.entries, isBroken) = (entries, false)
    default:
      ValueReader(node!, label, collector).wrongType("a mapping")
      (entries, isBroken) = ([], true)
    }
  }

  func path(_ key: String) -> String { label.isEmpty ? key : "\(label).\(key)" }

  /// `nil` when the key is absent, or null, which means the same.
  mutating func entry(_ key: String) -> Node.Entry? {
    known.append(key)
    return entries.first { $0.key == key && !$0.value.isNull }
  }

  mutating func read<Value>(_ key: String, _ decode: (ValueReader) -> Value?) -> Value? {
    entry(key).flatMap { decode(ValueReader($0.value, path(key), collector)) }
  }

  mutating func read<Value>(_ key: String, default: Value, _ decode: (ValueReader) -> Value?) -> Value {
    read(key, decode) ?? `default`
  }

  /// The value with its place; `nil` only when it cannot be read, which is reported.
  mutating func located<Value>(
    _ key: String, default: Value, _ decode: (ValueReader) -> Value?
  ) -> Located<Value>? {
    if isBroken { return nil }
    guard let entry = entry(key) else { return Located(`default`, place, isDefault: true) }
    return decode(ValueReader(entry.value, path(key), collector)).map { Located($0, entry.value.span) }
  }

  /// The value with its place; `nil` when it is missing or cannot be read, which is reported.
  mutating func required<Value>(
    _ key: String, _ purpose: String, _ decode: (ValueReader) -> Value?
  ) -> Located<Value>? {
    guard let entry = entry(key) else {
      reportMissing(key, purpose)
      return nil
    }
    return decode(ValueReader(entry.value, path(key), collector)).map { Located($0, entry.value.span) }
  }

  func reportMissing(_ key: String, _ purpose: String) {
    if isBroken { return }
    let removed = entries.first { $0.key == key }
    collector.report(.missingKey, "\(path(key)) is missing: \(purpose)", at: removed?.keySpan ?? place)
  }

  /// An empty section when the key is absent.
  mutating func section(_ key: String) -> Section {
    let entry = entry(key)
    return Section(entry?.value, path(key), at: entry?.keySpan ?? place, collector)
  }

  /// The entries of a mapping whose keys are the user's own names.
  mutating func named(_ key: String) -> [(name: Located<String>, value: ValueReader)] {
    let entry = entry(key)
    let section = Section(entry?.value, path(key), at: entry?.keySpan ?? place, collector)
    return section.named()
  }

  func named() -> [(name: Located<String>, value: ValueReader)] {
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

  func has(_ key: String) -> Bool { entries.contains { $0.key == key && !$0.value.isNull } }

  /// Reports the keys that nobody has asked for.
  func finish() {
    for entry in entries where !known.contains(entry.key) {
      collector.report(
        .unknownKey, "unknown key \(quoted(entry.key))\(label.isEmpty ? "" : " in \(label)")", at: entry.keySpan,
        notes: Suggestion.notes(for: entry.key, among: known, kind: "keys"))
    }
  }
}
