/// A `--set a.b=c` argument, or a point's `--sweep a.b=c`: a path of keys and indices, and a YAML value to put there.
struct Override {
  enum Step {
    case key(String)
    case index(Int)

    /// `.2` is an index where a list stands, and a key elsewhere.
    func `as`(_ node: Node) -> Step {
      guard case .key(let key) = self, case .sequence = node.content, let index = Int(key), index >= 0 else {
        return self
      }
      return .index(index)
    }
  }

  private let steps: [Located<Step>]
  private let value: Node
  private let collector: DiagnosticCollector

  /// `nil` after a problem, which is reported.
  init?(
    _ argument: String, option: String = "--set", surroundings: ConfigSurroundings, limits: ConfigLimits,
    collector: DiagnosticCollector
  ) {
    let source = SourceText(override: argument, option: option)
    self.collector = collector
    collector.add(source)
    var parser = PathParser(source: source)
    guard let steps = parser.parse(collector) else { return nil }
    if case .key("extends") = steps[0].value {
      collector.report(.overridePath, "'extends' can only stand in a file", at: steps[0].span)
      return nil
    }
    guard steps.count <= limits.depth else {
      collector.report(.tooDeep, "a path has at most \(limits.depth) parts", at: steps[limits.depth].span)
      return nil
    }
    self.steps = steps
    let range = parser.position..<source.bytes.count
    do {
      // Nothing behind the '=' is null, and removes.
      value =
        try YAMLComposer.compose(
          source, range, environment: surroundings.environment, limits: limits, collector: collector)
        ?? Node(.scalar(Scalar(text: "", isPlain: true)), Span(source, range))
    } catch {
      return nil
    }
  }

  init(steps: [Located<Step>], value: Node, _ collector: DiagnosticCollector) {
    (self.steps, self.value, self.collector) = (steps, value, collector)
  }

  /// The tree with the value in its place; unchanged after a problem, which is reported.
  func apply(to root: Node) -> Node { apply(steps[...], to: root, at: "", nil) ?? root }

  /// - Parameter lock: The innermost lock of what is around the node.
  private func apply(_ steps: ArraySlice<Located<Step>>, to node: Node, at label: String, _ lock: Span?) -> Node? {
    var node = node
    node.lock = node.lock ?? lock
    guard let step = steps.first else { return node.merged(with: value, at: label, collector) }
    let rest = steps.dropFirst()
    switch (step.value.as(node), node.content) {
    case (.index(let index), .sequence(var items)):
      guard items.indices.contains(index) else {
        let have = items.isEmpty ? "it is empty" : "its elements are [0] to [\(items.count - 1)]"
        collector.report(
          .overridePath, "\(label) has no element [\(index)]: \(have)", at: step.span,
          notes: [.init("the list is here", at: node.span)])
        return nil
      }
      guard let changed = apply(rest, to: items[index], at: "\(label)[\(index)]", node.lock) else { return nil }
      items[index] = changed
      return node.with(.sequence(items))
    case (.key(let key), .sequence):
      collector.report(
        .overridePath, "\(label) is a list; name an element by its index, as in \(label)[0]", at: step.span,
        notes: [.init("\(quoted(key)) is no index; the list is here", at: node.span)])
      return nil
    case (.index, .mapping(let entries)) where !entries.isEmpty:
      collector.report(
        .overridePath, "\(label.isEmpty ? "the config" : label) is a mapping; name one of its keys", at: step.span,
        notes: [Suggestion.valid(entries.map(\.key), kind: "keys")])
      return nil
    case (.index, _):
      collector.report(.overridePath, "\(label) is not a list, and has no elements", at: step.span)
      return nil
    case (.key(let key), _):
      var entries: [Node.Entry] = []
      if case .mapping(let existing) = node.content { entries = existing }
      let inner = Node.path(label, key)
      if let index = entries.firstIndex(where: { $0.key == key }) {
        guard let changed = apply(rest, to: entries[index].value, at: inner, node.lock) else { return nil }
        entries[index].value = changed
        entries[index].keySpan = step.span
      } else {
        let place = Node(.scalar(Scalar(text: "", isPlain: true)), step.span)
        guard let added = apply(rest, to: place, at: inner, node.lock) else { return nil }
        entries.append(.init(key: key, keySpan: step.span, value: added))
      }
      return node.with(.mapping(entries))
    }
  }

  /// Reads `a.b[2]."c.d".3` up to the `=`.
  struct PathParser {
    let source: SourceText
    var position = 0

    mutating func parse(_ collector: DiagnosticCollector) -> [Located<Step>]? {
      let bytes = source.bytes
      func fail(_ message: String, _ range: Range<Int>) -> [Located<Step>]? {
        collector.report(
          .overrideSyntax, message, at: range == 0..<0 ? Span(source, 0..<max(1, bytes.count)) : Span(source, range),
          notes: [.init("write it as path.to.key=value, for example controllers.count=4")])
        return nil
      }
      guard bytes.contains(UInt8(ascii: "=")) else { return fail("there is no '=' between path and value", 0..<0) }
      var steps: [Located<Step>] = []
      while true {
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
          guard let close = bytes[(position + 1)...].firstIndex(of: UInt8(ascii: "\"")) else {
            return fail("the quote is never closed", start..<bytes.count)
          }
          steps.append(.init(.key(text(start + 1..<close)), Span(source, start..<close + 1)))
          position = close + 1
        } else {
          while position < bytes.count, !isDelimiter(bytes[position]) { position += 1 }
          guard position > start else {
            return fail("a key is missing here", start..<min(start + 1, bytes.count))
          }
          steps.append(.init(.key(text(start..<position)), Span(source, start..<position)))
        }
        while position < bytes.count, bytes[position] == UInt8(ascii: "[") {
          let open = position
          guard let close = bytes[open...].firstIndex(of: UInt8(ascii: "]")), let index = Int(text(open + 1..<close)),
            index >= 0
          else { return fail("an index is a whole number in brackets", open..<open + 1) }
          steps.append(.init(.index(index), Span(source, open..<close + 1)))
          position = close + 1
        }
        guard position < bytes.count else { return fail("there is no '=' between path and value", 0..<0) }
        position += 1
        switch bytes[position - 1] {
        case UInt8(ascii: "="): return steps
        case UInt8(ascii: "."): continue
        default: return fail("this cannot stand in a path", position - 1..<position)
        }
      }
    }

    private func isDelimiter(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: ".") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "=")
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: source.bytes[range], as: UTF8.self) }
  }
}
