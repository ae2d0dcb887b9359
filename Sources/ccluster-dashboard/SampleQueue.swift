import ControlCluster

/// The samples of one subscription that its page has not taken yet. Never more than a page catches up with: the oldest give way.
struct SampleQueue: Sendable {
  let subscription: FieldSubscription
  private(set) var moments: [SampleMoment] = []
  private(set) var wholeness: [UInt8] = []
  /// Sample by sample, in it row by row. One of the two is in use, as ``FieldSubscription/isSingle`` says.
  private(set) var singles: [Float] = []
  private(set) var doubles: [Double] = []
  /// Samples that have given way since the last time.
  private(set) var dropped = 0

  /// Values that a queue holds, at most: 4 MiB of doubles.
  private static let mostValues = 1 << 19
  /// Samples: ten seconds of a page that stands still.
  private static let mostSamples = 1000

  init(_ subscription: FieldSubscription) { self.subscription = subscription }

  private var width: Int { subscription.rows.count * subscription.elements.count }

  mutating func append(_ moment: SampleMoment, _ copies: BufferCopies) {
    if !subscription.keepsHistory { removeAll() }
    if moments.count >= Self.mostSamples || (moments.count + 1) * width > max(Self.mostValues, width) {
      drop(max(1, moments.count / 2))
    }
    moments.append(moment)
    var worst = SampleWholeness.whole
    for row in subscription.rows {
      let isThere: Void? = copies.withRow(subscription.buffer, row) { bytes, wholeness in
        if wholeness.rawValue > worst.rawValue { worst = wholeness }
        for element in subscription.elements {
          let type = subscription.field.elementType
          let address = bytes.baseAddress! + subscription.field.offset + element * type.size
          append(wholeness == .torn ? .nan : ElementCodec.load(address, type))
        }
      }
      if isThere == nil {
        worst = .torn
        for _ in subscription.elements { append(.nan) }
      }
    }
    wholeness.append(worst.rawValue)
  }

  private mutating func append(_ value: Double) {
    if subscription.isSingle { singles.append(Float(value)) } else { doubles.append(value) }
  }

  private mutating func drop(_ count: Int) {
    moments.removeFirst(count)
    wholeness.removeFirst(count)
    if subscription.isSingle { singles.removeFirst(count * width) } else { doubles.removeFirst(count * width) }
    dropped += count
  }

  mutating func removeAll() {
    moments.removeAll(keepingCapacity: true)
    wholeness.removeAll(keepingCapacity: true)
    singles.removeAll(keepingCapacity: true)
    doubles.removeAll(keepingCapacity: true)
    dropped = 0
  }
}
