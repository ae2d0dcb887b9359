// Names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase
import CControlCluster
import ControlCluster

@c @implementation
public func ccluster_read_row(
  _ cluster: OpaquePointer!, _ buffer: UnsafePointer<CChar>!, _ row: UInt32, _ bytes: UnsafeMutableRawPointer!,
  _ version: UnsafeMutablePointer<UInt64>!, _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  telling(error) { () throws(ClusterError) in
    let (access, index) = try cluster.cluster.row(buffer, row)
    let found = access.read(index, into: bytes)
    version?.pointee = found
    return CCLUSTER_OK
  }
}

@c @implementation
public func ccluster_write_row(
  _ cluster: OpaquePointer!, _ buffer: UnsafePointer<CChar>!, _ row: UInt32, _ bytes: UnsafeRawPointer!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  telling(error) { () throws(ClusterError) in
    let (access, index) = try cluster.cluster.row(buffer, row)
    try access.publish(index, from: bytes)
    return CCLUSTER_OK
  }
}
