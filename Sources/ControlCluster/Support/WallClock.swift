import CLinux
import Glibc

/// A moment that people can compare with their own clock.
public struct WallClock: Sendable, Equatable {
  /// UTC: `2026-11-25T22:10:05.123Z`, or with more digits. Texts of equal length sort like the moments.
  public let text: String

  public init(text: String) { self.text = text }

  package static var secondsSince1970: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// To the millisecond.
  public static func now() -> WallClock { now(digits: 3, before: 0) }

  /// - Parameters:
  ///   - digits: of the fraction of a second, up to 9.
  ///   - seconds: how long ago the moment was.
  public static func now(digits count: Int, before seconds: Double = 0) -> WallClock {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let nanoseconds = Int(time.tv_sec) * 1_000_000_000 + time.tv_nsec - Int(min(seconds, 1e9) * 1e9)
    time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    var parts = tm()
    gmtime_r(&time.tv_sec, &parts)
    func digits(_ number: Int32, _ count: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    let date = [(parts.tm_year + 1900, 4), (parts.tm_mon + 1, 2), (parts.tm_mday, 2)].map(digits).joined(separator: "-")
    let clock = [(parts.tm_hour, 2), (parts.tm_min, 2), (parts.tm_sec, 2)].map(digits).joined(separator: ":")
    return WallClock(text: "\(date)T\(clock).\(digits(Int32(time.tv_nsec), 9).prefix(count))Z")
  }

  /// The time of day as this machine's clocks show it, to the millisecond: `22:10:05.123`.
  public var timeOfDay: String {
    let numbers = text.split { !$0.isNumber }.compactMap { Int32($0) }
    guard numbers.count >= 6 else { return text }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
    var seconds = timegm(&parts)
    localtime_r(&seconds, &parts)
    let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    let fraction = text.split(separator: ".").dropFirst().first?.prefix(3) ?? "000"
    return "\(clock).\(fraction)"
  }
}
