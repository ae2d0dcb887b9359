extension Rules {
  func recordedBuffers() {
    guard let record = spec.record else { return }
    let names = spec.buffers.filter(\.isEnabled).map(\.name.value)
    let known = Set(names)
    for name in record.buffers where !known.contains(name.value) {
      collector.report(
        .unknownBuffer, "there is no buffer \(quoted(name.value)) to record", at: name.span,
        notes: Suggestion.notes(for: name.value, among: names, kind: "buffers"))
    }
  }

  func recordedRobots() {
    guard let record = spec.record, let count = spec.controllers.count else { return }
    for robot in record.robotList where robot.value >= count {
      collector.report(
        .outOfRange, "there is no controller \(robot.value) to record: the cluster has \(count), from 0", at: robot.span
      )
    }
  }

  /// One counts steps and the other looks at the clock.
  func recordingRate() {
    guard let record = spec.record, let hz = record.hz, let every = record.every, !every.isDefault else { return }
    collector.report(
      .recordingRate, "record.every and record.hz both say which steps are recorded; keep one of them", at: hz.span,
      notes: [.init("the other one is here; 'every: null' removes an inherited one", at: every.span)])
  }
}
