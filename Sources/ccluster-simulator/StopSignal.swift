import Glibc
import Synchronization

/// SIGTERM and SIGINT as a flag: the run ends after the step in flight, with its report.
enum StopSignal {
  private static let received = Atomic<Bool>(false)

  static func install() {
    // The flag's storage is initialized before a handler could be the first to touch it.
    _ = isReceived
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in StopSignal.received.store(true, ordering: .relaxed) }
    // Without SA_RESTART, so that a signal ends the sleep of a paced run.
    action.sa_flags = 0
    sigaction(SIGTERM, &action, nil)
    sigaction(SIGINT, &action, nil)
  }

  static var isReceived: Bool { received.load(ordering: .relaxed) }
}
