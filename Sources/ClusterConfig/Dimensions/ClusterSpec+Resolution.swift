extension ClusterSpec {
  /// Computes every field's extents.
  mutating func resolveExtents(_ dimensions: DimensionTable) {
    for buffer in buffers.indices {
      for field in buffers[buffer].fields.indices {
        guard let shape = buffers[buffer].fields[field].shape?.value else { continue }
        let extents = shape.map { dimensions.value(of: $0) }
        if !extents.contains(nil) { buffers[buffer].fields[field].extents = extents.compactMap { $0 } }
      }
    }
  }
}
