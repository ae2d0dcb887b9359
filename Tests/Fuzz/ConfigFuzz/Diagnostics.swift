import ClusterConfig

/// What is told of a broken config can be used by people and by editors.
enum Diagnostics {
  static func check(_ error: ConfigError) {
    require(error.diagnostics.contains { $0.severity == .error }, "an error without one")
    error.diagnostics.forEach(check)
    require(!error.rendered(relativeTo: FuzzInput.directory, color: true).isEmpty, "an error without text")
  }

  static func check(_ diagnostic: Diagnostic) {
    require(!diagnostic.message.isEmpty, "a message without words")
    check(diagnostic.location)
    for note in diagnostic.notes {
      require(!note.message.isEmpty, "a note without words")
      note.location.map(check)
    }
  }

  private static func check(_ location: Diagnostic.Location) {
    require(!location.file.isEmpty, "a message without a place")
    require(location.start.line >= 1 && location.start.column >= 1, "\(location)")
    require(
      (location.start.line, location.start.column) <= (location.end.line, location.end.column), "\(location)")
  }
}

/// Ends the program with the message, which `precondition` leaves out of optimized programs.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
