// Names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase
import CControlCluster
import ControlCluster

@c @implementation
public func ccluster_inspect(
  _ cluster: OpaquePointer!, _ slot: UInt32, _ info: UnsafeMutablePointer<ccluster_slot_info>!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  let segment = cluster.cluster.segment
  return telling(error) { () throws(ClusterError) in
    guard slot < segment.layout.slots else { throw .slotOutOfRange(slot: Int(slot), count: segment.layout.slots) }
    let found = segment.slotSnapshot(Int(slot))
    info.pointee.state = found.state.rawValue
    info.pointee.pid = found.pid
    info.pointee.restarts = UInt32(found.restarts)
    info.pointee.is_prepared = found.isPrepared ? 1 : 0
    info.pointee.solves = UInt64(found.solves)
    info.pointee.failures = UInt64(found.failures)
    info.pointee.registration_time = found.registrationTime
    info.pointee.last_solve_time = found.lastSolveTime
    info.pointee.max_solve_time = found.maxSolveTime
    info.pointee.total_solve_time = found.totalSolveTime
    withUnsafeMutableBytes(of: &info.pointee.message) { PaddedText.copy(found.message, into: $0) }
    return CCLUSTER_OK
  }
}

@c @implementation
public func ccluster_request(
  _ cluster: OpaquePointer!, _ request: Int32, _ slots: UnsafePointer<UInt32>!, _ count: Int, _ timeout: Double,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  let segment = cluster.cluster.segment
  return telling(error) { () throws(ClusterError) in
    let asked = try segment.mayAsk(request)
    guard timeout >= 0 else { throw .parameter("the timeout is a number of seconds from 0 on, not \(timeout)") }
    try segment.request(asked, indices(slots, count), timeout: min(timeout, 1e9))
    return CCLUSTER_OK
  }
}

@c @implementation
public func ccluster_request_begin(
  _ cluster: OpaquePointer!, _ request: Int32, _ slots: UnsafePointer<UInt32>!, _ count: Int,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  let segment = cluster.cluster.segment
  return telling(error) { () throws(ClusterError) in
    try segment.begin(segment.mayAsk(request), indices(slots, count))
    return CCLUSTER_OK
  }
}

@c @implementation
public func ccluster_request_wait(
  _ cluster: OpaquePointer!, _ request: Int32, _ slots: UnsafePointer<UInt32>!, _ count: Int, _ slice: Double,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  let segment = cluster.cluster.segment
  return telling(error) { () throws(ClusterError) in
    guard slice >= 0 else { throw .parameter("the slice is a number of seconds from 0 on, not \(slice)") }
    let waiting = try segment.wait(
      for: segment.mayAsk(request), segment.known(indices(slots, count)), slice: min(slice, 1e9))
    return waiting.isEmpty ? CCLUSTER_OK : CCLUSTER_PENDING
  }
}

@c @implementation
public func ccluster_request_withdraw(
  _ cluster: OpaquePointer!, _ request: Int32, _ slots: UnsafePointer<UInt32>!, _ count: Int, _ waited: Double,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  let segment = cluster.cluster.segment
  return telling(error) { () throws(ClusterError) in
    let asked = try segment.mayAsk(request)
    let waiting = segment.unanswered(asked, try segment.known(indices(slots, count)))
    if waiting.isEmpty { return CCLUSTER_OK }
    throw .unanswered(by: segment.withdraw(asked, waiting), seconds: waited)
  }
}

private func indices(_ slots: UnsafePointer<UInt32>?, _ count: Int) -> [Int] {
  UnsafeBufferPointer(start: slots, count: count).map(Int.init)
}

extension Segment {
  /// - Throws: `parameter` when there is no such request, or this role may not ask.
  fileprivate func mayAsk(_ request: Int32) throws(ClusterError) -> SlotRequest {
    let asked = SlotRequest(rawValue: UInt32(bitPattern: request))
    guard [.activate, .deactivate, .reset].contains(asked) else {
      throw .parameter("there is no request \(request): see enum ccluster_slot_request")
    }
    guard role == .simulator || role == .tool else {
      throw .parameter("only a simulator and a tool may ask controllers for something")
    }
    return asked
  }

  /// - Throws: `slotOutOfRange`
  fileprivate func known(_ slots: [Int]) throws(ClusterError) -> [Int] {
    for slot in slots where slot >= layout.slots { throw .slotOutOfRange(slot: slot, count: layout.slots) }
    return slots
  }
}
