import ClusterLaunch
import ControlCluster

/// Prints log records: aligned and coloured on a terminal, plain in a pipe.
final class LogPrinter {
  private let output = Terminal.output
  private let width: Int
  private let json: Bool

  /// - Parameter processes: that may appear, for the width of their column.
  init(_ processes: [String], json: Bool) {
    width = processes.map(\.count).max() ?? 0
    self.json = json
  }

  var readerIsGone: Bool { output.readerIsGone }

  func print(_ record: LogRecord) {
    if json { return output.write(record.json.compact + "\n") }
    let name = record.process + String(repeating: " ", count: max(0, width - record.process.count))
    let text = LaunchView.printable(record.text)
    output.print(
      output.styled(record.time.timeOfDay, .dim) + " "
        + output.styled("\(name) │", record.stream == "event" ? .cyan : .dim)
        + " " + styled(text, record.level))
  }

  private func styled(_ text: String, _ level: LogLevel) -> String {
    switch level {
    case .debug: output.styled(text, .dim)
    case .info: text
    case .warning: output.styled(text, .yellow)
    case .error: output.styled(text, .red)
    }
  }
}
