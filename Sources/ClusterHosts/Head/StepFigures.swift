/// How long steps took on their way through hosts, for who measures: the last ones.
package struct StepFigures: Sendable {
  package struct Step: Sendable {
    package var host: String
    /// When its order began, CLOCK_MONOTONIC, ns.
    package var askedAt: UInt64
    /// From the order until the answer, ns.
    package var whole: UInt64
    /// The part of it that the host's own step took, ns.
    package var onHost: UInt64
    /// How long it took to see what is to be asked of the host, ns.
    package var ordering: UInt64
    /// From the answer until the client could see it, ns.
    package var settling: UInt64
  }

  private static let kept = 1 << 16
  package private(set) var steps: [Step] = []
  private var next = 0

  mutating func note(_ step: Step) {
    if steps.count < Self.kept { steps.append(step) } else { steps[next] = step }
    next = (next + 1) % Self.kept
  }
}
