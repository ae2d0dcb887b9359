import ControlCluster

/// One line of a run's logs, or one of its events.
public struct LogRecord: Sendable, Equatable {
  public var time: WallClock
  /// `launcher` for an event.
  public var process: String
  /// `out`, `err`, or `event`.
  public var stream: String
  public var level: LogLevel
  public var text: String
  /// The process that an event is about.
  public var subject: String?

  public static let launcher = "launcher"

  /// `nil` for what is no line of ours.
  init?(line: Substring, of process: String) {
    guard let parts = LogLine.parse(line) else { return nil }
    text = String(parts.text)
    (time, level) = (WallClock(text: String(parts.time)), LogLevel(of: text))
    (self.process, stream) = (process, parts.stream == .standardOutput ? "out" : "err")
  }

  init?(event line: Substring) {
    guard let json = try? JSONValue(parsing: String(line)), let event = EventRecord(json) else { return nil }
    (time, process, stream, level, text) = (event.time, Self.launcher, "event", event.level, event.why)
    subject = event.process
  }

  public var json: JSONValue {
    [
      "time": .string(time.text), "process": .string(process), "stream": .string(stream),
      "level": .string(level.rawValue),
      "text": .string(text),
    ]
  }
}
