// Names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase
import CControlCluster
import ControlCluster

@c @implementation
public func ccluster_describe(_ cluster: OpaquePointer!) -> UnsafePointer<ccluster_info>! { cluster.cluster.info }

@c @implementation
public func ccluster_find_buffer(
  _ cluster: OpaquePointer!, _ buffer: UnsafePointer<CChar>!, _ error: UnsafeMutablePointer<ccluster_error>!
) -> UnsafePointer<ccluster_buffer_info>! {
  let cluster = cluster.cluster
  return telling(error) { () throws(ClusterError) in
    cluster.info.pointee.buffers + (try cluster.index(of: buffer))
  }
}

@c @implementation
public func ccluster_find_field(
  _ cluster: OpaquePointer!, _ buffer: UnsafePointer<CChar>!, _ field: UnsafePointer<CChar>!, _ type: Int32,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> UnsafePointer<ccluster_field_info>! {
  let cluster = cluster.cluster
  return telling(error) { () throws(ClusterError) in
    let buffer = try cluster.index(of: buffer)
    let layout = cluster.segment.layout.buffers[buffer]
    let name = String(cString: field)
    guard let field = layout.fields.firstIndex(where: { $0.name == name }) else {
      throw .unknownField(buffer: layout.name, field: name, known: layout.fields.map(\.name))
    }
    let found = layout.fields[field].elementType
    guard type == CCLUSTER_TYPE_ANY.rawValue || type == found.rawValue else {
      let expected = UInt8(exactly: type).flatMap(ElementType.init)?.name ?? "type \(type)"
      throw .wrongElementType(field: "\(layout.name).\(name)", found: found.name, expected: expected)
    }
    return cluster.buffers[buffer].fields + field
  }
}

@c @implementation
public func ccluster_number(
  _ cluster: OpaquePointer!, _ path: UnsafePointer<CChar>!, _ value: UnsafeMutablePointer<Double>!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  telling(error) { () throws(ClusterError) in
    let found = try cluster.cluster.value(path)
    guard let number = found.number ?? found.bool.map({ $0 ? 1 : 0 }) else {
      throw .wrongElementType(field: String(cString: path), found: found.compact, expected: "a number")
    }
    value.pointee = number
    return CCLUSTER_OK
  }
}

@c @implementation
public func ccluster_text(
  _ cluster: OpaquePointer!, _ path: UnsafePointer<CChar>!, _ text: UnsafeMutablePointer<CChar>!, _ size: Int,
  _ length: UnsafeMutablePointer<Int>!, _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  telling(error) { () throws(ClusterError) in
    let value = try cluster.cluster.value(path)
    let found = value.string ?? value.compact
    if size > 0 { PaddedText.copy(found, into: UnsafeMutableRawBufferPointer(start: text, count: size)) }
    length?.pointee = found.utf8.count
    return CCLUSTER_OK
  }
}
