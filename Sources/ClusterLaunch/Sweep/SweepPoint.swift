import ClusterConfig
import ClusterPlan
import ControlCluster

/// One run of a sweep: what it is to be, and what became of it.
public struct SweepPoint: Sendable {
  public enum State: String, Sendable {
    case notRun = "not run"
    case running, done, failed, interrupted
  }

  public let point: Sweep.Point
  public let config: ResolvedConfig
  public let directory: RunDirectory
  public internal(set) var state = State.notRun
  /// Whether it was done by an earlier sweep that this one continues.
  public internal(set) var isKept = false
  public internal(set) var summary: RunSummary?

  init(_ point: Sweep.Point, _ config: ResolvedConfig, directory: RunDirectory) {
    (self.point, self.config, self.directory) = (point, config, directory)
  }

  /// The values, by path.
  public static func values(of point: Sweep.Point) -> [JSONValue.Member] {
    point.settings.map { .init(key: $0.path, value: JSONValue($0.value.value)) }
  }

  /// `003-controllers.count=16,horizon.nodes=21`: what no shell and no file system takes offence at.
  /// - Parameter total: points of the sweep, so that all numbers have as many digits.
  static func directoryName(_ point: Sweep.Point, of total: Int) -> String {
    let safe = point.overrides.joined(separator: ",").map { character in
      character.isASCII && (character.isLetter || character.isNumber || "._=,+-".contains(character)) ? character : "_"
    }
    // The number tells them apart; file systems allow 255 bytes.
    return number(point.number, of: total) + "-" + String(safe.prefix(120))
  }

  /// At least three digits: `003`.
  static func number(_ number: Int, of total: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, max(3, String(total).count) - text.count)) + text
  }
}
