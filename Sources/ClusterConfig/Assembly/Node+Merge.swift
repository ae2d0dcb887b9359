extension Node {
  /// This value with `later` laid over it: mappings merge, everything else replaces. A null stays in its place as the
  /// sign that the key is removed, so that it also removes from what the including file was built on.
  func merged(with later: Node) -> Node {
    guard case .mapping(var entries) = content, case .mapping(let laterEntries) = later.content else {
      var result = later
      if later.isNull { result.removedSomething = !isNull || removedSomething }
      return result
    }
    var places: [String: Int] = [:]
    places.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() { places[entry.key] = index }
    for entry in laterEntries {
      if let index = places[entry.key] {
        entries[index].value = entries[index].value.merged(with: entry.value)
        entries[index].keySpan = entry.keySpan
      } else {
        entries.append(entry)
      }
    }
    return Node(.mapping(entries), later.span)
  }
}
