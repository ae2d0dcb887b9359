extension Rules {
  /// A controller looks at least as far ahead as the time until it is asked again.
  func horizonCoversClusterStep() {
    guard let nodes = spec.horizon.nodes, let dt = spec.horizon.dt, let cluster = spec.timing.clusterDt else { return }
    let span = Double(nodes.value - 1) * dt.value
    // Decimals are not exact in binary.
    guard span < cluster.value * (1 - 1e-9) else { return }
    let place = dt.isDefault ? (nodes.isDefault ? cluster : Located(0, nodes.span)) : Located(0, dt.span)
    collector.report(
      .horizonTooShort,
      "the horizon spans \(span.shortText) s, and must cover at least timing.cluster_dt (\(cluster.value.shortText) s)",
      at: place.span,
      notes: [.init("it spans (nodes - 1) × dt: \(nodes.value - 1) × \(dt.value.shortText) s")])
  }
}
