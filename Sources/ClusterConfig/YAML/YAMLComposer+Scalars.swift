/// Texts, and the environment's values in them.
extension YAMLComposer {
  /// `nil` when reading cannot go on.
  mutating func scalar(_ text: String, isPlain: Bool, _ event: YAMLEvent) -> Node? {
    let tag = event.tag
    guard isSupported(tag, ["!", Self.textTag, Self.finalTag], event.range) else { return nil }
    // `!final` says nothing about the type.
    let isPlain = isPlain && (tag == nil || tag == Self.finalTag)
    var node = tagged(Node(.scalar(Scalar(text: text, isPlain: isPlain)), span(event.range)), tag)
    // Names are not computed, only values are.
    let isKey = open.last.map { $0.isMapping && $0.key == nil } ?? false
    if !isKey, VariableExpansion.concerns(text), !expand(&node, text, isPlain: isPlain) { return nil }
    return node
  }

  /// Whether reading goes on; an undefined variable does not end it.
  private mutating func expand(_ node: inout Node, _ text: String, isPlain: Bool) -> Bool {
    let expansion = VariableExpansion(text, environment)
    let textOffset = node.textOffset
    hasBrokenText = hasBrokenText || !expansion.problems.isEmpty
    let bytes = Array(text.utf8)
    for problem in expansion.problems {
      let part = bytes[problem.range]
      let start =
        textOffset.map { $0 + problem.range.lowerBound } ?? source.offset(of: Array(part), in: node.span.range)
      report(
        problem.id, problem.message, at: start.map { span($0..<$0 + part.count) } ?? node.span, notes: problem.notes)
    }
    expandedBytes += expansion.variables.isEmpty ? 0 : expansion.text.utf8.count
    guard expandedBytes <= limits.fileSize else {
      report(.tooLarge, "the environment's values make this larger than \(limits.fileSize) bytes", at: node.span)
      return false
    }
    // One expression alone may be a number. An empty value is empty text, and never removes.
    let isTyped = isPlain && (expansion.variables.isEmpty || expansion.isOneExpression && !expansion.text.isEmpty)
    node.content = .scalar(Scalar(text: expansion.text, isPlain: isTyped))
    node.variables = expansion.variables
    return true
  }
}
