import CLinux
import Glibc

/// A process that cannot be confused with a later one of the same pid: its pid and its start time, in one 64-bit word
/// so that it can be claimed in shared memory by one compare-and-swap.
public struct ProcessIdentity: Equatable, Sendable {
  /// The pid in the upper 22 bits, the start time in clock ticks since boot below; 0 is nobody.
  public let word: UInt64

  static let startTimeBits: UInt64 = 42

  public init(word: UInt64) { self.word = word }

  /// `nil` when there is no such process.
  public init?(pid: pid_t) {
    guard let stat = Self.stat(of: pid) else { return nil }
    word = UInt64(pid) << Self.startTimeBits | (stat.startTime & ((1 << Self.startTimeBits) - 1))
  }

  public static let nobody = ProcessIdentity(word: 0)
  /// No process: a worker that has lost a controller which runs elsewhere leaves the slot to it.
  static let lost = ProcessIdentity(word: UInt64(CCLUSTER_LOST))
  public static func current() -> ProcessIdentity { ProcessIdentity(pid: getpid()) ?? .nobody }

  public var pid: pid_t { pid_t(word >> Self.startTimeBits) }

  /// How long it has been there, in s; 0 for nobody. The start time is counted in hundredths (USER_HZ) since boot.
  public var age: Double {
    guard word != 0 else { return 0 }
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    let started = Double(word & ((1 << Self.startTimeBits) - 1)) / 100
    return max(0, Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9 - started)
  }

  /// Whether this very process still runs; a zombie does not.
  public var isAlive: Bool { word != 0 && ProcessIdentity(pid: pid) == self }

  /// Whether it stands still: SIGSTOP or Ctrl-Z has reached it, or a debugger holds it.
  public var isSuspended: Bool { isAlive && ["T", "t"].contains(Self.stat(of: pid)?.state) }

  /// Fields 3 and 22 of /proc/PID/stat (proc(5)); `nil` when the process is gone or a zombie. The command name in brackets
  /// may hold anything, so the fields are counted behind its last bracket.
  private static func stat(of pid: pid_t) -> (state: String, startTime: UInt64)? {
    guard let stat = System.contents(of: "/proc/\(pid)/stat"), let bracket = stat.utf8.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = stat[stat.utf8.index(after: bracket)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X", let startTime = UInt64(fields[19]) else { return nil }
    return (String(fields[0]), startTime)
  }
}
