import ControlCluster

/// What stands before the rows of a step on their way to a host: one of these, and a byte for each of its slots: whether the
/// step is handed out to it.
package struct StepOrder: BitwiseCopyable, Sendable {
  package var generation: UInt32 = 0
  /// 1 for a step that resets.
  package var isReset: UInt32 = 0
  /// How long the head waits for the answer, ns.
  package var patience: UInt64 = 0

  package init() {}

  /// Bytes that it takes on the way; what is behind its members is 0.
  package static let size = 64
}

/// What stands before the rows of an answer: one of these, and a ``SlotAnswer`` for each of the host's slots.
package struct StepAnswer: BitwiseCopyable, Sendable {
  package var generation: UInt32 = 0
  /// Notes about failures that have been sent before it.
  package var notes: UInt32 = 0
  /// How long the step took on the host, from its trigger until all had settled, ns.
  package var duration: UInt64 = 0

  package init() {}

  package static let size = 64
}

/// How one slot of a host stands after a step.
package struct SlotAnswer: BitwiseCopyable, Sendable {
  /// A `SlotStatus`: `free` when it took no part.
  package var status: UInt32 = 0
  /// A `SlotState`.
  package var state: UInt32 = 0
  package var solves: UInt64 = 0
  /// ns
  package var last: UInt64 = 0
  package var longest: UInt64 = 0
  package var total: UInt64 = 0

  package init() {}

  package static let size = 40

  /// Whether the controller lives, and its host has let it in.
  var isThere: Bool { [.idle, .active, .failed].contains(SlotState(rawValue: state) ?? .dead) }
}
