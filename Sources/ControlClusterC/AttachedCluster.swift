import CControlCluster
import ControlCluster

/// What is behind a `ccluster *`: a mapping and its description in C's form. Nothing changes once it is made.
final class AttachedCluster {
  let segment: Segment
  /// The description as JSON, for values by path.
  let description: JSONValue
  let info: UnsafePointer<ccluster_info>
  private let rows: [RowAccess]
  private let memory: CMemory

  init(_ segment: Segment) throws(ClusterError) {
    self.segment = segment
    do { description = try JSONValue(parsing: segment.blueprint.description) } catch {
      throw .corrupt(segment: segment.name, what: "its description is no JSON: \(error)")
    }
    rows = segment.layout.buffers.map { RowAccess(segment, $0) }
    var memory = CMemory()
    info = memory.info(of: segment)
    self.memory = memory
  }

  /// A handle that C gives back with `release`.
  var retained: OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  var buffers: UnsafeBufferPointer<ccluster_buffer_info> {
    UnsafeBufferPointer(start: info.pointee.buffers, count: Int(info.pointee.buffer_count))
  }

  /// - Throws: `unknownBuffer`
  func index(of buffer: UnsafePointer<CChar>) throws(ClusterError) -> Int {
    let name = String(cString: buffer)
    guard let index = segment.layout.buffers.firstIndex(where: { $0.name == name }) else {
      throw .unknownBuffer(name, known: segment.layout.buffers.map(\.name))
    }
    return index
  }

  /// What C was told of as that field.
  /// - Throws: `parameter` when it was told of by another cluster.
  func layout(of field: UnsafePointer<ccluster_field_info>) throws(ClusterError) -> (BufferLayout, FieldLayout) {
    for (index, buffer) in buffers.enumerated() {
      let place = buffer.fields.distance(to: field)
      if place >= 0, place < buffer.field_count, buffer.fields + place == field {
        return (segment.layout.buffers[index], segment.layout.buffers[index].fields[place])
      }
    }
    throw .parameter("this is no field of cluster '\(segment.name)'")
  }

  /// A row's access, and its number once it is known to be one.
  /// - Throws: `unknownBuffer`, `slotOutOfRange`.
  func row(_ buffer: UnsafePointer<CChar>, _ row: UInt32) throws(ClusterError) -> (RowAccess, Int) {
    let access = rows[try index(of: buffer)]
    guard row < access.buffer.rows else { throw .slotOutOfRange(slot: Int(row), count: access.buffer.rows) }
    return (access, Int(row))
  }

  /// A value of the description.
  /// - Throws: `unknownValue`
  func value(_ path: UnsafePointer<CChar>) throws(ClusterError) -> JSONValue {
    let path = String(cString: path)
    guard let value = description[path: path] else { throw .unknownValue(path: path) }
    return value
  }
}

extension Optional<OpaquePointer> {
  /// The cluster behind a handle.
  var cluster: AttachedCluster { Unmanaged.fromOpaque(UnsafeRawPointer(self!)).takeUnretainedValue() }
}
