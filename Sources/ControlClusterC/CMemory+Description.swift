import CControlCluster
import ControlCluster

extension CMemory {
  mutating func info(of segment: Segment) -> UnsafePointer<ccluster_info> {
    let cluster = segment.cluster
    let buffers = segment.layout.buffers.map { buffer(segment, $0) }
    let info = ccluster_info(
      name: text(SegmentName.namespace(of: segment.name)), segment: text(segment.name),
      size: UInt64(segment.layout.size), layout_hash: segment.layout.hash, buffers: array(buffers),
      buffer_count: UInt32(buffers.count),
      controllers: UInt32(segment.layout.slots), joints: UInt32(cluster.robot.joints.count),
      contacts: UInt32(cluster.robot.contacts.count), nodes: UInt32(cluster.horizon.nodes),
      steps_per_cluster: UInt32(cluster.timing.stepsPerCluster), simulation_dt: cluster.timing.simulationDt,
      cluster_dt: cluster.timing.clusterDt, horizon_dt: cluster.horizon.dt,
      solve_timeout: cluster.controllers.solveTimeout, joint_names: texts(cluster.robot.joints),
      contact_names: texts(cluster.robot.contacts), homing: array(cluster.robot.homing),
      description: text(segment.blueprint.description), first_controller: UInt32(cluster.firstController))
    return array([info])
  }

  private mutating func buffer(_ segment: Segment, _ buffer: BufferLayout) -> ccluster_buffer_info {
    let data = buffer.sync == .step ? segment.base + buffer.offset : nil
    let isWritable: UInt32 = segment.mayWrite(buffer) ? 1 : 0
    let fields = buffer.fields.map { layout in
      var field = field(layout)
      field.data = data.map { $0 + layout.offset }
      field.row_stride = UInt64(buffer.rowStride)
      field.rows = UInt32(buffer.rows)
      field.is_writable = isWritable
      return field
    }
    return ccluster_buffer_info(
      name: text(buffer.name), fields: array(fields), field_count: UInt32(fields.count),
      writer: UInt32(buffer.writer.rawValue), is_per_controller: buffer.per == .controller ? 1 : 0,
      is_latest: buffer.sync == .latest ? 1 : 0, is_writable: isWritable, rows: UInt32(buffer.rows),
      row_stride: UInt64(buffer.rowStride), row_size: UInt64(buffer.rowSize), data: data,
      initial_row: UnsafeRawPointer(array(buffer.initialRow)))
  }

  private mutating func field(_ layout: FieldLayout) -> ccluster_field_info {
    var field = ccluster_field_info()
    field.name = text(layout.name)
    field.unit = text(layout.unit)
    field.convention = text(layout.convention)
    field.frame = text(layout.frame)
    field.type = UInt32(layout.elementType.rawValue)
    field.rank = UInt32(layout.shape.count)
    // Ranks above 8 are none that a config can have.
    withUnsafeMutableBytes(of: &field.shape) { copy(layout.shape, into: $0) }
    withUnsafeMutableBytes(of: &field.strides) { copy(layout.strides, into: $0) }
    field.count = UInt64(layout.count)
    field.size = UInt64(layout.size)
    field.offset = UInt64(layout.offset)
    if !layout.columns.isEmpty { field.columns = texts(layout.columns) }
    field.column_count = UInt32(layout.columns.count)
    field.columns_axis = UInt32(layout.columnsAxis)
    return field
  }

  private func copy(_ numbers: [Int], into bytes: UnsafeMutableRawBufferPointer) {
    let target = bytes.bindMemory(to: UInt64.self)
    for (index, number) in numbers.enumerated() { target[index] = UInt64(number) }
  }
}
