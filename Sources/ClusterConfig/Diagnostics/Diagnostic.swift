/// One problem of a config, at its place. A value: how it looks on a terminal is `rendered(relativeTo:color:)`'s affair.
public struct Diagnostic: Sendable, Equatable {
  public enum Severity: String, Sendable {
    case error, warning
  }

  /// 1-based; columns count Unicode scalars, whatever their width on the screen.
  public struct Position: Sendable, Equatable {
    public var line: Int
    public var column: Int
  }

  public struct Location: Sendable, Equatable {
    /// An absolute path, or the whole argument with its option: `--set a.b=c`.
    public var file: String
    /// Whether the place is in such an argument; lines and columns then count in the text after the option.
    public var isOverride: Bool
    public var start: Position
    /// One column past the last scalar.
    public var end: Position
  }

  /// What helps to mend the problem: a suggestion, the valid values, or the other place that conflicts.
  public struct Note: Sendable, Equatable {
    public var message: String
    public var location: Location?

    public init(_ message: String) { self.init(message, at: nil) }

    package init(_ message: String, at span: Span?) {
      self.message = message
      location = span.map { $0.source.location(of: $0.range) }
    }
  }

  public var id: ID
  public var severity: Severity
  /// One sentence without a full stop: what is wrong, and what to do.
  public var message: String
  /// `1:1` to `1:1` is the file as a whole.
  public var location: Location
  /// The text of the first line of `location`; `nil` for the file as a whole, and for lines too long to be of use.
  public var sourceLine: String?
  public var notes: [Note]
}
