import ControlCluster

/// One host as the head's agent sees it: its link, and what is known of each of its controllers.
final class RemoteHost {
  let share: HostShare
  /// Its slots in the head's memory.
  var slots: Range<Int> { share.first..<share.first + share.count }
  let link: any HostLink
  let order: OrderBlock
  let answer: AnswerBlock

  enum Standing: Equatable {
    /// It has not said who it is.
    case awaited
    case up
    case lost
  }

  var standing = Standing.awaited
  var silence: Silence
  var lastSent: UInt64
  /// The step that it is at work on.
  var request: RemoteSlots.Request?
  /// ns
  var askedAt: UInt64 = 0
  /// How long it took to see what is to be asked, ns.
  var ordering: UInt64 = 0
  // One thread looks at them, and at each of them in every step.
  @exclusivity(unchecked) var controllers: [RemoteController]
  /// Why controllers could not solve, by slot of the host: told before the answer to a step.
  var failures: [Int: String] = [:]
  var latest: LatestRows

  init(
    _ share: HostShare, order: consuming OrderBlock, answer: consuming AnswerBlock, latest: LatestRows,
    link: any HostLink, at now: UInt64
  ) {
    self.share = share
    self.order = order
    self.answer = answer
    self.latest = latest
    self.link = link
    silence = Silence(at: now)
    lastSent = now
    controllers = Array(repeating: RemoteController(), count: share.count)
  }

  /// Whether the step that it is at work on, or was last, has been handed out to that controller, and has not lost it since.
  func isAsked(_ index: Int) -> Bool { order[index] != 0 && controllers[index].isBusy }

  func send(_ note: Note, at now: UInt64) {
    link.send(note.encoded)
    lastSent = now
  }
}

/// What the head knows of a controller on another host.
struct RemoteController {
  /// Its slot is this process's.
  var isJoined = false
  /// It is ready to join, once its slot is free; how long it took to build, ns.
  var isUp: UInt64?
  /// It has been handed a step and has not answered.
  var isBusy = false
  /// What it has been asked beside the steps, and has not done yet.
  var asked: SlotRequest = []
}
