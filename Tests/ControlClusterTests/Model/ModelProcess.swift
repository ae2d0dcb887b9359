@testable import ControlCluster

/// A process of the model: a stack of its own, and what the scheduler knows of it.
struct ModelProcess {
  enum Role: UInt8 {
    case client, server, worker, tool
  }

  enum State: UInt8 {
    case unborn, ready
    /// On a futex.
    case asleep
    /// In the middle of a fixed time.
    case resting
    /// The server, until it hears of something.
    case polling
    case dead, finished
  }

  var role = Role.worker
  var state = State.unborn
  /// By a signal: not waited for, and goes on by no merit of its own.
  var isStopped = false
  /// The futex it sleeps on: the place of its word.
  var futex = 0
  /// How its sleep ended.
  var timedOut = false
  /// It has settled a slot and not yet told anybody: what it owes the others when it dies or stops.
  var owesHint = false
  /// Of a dead worker: whether the server watched it, and has been told.
  var isWatched = false
  var isTold = false
  /// Whether it may register; a worker of the beginning may have done so before.
  var registers = false
  var worker = 0
  /// What it has read so far, since the last moment at which all that it knows is known.
  var history: UInt64 = 0
  /// What its controller has solved: which step's input it has seen. Part of the history.
  var solution: UInt64 = 0
  // Of broken machines; part of the history, too.
  var staleLifecycle: UInt64?
  var staleStep: UInt64?
  var lastSettled: UInt32 = 0
  /// Of its own, ns.
  var clock: UInt64 = 0
  var context: UnsafeMutableRawPointer?

  var isAlive: Bool { state != .unborn && state != .dead && state != .finished }

  var hash: UInt64 {
    var bits = UInt64(state.rawValue) | UInt64(futex) << 8 | (isStopped ? 1 << 40 : 0) | (timedOut ? 1 << 41 : 0)
    bits |= (owesHint ? 1 << 42 : 0) | (isWatched ? 1 << 43 : 0) | (isTold ? 1 << 44 : 0)
    return Hash.mix(bits, history)
  }
}

enum Hash {
  /// Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014): the finisher of SplitMix64.
  @inline(__always) static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    var z = (a &* 0x9e37_79b9_7f4a_7c15) ^ (b &+ 0xbf58_476d_1ce4_e5b9)
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
