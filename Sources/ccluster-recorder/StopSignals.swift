import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP as a flag: the file is finished then.
enum StopSignals {
  private static let received = Atomic<Bool>(false)

  static func install() {
    // The flag's storage is initialized before a handler could be the first to touch it.
    _ = isReceived
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in StopSignals.received.store(true, ordering: .relaxed) }
    // Once: who cannot wait for the file to be finished sends it again.
    action.sa_flags = Int32(bitPattern: SA_RESETHAND)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaction(number, &action, nil) }
    // A reader of our words that goes away must not end the recording with it.
    signal(SIGPIPE, SIG_IGN)
  }

  static var isReceived: Bool { received.load(ordering: .relaxed) }
}
