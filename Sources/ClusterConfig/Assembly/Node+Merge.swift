extension Node {
  /// This value with `later` laid over it: mappings merge, unless `later` is tagged `!replace`; everything else replaces.
  /// A null stays in its place as the sign that the key is removed, so that it also removes from what the including file
  /// was built on. What is locked stays as it is, and a change of it is reported.
  /// - Parameter label: The value's path.
  func merged(with later: Node, at label: String = "", _ collector: DiagnosticCollector) -> Node {
    if let lock {
      reportChanges(by: later, at: label, lock, collector)
      return self
    }
    guard case .mapping(var entries) = content, case .mapping(let laterEntries) = later.content, !later.replaces else {
      return replaced(by: later, at: label, collector)
    }
    var places: [String: Int] = [:]
    places.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() { places[entry.key] = index }
    for entry in laterEntries {
      if let index = places[entry.key] {
        entries[index].value = entries[index].value.merged(
          with: entry.value, at: Self.path(label, entry.key), collector)
        entries[index].keySpan = entry.keySpan
      } else {
        entries.append(entry)
      }
    }
    var result = later.with(.mapping(entries))
    result.replaces = replaces
    return result
  }

  private func replaced(by later: Node, at label: String, _ collector: DiagnosticCollector) -> Node {
    // Nothing above is locked, but something inside may be.
    reportLostLocks(to: later, at: label, collector)
    var result = later
    if later.isNull { result.removedSomething = !isNull || removedSomething }
    return result
  }

  static func path(_ label: String, _ key: String) -> String { label.isEmpty ? key : "\(label).\(key)" }
}
