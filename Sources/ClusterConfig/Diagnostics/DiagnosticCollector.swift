/// Gathers the problems of one load, so that all of them can be told at once.
package final class DiagnosticCollector {
  /// A person mends a few dozen problems at a time; more would only cost time and memory.
  static let capacity = 100

  private struct Found {
    var diagnostic: Diagnostic
    var file: Int
    var offset: Int
  }
  /// What makes two reports the same: an anchor's text is read once for each of its aliases.
  private struct Key: Hashable {
    var id: Diagnostic.ID
    var source: ObjectIdentifier
    var offset: Int
    var message: String
  }

  private var found: [Found] = []
  private var seen: Set<Key> = []
  private var sources: [SourceText] = []
  private var omitted = 0
  package private(set) var hasErrors = false

  package init() {}

  /// Sources are told of in the order in which they were added.
  package func add(_ source: SourceText) { sources.append(source) }

  package func report(
    _ id: Diagnostic.ID, _ message: String, at span: Span, severity: Diagnostic.Severity = .error,
    notes: @autoclosure () -> [Diagnostic.Note] = []
  ) {
    if severity == .error { hasErrors = true }
    if found.count == Self.capacity {
      omitted += 1
      // An error takes a warning's place: without one, nobody could tell why there is no result.
      guard severity == .error, let warning = found.lastIndex(where: { $0.diagnostic.severity == .warning }) else {
        return
      }
      found.remove(at: warning)
    }
    let source = span.source
    let key = Key(id: id, source: ObjectIdentifier(source), offset: span.range.lowerBound, message: message)
    guard seen.insert(key).inserted else { return }
    let file = sources.firstIndex { $0 === source } ?? sources.count
    if file == sources.count { sources.append(source) }
    let diagnostic = Diagnostic(
      id: id, severity: severity, message: message, location: source.location(of: span.range),
      sourceLine: span.isWholeSource ? nil : source.line(at: span.range.lowerBound), notes: notes())
    found.append(Found(diagnostic: diagnostic, file: file, offset: span.range.lowerBound))
  }

  /// In the order of files and lines.
  package var diagnostics: [Diagnostic] {
    found.sorted { ($0.file, $0.offset) < ($1.file, $1.offset) }.map(\.diagnostic)
  }

  package func throwIfErrors() throws(ConfigError) {
    if hasErrors { throw ConfigError(diagnostics: diagnostics, omitted: omitted) }
  }
}

/// Says that a problem has been reported, and that there is nothing to go on with.
package struct Reported: Error {
  package init() {}
}
