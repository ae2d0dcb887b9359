import ControlCluster
import Glibc

/// Asks controllers at random for what a tool may ask at any time, beside the steps: no row may change for it before the next
/// step.
final class SoakMeddler: @unchecked Sendable {
  private let segment: Segment
  private var generator: SplitMix64

  private init(_ segment: Segment, seed: UInt64) {
    self.segment = segment
    generator = SplitMix64(seed: seed)
  }

  /// In a thread of its own, which ends with the cluster.
  static func start(on name: String, seed: UInt64) throws {
    let meddler = SoakMeddler(try Segment.attach(to: name, as: .tool), seed: seed)
    _ = try Thread.start { meddler.run() }
  }

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
