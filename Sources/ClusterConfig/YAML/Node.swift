/// A YAML value that knows where it came from.
struct Node: Sendable {
  enum Content: Sendable {
    case scalar(Scalar)
    case sequence([Node])
    /// In the order of the file; keys are unique.
    case mapping([Entry])
  }

  struct Entry: Sendable {
    var key: String
    var keySpan: Span
    var value: Node
  }

  var content: Content
  /// Without the key; from the anchor or tag on, if there is one. An alias stands at its own place, what is inside it
  /// at the anchor's.
  var span: Span
  /// For a null: whether it took away a value of a file that was merged before.
  var removedSomething = false
  /// `!replace`: a mapping that takes the place of the one before it, instead of merging with it.
  var replaces = false
  /// Where `!final` stands, which locks this value against all that comes later.
  var lock: Span?
  /// The environment's variables that a scalar's text came through.
  var variables: [String] = []

  init(_ content: Content, _ span: Span) {
    self.content = content
    self.span = span
  }

  var isNull: Bool {
    if case .scalar(let scalar) = content { scalar.isNull } else { false }
  }

  /// This value's place in the files with another content.
  func with(_ content: Content) -> Node {
    var result = self
    result.content = content
    return result
  }

  /// The environment's variables that this value and all inside it came through, in the order of the file.
  var allVariables: [String] {
    switch content {
    case .scalar: variables
    case .sequence(let items): items.flatMap(\.allVariables)
    case .mapping(let entries): entries.flatMap(\.value.allVariables)
    }
  }

  /// The value of a key; `nil` also when it is null, which removes.
  subscript(key: String) -> Node? {
    guard case .mapping(let entries) = content else { return nil }
    guard let value = entries.first(where: { $0.key == key })?.value, !value.isNull else { return nil }
    return value
  }

  /// The values of all keys but those that are null, for many look-ups in a mapping that may be large.
  var valuesByKey: [String: Node] {
    guard case .mapping(let entries) = content else { return [:] }
    return Dictionary(
      entries.lazy.filter { !$0.value.isNull }.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// Where the text of a scalar begins in its source; `nil` when it does not stand there letter by letter (escapes,
  /// folded lines, aliases).
  var textOffset: Int? {
    guard case .scalar(let scalar) = content else { return nil }
    let text = scalar.text.utf8
    let bytes = span.source.bytes
    for closing in [0, 1] {
      let end = span.range.upperBound - closing
      let start = end - text.count
      if start >= span.range.lowerBound, bytes[start..<end].elementsEqual(text) { return start }
    }
    return nil
  }

  /// Values in this one with itself, and lists and mappings inside one another.
  func measure() -> (count: Int, depth: Int) {
    var count = 1
    var depth = 0
    func add(_ child: Node) {
      let inner = child.measure()
      count += inner.count
      depth = max(depth, inner.depth)
    }
    switch content {
    case .scalar: return (1, 0)
    case .sequence(let items): items.forEach(add)
    case .mapping(let entries): entries.forEach { add($0.value) }
    }
    return (count, depth + 1)
  }
}
