import ClusterHosts
import Glibc

/// What has been sent has come.
final class LoopbackNetwork: HostNetwork {
  func moveOn() {}
  func sleep(nanoseconds: UInt64, isSending: Bool) { usleep(50) }
}

/// Both ends of a link within this process, each for a thread of its own. It copies, and can be cut.
final class LoopbackLink: HostLink {
  fileprivate struct Way {
    var steps: [[UInt8]] = []
    var notes: [[UInt8]] = []
  }

  /// What is on its way, to either end.
  final class Wire: @unchecked Sendable {
    fileprivate let ways = Locked([Way(), Way()])
    let isCut = Flag()
  }

  private let wire: Wire
  private let end: Int
  private let outgoing: [UnsafeMutableRawBufferPointer]
  private let incoming: [UnsafeMutableRawBufferPointer]
  private var isExpecting = false
  private(set) var hasStepArrived = false
  let isStepSent = true

  /// - Parameter end: 0 is the head's.
  init(
    _ wire: Wire, end: Int, outgoing: [UnsafeMutableRawBufferPointer], incoming: [UnsafeMutableRawBufferPointer]
  ) {
    self.wire = wire
    self.end = end
    self.outgoing = outgoing
    self.incoming = incoming
  }

  func sendStep() {
    let bytes = outgoing.flatMap { Array($0) }
    if !wire.isCut.isSet { wire.ways.withLock { $0[1 - end].steps.append(bytes) } }
  }

  func expectStep() {
    hasStepArrived = false
    isExpecting = true
  }

  func send(_ note: [UInt8]) {
    if !wire.isCut.isSet { wire.ways.withLock { $0[1 - end].notes.append(note) } }
  }

  func receive() -> [UInt8]? { wire.ways.withLock { $0[end].notes.isEmpty ? nil : $0[end].notes.removeFirst() } }

  func look() {
    guard isExpecting, let bytes = wire.ways.withLock({ $0[end].steps.isEmpty ? nil : $0[end].steps.removeFirst() })
    else { return }
    precondition(bytes.count == incoming.reduce(0) { $0 + $1.count }, "the ends agree on bytes")
    var place = 0
    for block in incoming {
      block.copyBytes(from: bytes[place..<place + block.count])
      place += block.count
    }
    (isExpecting, hasStepArrived) = (false, true)
  }
}
