import ControlCluster
import Glibc

/// Asks controllers at random for what a tool may ask at any time, beside the steps: no row may change for it before the next
/// step.
final class SoakMeddler: @unchecked Sendable {
  private let segment: Segment
  private var generator: SplitMix64

  init(seed: UInt64) throws {
    segment = try Segment.attach(to: System.environment("CCLUSTER_SEGMENT") ?? "", as: .tool)
    generator = SplitMix64(seed: seed)
  }

  /// In a thread of its own, which ends with the cluster.
  func start() throws { _ = try Thread.start { self.run() } }

  private func run() {
    while segment.phase == .ready {
      usleep(UInt32.random(in: 0...20_000, using: &generator))
      let slot = Int.random(in: 0..<segment.layout.slots, using: &generator)
      let request = [SlotRequest.reset, .reset, .deactivate, .activate].randomElement(using: &generator)!
      // Whoever is dead or suspended does not answer.
      try? segment.request(request, [slot], timeout: 0.05)
    }
  }
}
