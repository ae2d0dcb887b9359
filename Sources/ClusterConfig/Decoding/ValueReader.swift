/// Reads one value as what the schema wants there; a value that is something else is reported.
struct ValueReader {
  let node: Node
  /// The value's path: `controllers.restart.window`.
  let label: String
  let collector: DiagnosticCollector
  /// Where to record what is accepted, when the value is only a sample; `nil` for a user's value.
  let schema: SchemaNode?

  init(_ node: Node, _ label: String, _ collector: DiagnosticCollector, schema: SchemaNode? = nil) {
    self.node = node
    self.label = label
    self.collector = collector
    self.schema = schema
  }

  /// Whether the value is a sample; then the forms that would be accepted are recorded, and there is nothing to read.
  func records(_ forms: @autoclosure () -> [SchemaForm]) -> Bool {
    guard let schema else { return false }
    forms().forEach(schema.add)
    return true
  }

  func report(_ id: Diagnostic.ID, _ message: String, notes: @autoclosure () -> [Diagnostic.Note] = []) {
    collector.report(id, message, at: node.span, notes: notes())
  }

  func wrongType(_ expected: String, _ notes: [String] = []) {
    report(.wrongType, "\(label) must be \(expected), not \(Self.kind(of: node))", notes: notes.map { .init($0) })
  }

  /// A value as a person would call it.
  static func kind(of node: Node) -> String {
    switch node.content {
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    case .scalar(let scalar):
      switch scalar.value {
      case .null: return "empty"
      case .bool: return "\(scalar.text)"
      case .integer, .number: return "\(scalar.text)"
      case .string, .refused:
        if scalar.isPlain { return quoted(scalar.text) }
        return "the \(node.variables.isEmpty ? "quoted " : "")text \(quoted(scalar.text))"
      }
    }
  }
}
