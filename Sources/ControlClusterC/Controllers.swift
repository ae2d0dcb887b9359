// Names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase
import CControlCluster
import ControlCluster

/// What is behind a `ccluster_controllers *`.
private final class Controllers {
  let cluster: AttachedCluster
  let session: ControllerSession

  init(_ cluster: AttachedCluster, _ slots: Range<Int>?) throws(ClusterError) {
    guard cluster.segment.role == .controller else {
      throw .parameter("only who has attached as controller can take slots")
    }
    self.cluster = cluster
    session =
      if let slots { try ControllerSession(on: cluster.segment, slots: slots) } else {
        try ControllerSession(launchedOn: cluster.segment)
      }
  }

  /// - Throws: `slotOutOfRange`
  func context(_ slot: UInt32) throws(ClusterError) -> ControllerContext {
    guard session.slots.contains(Int(slot)) else {
      throw .parameter("controller \(slot) is none of this process's, which has \(session.slots)")
    }
    return session.contexts[Int(slot) - session.slots.lowerBound]
  }
}

extension Optional<OpaquePointer> {
  fileprivate var controllers: Controllers { Unmanaged.fromOpaque(UnsafeRawPointer(self!)).takeUnretainedValue() }
}

@c @implementation
public func ccluster_controllers_new(
  _ cluster: OpaquePointer!, _ first: UInt32, _ count: UInt32, _ controllers: UnsafeMutablePointer<OpaquePointer?>!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  telling(error) { () throws(ClusterError) in
    let slots = count == 0 ? nil : Int(first)..<Int(first) + Int(count)
    controllers.pointee = OpaquePointer(Unmanaged.passRetained(try Controllers(cluster.cluster, slots)).toOpaque())
    return CCLUSTER_OK
  }
}

@c @implementation
public func ccluster_controllers_drop(_ controllers: OpaquePointer!) {
  guard let controllers else { return }
  Unmanaged<Controllers>.fromOpaque(UnsafeRawPointer(controllers)).release()
}

@c @implementation
public func ccluster_controllers_slots(
  _ controllers: OpaquePointer!, _ first: UnsafeMutablePointer<UInt32>!, _ count: UnsafeMutablePointer<UInt32>!
) {
  let slots = controllers.controllers.session.slots
  first.pointee = UInt32(slots.lowerBound)
  count.pointee = UInt32(slots.count)
}

@c @implementation
public func ccluster_controllers_row(
  _ controllers: OpaquePointer!, _ slot: UInt32, _ buffer: UnsafePointer<CChar>!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> UnsafeMutableRawPointer! {
  do throws(ClusterError) {
    return UnsafeMutableRawPointer(mutating: try controllers.controllers.context(slot).row(String(cString: buffer)))
  } catch let failure {
    _ = failure.tell(error)
    return nil
  }
}

@c @implementation
public func ccluster_controllers_map(
  _ controllers: OpaquePointer!, _ buffer: UnsafePointer<CChar>!, _ field: UnsafePointer<CChar>!,
  _ map: UnsafeMutablePointer<UInt32>!, _ count: UnsafeMutablePointer<Int>!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  telling(error) { () throws(ClusterError) in
    let session = controllers.controllers.session
    let (_, field) = try session.segment.field(String(cString: buffer), String(cString: field))
    // It is the same for all controllers of a cluster.
    let places = session.contexts[0].elementMap(of: field)
    for (index, place) in places.enumerated() { map[index] = UInt32(place) }
    count.pointee = places.count
    return CCLUSTER_OK
  }
}

@c @implementation
public func ccluster_controllers_ready(_ controllers: OpaquePointer!) { controllers.controllers.session.beReady() }

@c @implementation
public func ccluster_controllers_next(
  _ controllers: OpaquePointer!, _ slice: Double, _ task: UnsafeMutablePointer<ccluster_task>!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  telling(error) { () throws(ClusterError) in
    guard !slice.isNaN else { throw .parameter("the slice is a number of seconds") }
    guard let request = try controllers.controllers.session.next(slice: slice < 0 ? .infinity : slice) else {
      return CCLUSTER_PENDING
    }
    task.pointee.slot = UInt32(request.slot)
    task.pointee.kind = (request.kind == .solve ? CCLUSTER_TASK_SOLVE : CCLUSTER_TASK_RESET).rawValue
    return CCLUSTER_OK
  }
}

@c @implementation
public func ccluster_controllers_settle(
  _ controllers: OpaquePointer!, _ failure: UnsafePointer<CChar>!, _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  telling(error) { () throws(ClusterError) in
    try controllers.controllers.session.settle(failure: failure.map { String(cString: $0) })
    return CCLUSTER_OK
  }
}
