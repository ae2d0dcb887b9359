extension Node {
  /// Reports what `later` would change in this value, which is locked. Saying the same again is no change.
  func reportChanges(by later: Node, at label: String, _ lock: Span, _ collector: DiagnosticCollector) {
    func report(_ label: String, _ verb: String, at span: Span) {
      collector.report(
        .lockedValue, "\(label) is final, and cannot be \(verb)", at: span,
        notes: [.init("it is marked '!final' here", at: lock)])
    }
    guard case .mapping(let entries) = content, case .mapping(let laterEntries) = later.content else {
      if !isSame(as: later) { report(label, later.isNull ? "removed" : "changed", at: later.span) }
      return
    }
    let own = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    for entry in laterEntries {
      let path = Self.path(label, entry.key)
      if let value = own[entry.key] {
        value.reportChanges(by: entry.value, at: path, value.lock ?? lock, collector)
      } else if !entry.value.isNull {
        collector.report(
          .lockedValue, "\(label.isEmpty ? "this file" : label) is final, and \(quoted(entry.key)) cannot be added",
          at: entry.keySpan, notes: [.init("it is marked '!final' here", at: lock)])
      }
    }
    guard later.replaces else { return }
    let kept = Set(laterEntries.map(\.key))
    for entry in entries where !entry.value.isNull && !kept.contains(entry.key) {
      report(Self.path(label, entry.key), "removed", at: later.span)
    }
  }

  /// Reports locked values inside this one that `later`, which takes its place, does not hold as they are.
  func reportLostLocks(to later: Node, at label: String, _ collector: DiagnosticCollector) {
    if let lock { return reportChanges(by: later, at: label, lock, collector) }
    switch content {
    case .scalar: break
    case .sequence(let items):
      for (index, item) in items.enumerated() {
        item.reportLostLocks(to: later.element(index), at: "\(label)[\(index)]", collector)
      }
    case .mapping(let entries):
      for entry in entries {
        entry.value.reportLostLocks(to: later.value(of: entry.key), at: Self.path(label, entry.key), collector)
      }
    }
  }

  /// Whether both say the same, whatever the places and the way of writing. The order of keys says nothing.
  private func isSame(as other: Node) -> Bool {
    switch (content, other.content) {
    case (.scalar(let own), .scalar(let other)): return own.isSame(as: other)
    case (.sequence(let own), .sequence(let other)):
      return own.count == other.count && zip(own, other).allSatisfy { $0.isSame(as: $1) }
    case (.mapping(let own), .mapping(let other)):
      let others = Dictionary(other.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
      return own.count == other.count && own.allSatisfy { entry in others[entry.key]?.isSame(as: entry.value) == true }
    default: return false
    }
  }

  /// A null at this value's place when there is no such element.
  private func element(_ index: Int) -> Node {
    if case .sequence(let items) = content, items.indices.contains(index) { return items[index] }
    return Node(.scalar(Scalar(text: "", isPlain: true)), span)
  }

  /// A null at this value's place when there is no such key.
  private func value(of key: String) -> Node {
    if case .mapping(let entries) = content, let entry = entries.first(where: { $0.key == key }) { return entry.value }
    return Node(.scalar(Scalar(text: "", isPlain: true)), span)
  }
}

extension Scalar {
  fileprivate func isSame(as other: Scalar) -> Bool {
    switch (value, other.value) {
    case (.null, .null): true
    case (.bool(let own), .bool(let other)): own == other
    case (.integer(let own), .integer(let other)): own == other
    case (.number(let own), .number(let other)): own == other
    case (.integer(let integer), .number(let number)), (.number(let number), .integer(let integer)):
      Double(exactly: integer) == number
    case (.string, .string), (.refused, .refused): text == other.text
    default: false
    }
  }
}
