/// How people count controllers: in the whole cluster, whichever host's memory a slot is in. Whatever is shown, logged or asked for
/// has these numbers; whatever reads or writes a memory has its slots.
public struct ControllerNumbers: Sendable, Equatable {
  /// Those of this memory, in the order of its slots.
  public let all: Range<Int>

  public init(first: Int = 0, count: Int) { all = first..<first + count }

  public subscript(slot: Int) -> Int { all.lowerBound + slot }

  /// - Throws: `slotOutOfRange`; `controllerElsewhere` when this memory's host has others.
  public func slot(of number: Int) throws(ClusterError) -> Int {
    if all.contains(number) { return number - all.lowerBound }
    if all.lowerBound == 0 { throw .slotOutOfRange(slot: number, count: all.count) }
    throw .controllerElsewhere(number, here: all)
  }

  /// - Throws: as ``slot(of:)``; then none is known.
  public func slots(of numbers: [Int]) throws(ClusterError) -> [Int] {
    var slots: [Int] = []
    for number in numbers { slots.append(try slot(of: number)) }
    return slots
  }
}

extension Segment {
  /// Of the controllers that have a slot here.
  public var numbers: ControllerNumbers { ControllerNumbers(first: cluster.firstController, count: layout.slots) }
}
