// Names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase
import CControlCluster
import ControlCluster

// `ccluster.h` says what each function does; the compiler checks that these are those.

@c @implementation
public func ccluster_api() -> UInt32 { UInt32(CCLUSTER_API) }

@c @implementation
public func ccluster_attach(
  _ name: UnsafePointer<CChar>!, _ role: Int32, _ patience: Double, _ cluster: UnsafeMutablePointer<OpaquePointer?>!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  telling(error) { () throws(ClusterError) in
    let role = try SegmentRole(code: role)
    guard patience >= 0 else { throw .parameter("the patience is a number of seconds from 0 on, not \(patience)") }
    let milliseconds = Int((min(patience, 1e6) * 1e3).rounded())
    let segment =
      if let name {
        try Segment.attach(to: String(cString: name), as: role, patience: milliseconds)
      } else {
        try Segment.fromEnvironment(as: role, patience: milliseconds)
      }
    cluster.pointee = try AttachedCluster(segment).retained
    return CCLUSTER_OK
  }
}

@c @implementation
public func ccluster_retain(_ cluster: OpaquePointer!) -> OpaquePointer! { cluster.cluster.retained }

@c @implementation
public func ccluster_release(_ cluster: OpaquePointer!) {
  guard let cluster else { return }
  Unmanaged<AttachedCluster>.fromOpaque(UnsafeRawPointer(cluster)).release()
}

@c @implementation
public func ccluster_is_stopping(_ cluster: OpaquePointer!) -> Int32 { cluster.cluster.segment.phase == .ready ? 0 : 1 }

extension SegmentRole {
  /// - Throws: `parameter`
  fileprivate init(code: Int32) throws(ClusterError) {
    switch UInt32(bitPattern: code) {
    case CCLUSTER_ROLE_OBSERVER.rawValue: self = .observer
    case CCLUSTER_ROLE_SIMULATOR.rawValue: self = .simulator
    case CCLUSTER_ROLE_CONTROLLER.rawValue: self = .controller
    case CCLUSTER_ROLE_TOOL.rawValue: self = .tool
    default: throw .parameter("there is no role \(code): see enum ccluster_role")
    }
  }
}
