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
    let asked = SlotRequest(rawValue: UInt32(bitPattern: request))
    guard [.activate, .deactivate, .reset].contains(asked) else {
      throw .parameter("there is no request \(request): see enum ccluster_slot_request")
    }
    guard segment.role == .simulator || segment.role == .tool else {
      throw .parameter("only a simulator and a tool may ask controllers for something")
    }
    guard timeout >= 0 else { throw .parameter("the timeout is a number of seconds from 0 on, not \(timeout)") }
    let indices = UnsafeBufferPointer(start: slots, count: count).map(Int.init)
    try segment.request(asked, indices, timeout: min(timeout, 1e9))
    return CCLUSTER_OK
  }
}
