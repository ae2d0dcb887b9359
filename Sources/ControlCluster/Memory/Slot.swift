import CLinux

/// How a slot stands in a generation.
public enum SlotStatus: UInt32, Sendable {
  /// Takes no part.
  case free
  /// Has been asked and has not answered.
  case due
  case solved
  /// Its controller answered that it could not solve.
  case failed
  /// Its process died.
  case died
  /// It did not answer within `solve_timeout`; it may still be working.
  case late
}

/// A slot's `step` word.
struct StepWord: Equatable {
  var generation: UInt32
  var status: SlotStatus

  init(_ generation: UInt32, _ status: SlotStatus) {
    self.generation = generation
    self.status = status
  }

  init(bits: UInt64) {
    generation = UInt32(truncatingIfNeeded: bits >> 32)
    status = SlotStatus(rawValue: UInt32(truncatingIfNeeded: bits)) ?? .free
  }

  var bits: UInt64 { UInt64(generation) << 32 | UInt64(status.rawValue) }
}

/// Where a controller is in its life.
public enum SlotState: UInt32, Sendable {
  case vacant, registering, idle, active
  /// Alive, but takes no part until it is reset.
  case failed
  case dead
}

/// A slot's `lifecycle` word: the incarnation grows with every death, so that a successor is not taken for its predecessor.
struct Lifecycle: Equatable {
  var incarnation: UInt32
  var state: SlotState

  init(_ incarnation: UInt32, _ state: SlotState) {
    self.incarnation = incarnation
    self.state = state
  }

  init(bits: UInt64) {
    incarnation = UInt32(truncatingIfNeeded: bits >> 32)
    state = SlotState(rawValue: UInt32(truncatingIfNeeded: bits)) ?? .vacant
  }

  var bits: UInt64 { UInt64(incarnation) << 32 | UInt64(state.rawValue) }
}

/// What a step asks of a slot.
enum StepRequest: UInt32 {
  case solve, reset
}

/// What can be asked of a controller at any time, by the simulator or by `ccluster`.
public struct SlotRequest: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let activate = SlotRequest(rawValue: CCLUSTER_REQUEST_ACTIVATE.rawValue)
  public static let deactivate = SlotRequest(rawValue: CCLUSTER_REQUEST_DEACTIVATE.rawValue)
  public static let reset = SlotRequest(rawValue: CCLUSTER_REQUEST_RESET.rawValue)
}

/// The words of one `ccluster_slot`, typed. A view: lives as long as the segment. Offsets are written out, and asserted in
/// `segment.h`: a key path would be looked up at run time.
struct Slot {
  private let base: UnsafeMutableRawPointer

  init(_ base: UnsafeMutableRawPointer) { self.base = base }

  var stepBits: SharedWord<UInt64> { SharedWord(base + 0) }
  var stepRequestWord: SharedWord<UInt32> { SharedWord(base + 8) }
  /// ``SlotRequest`` bits, cleared by the worker once they are carried out.
  var requests: SharedWord<UInt32> { SharedWord(base + 12) }
  /// 1 while the worker copies its rows into the buffers.
  var writing: SharedWord<UInt32> { SharedWord(base + 16) }
  var lifecycleBits: SharedWord<UInt64> { SharedWord(base + 64) }

  var step: StepWord { StepWord(bits: stepBits.load()) }
  var lifecycle: Lifecycle { Lifecycle(bits: lifecycleBits.load()) }

  /// Moves the state within one incarnation; whether it did.
  func move(from old: Lifecycle, to state: SlotState) -> Bool {
    lifecycleBits.exchange(old.bits, for: Lifecycle(old.incarnation, state).bits)
  }

  /// Clears a late mark: the worker has finished what made it late, or a new process has taken the slot.
  func becomeAvailable() {
    let word = step
    if word.status == .late { _ = stepBits.exchange(word.bits, for: StepWord(word.generation, .free).bits) }
  }

  var process: SharedWord<UInt64> { SharedWord(base + 72) }
  var prepared: SharedWord<UInt32> { SharedWord(base + 80) }
  var restarts: SharedWord<UInt32> { SharedWord(base + 84) }
  var registeringAt: SharedWord<UInt64> { SharedWord(base + 88) }
  var registrationNanoseconds: SharedWord<UInt64> { SharedWord(base + 96) }

  // Written by the worker only.
  var solves: SharedWord<UInt64> { SharedWord(base + 128) }
  var failures: SharedWord<UInt64> { SharedWord(base + 136) }
  var lastSolve: SharedWord<UInt64> { SharedWord(base + 144) }
  var maxSolve: SharedWord<UInt64> { SharedWord(base + 152) }
  var totalSolve: SharedWord<UInt64> { SharedWord(base + 160) }

  /// What filled the rows last: a `ccluster_contents`.
  var contents: SharedWord<UInt32> { SharedWord(base + 168) }

  /// Why the last solve failed, cut at 63 bytes.
  var message: String {
    get {
      let bytes = UnsafeRawBufferPointer(start: base + 192, count: Int(CCLUSTER_MESSAGE_SIZE))
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    nonmutating set {
      let bytes = UnsafeMutableRawBufferPointer(start: base + 192, count: Int(CCLUSTER_MESSAGE_SIZE))
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      // Whole characters only, so that readers find valid UTF-8.
      var end = 0
      for character in newValue {
        let size = character.utf8.count
        if end + size >= bytes.count { break }
        for byte in character.utf8 {
          bytes[end] = byte
          end += 1
        }
      }
    }
  }
}
