import Glibc

/// How a process ended.
public enum ProcessStatus: Sendable, Equatable {
  case exited(Int32)
  case signalled(Int32)

  /// - Parameter wait: as `waitpid` leaves it.
  init(wait: Int32) {
    let signal = wait & 0x7f
    self = signal == 0 ? .exited((wait >> 8) & 0xff) : .signalled(signal)
  }

  public var isSuccess: Bool { self == .exited(0) }

  /// As a shell reports it: the exit code, or 128 + the signal.
  public var shellStatus: Int32 {
    switch self {
    case .exited(let code): code
    case .signalled(let signal): 128 + signal
    }
  }
}

extension ProcessStatus: CustomStringConvertible {
  public var description: String {
    switch self {
    case .exited(let code): "ended with exit code \(code)"
    case .signalled(let signal): "was killed by \(Self.name(of: signal))"
    }
  }

  /// `SIGKILL` for 9; the number when it has no name.
  public static func name(of signal: Int32) -> String {
    let names: [Int32: String] = [
      SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT",
      SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV",
      SIGUSR2: "SIGUSR2",
      SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGSYS: "SIGSYS",
    ]
    return names[signal] ?? "signal \(signal)"
  }
}
