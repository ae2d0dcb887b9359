import CLinux
import Synchronization

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

/// A slot's `step` word: what was asked last, in which generation, and how that stands.
struct StepWord: Equatable {
  var generation: UInt32
  var request: StepRequest
  var status: SlotStatus

  init(_ generation: UInt32, _ status: SlotStatus, of request: StepRequest = .solve) {
    self.generation = generation
    self.request = request
    self.status = status
  }

  @inline(__always)
  init(bits: UInt64) {
    generation = UInt32(truncatingIfNeeded: bits >> 32)
    request = StepRequest(rawValue: UInt8(truncatingIfNeeded: bits >> 8)) ?? .solve
    status = SlotStatus(rawValue: UInt32(UInt8(truncatingIfNeeded: bits))) ?? .free
  }

  var bits: UInt64 { UInt64(generation) << 32 | UInt64(request.rawValue) << 8 | UInt64(status.rawValue) }

  func with(_ status: SlotStatus) -> StepWord { StepWord(generation, status, of: request) }
}

/// Where a controller is in its life.
public enum SlotState: UInt32, Sendable {
  case vacant, registering, idle, active
  /// Alive, but takes no part until it is reset.
  case failed
  case dead

  /// Whether the slot has had a process and none is let in: then the server alone writes its rows and settles it.
  var isTheServers: Bool { self == .dead || self == .registering }
}

/// A slot's `lifecycle` word: the incarnation grows with every death, so that a successor is not taken for its predecessor.
struct Lifecycle: Equatable {
  var incarnation: UInt32
  var state: SlotState

  init(_ incarnation: UInt32, _ state: SlotState) {
    self.incarnation = incarnation
    self.state = state
  }

  @inline(__always)
  init(bits: UInt64) {
    incarnation = UInt32(truncatingIfNeeded: bits >> 32)
    state = SlotState(rawValue: UInt32(truncatingIfNeeded: bits)) ?? .vacant
  }

  var bits: UInt64 { UInt64(incarnation) << 32 | UInt64(state.rawValue) }
}

/// What rows hold when no solve has filled them.
enum RowFilling {
  /// What they held before the first solve.
  case initial
  /// What `on_failure` says.
  case failure
}

/// What a step asks of a slot.
enum StepRequest: UInt8 {
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

/// The words of one `ccluster_words` and `ccluster_slot`, typed. A view: lives as long as the segment. Offsets are written
/// out, and asserted in `segment.h`: a key path would be looked up at run time.
struct SlotWords<Platform: Machine> {
  typealias SharedWord<Value: FixedWidthInteger & AtomicRepresentable & Sendable> = MachineWord<Value, Platform>

  private let words: UnsafeMutableRawPointer
  private let base: UnsafeMutableRawPointer

  /// - Parameters:
  ///   - words: the address of its `ccluster_words`.
  ///   - record: the address of its `ccluster_slot`.
  init(words: UnsafeMutableRawPointer, record: UnsafeMutableRawPointer) {
    self.words = words
    base = record
  }

  var stepBits: SharedWord<UInt64> { SharedWord(words) }
  var lifecycleBits: SharedWord<UInt64> { SharedWord(words + 8) }

  var step: StepWord { StepWord(bits: stepBits.load()) }
  var lifecycle: Lifecycle { Lifecycle(bits: lifecycleBits.load()) }
  var rows: RowsWord { RowsWord(bits: rowsBits.load()) }

  /// Moves the state within one incarnation; whether it did.
  func move(from old: Lifecycle, to state: SlotState) -> Bool {
    lifecycleBits.exchange(old.bits, for: Lifecycle(old.incarnation, state).bits)
  }

  /// Clears a late mark: the worker has finished what made it late, or has died of it.
  func becomeAvailable() {
    let word = step
    if word.status == .late { _ = stepBits.exchange(word.bits, for: word.with(.free).bits) }
  }

  var process: SharedWord<UInt64> { SharedWord(base + 0) }
  /// ``SlotRequest`` bits, cleared by the worker once they are carried out.
  var requests: SharedWord<UInt32> { SharedWord(base + 8) }
  var prepared: SharedWord<UInt32> { SharedWord(base + 12) }
  var registeringAt: SharedWord<UInt64> { SharedWord(base + 16) }
  var registrationNanoseconds: SharedWord<UInt64> { SharedWord(base + 24) }
  var restarts: SharedWord<UInt32> { SharedWord(base + 32) }
  /// Written by the client only.
  var lateSteps: SharedWord<UInt32> { SharedWord(base + 36) }

  // Written by the worker only.
  /// A ``RowsWord``; changed by ``writeRows(_:)`` only.
  var rowsBits: SharedWord<UInt64> { SharedWord(base + 64) }
  var solves: SharedWord<UInt64> { SharedWord(base + 72) }
  var failures: SharedWord<UInt64> { SharedWord(base + 80) }
  var lastSolve: SharedWord<UInt64> { SharedWord(base + 88) }
  var maxSolve: SharedWord<UInt64> { SharedWord(base + 96) }
  var totalSolve: SharedWord<UInt64> { SharedWord(base + 104) }

  /// What filled the rows last: a `ccluster_contents`, with a `ccluster_filling`.
  var contentsBits: SharedWord<UInt32> { SharedWord(base + 112) }

  /// A `ccluster_contents`.
  var contents: UInt32 { contentsBits.load() & CCLUSTER_CONTENTS.rawValue }

  /// What the next step fills the rows with: until then they stay, for the client may be reading them. `nil` when there is
  /// nothing to fill.
  var outstanding: RowFilling? {
    let bits = contentsBits.load()
    if bits & CCLUSTER_FILL_INITIAL.rawValue != 0 { return .initial }
    return bits & CCLUSTER_FILL_FAILURE.rawValue != 0 ? .failure : nil
  }

  /// Leaves the rows to the next step, to fill them.
  func leaveRows(_ filling: RowFilling) {
    let now = contentsBits.load()
    switch filling {
    case .initial where now != CCLUSTER_CONTENTS_INITIAL.rawValue:
      contentsBits.store(now & CCLUSTER_CONTENTS.rawValue | CCLUSTER_FILL_INITIAL.rawValue)
    // Whatever else they hold is safe, or is to become so.
    case .failure where now == CCLUSTER_CONTENTS_SOLVED.rawValue:
      contentsBits.store(now | CCLUSTER_FILL_FAILURE.rawValue)
    default: break
    }
  }

  /// Why the last solve failed, cut at 63 bytes.
  var message: String {
    get {
      let bytes = UnsafeRawBufferPointer(start: base + 128, count: Int(CCLUSTER_MESSAGE_SIZE))
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    nonmutating set {
      PaddedText.copy(
        newValue, into: UnsafeMutableRawBufferPointer(start: base + 128, count: Int(CCLUSTER_MESSAGE_SIZE)))
    }
  }
}

/// A slot as the running program reaches it.
typealias Slot = SlotWords<Hardware>
