extension Rules {
  func limitOrder() {
    for limit in spec.robot?.limits ?? [] {
      guard let lower = limit.limits.lower, let upper = limit.limits.upper, lower > upper, let span = limit.positionSpan
      else { continue }
      collector.report(
        .limitOrder,
        "the lower limit \(lower.shortText) of \(quoted(limit.joint.value)) is above the upper one, \(upper.shortText)",
        at: span, notes: [.init("the order is [lower, upper]")])
    }
  }

  /// A joint without a homing stands at 0, which must be inside its limits too.
  func homingInsideLimits() {
    guard let robot = spec.robot else { return }
    let homing = Dictionary(robot.homing.map { ($0.joint.value, $0.position) }, uniquingKeysWith: { first, _ in first })
    let joints = Set(robot.joints?.map(\.value) ?? [])
    for limit in robot.limits where joints.contains(limit.joint.value) {
      let (lower, upper) = (limit.limits.lower ?? -.infinity, limit.limits.upper ?? .infinity)
      guard lower <= upper, let span = limit.positionSpan else { continue }
      let name = limit.joint.value
      let range = "[\(limit.limits.lower?.shortText ?? "-∞"), \(limit.limits.upper?.shortText ?? "∞")]"
      if let position = homing[name] {
        if (lower...upper).contains(position.value) { continue }
        collector.report(
          .homingOutsideLimits,
          "the homing \(position.value.shortText) of \(quoted(name)) is outside its limits \(range)",
          at: position.span, notes: [.init("the limits are here", at: span)])
      } else if !(lower...upper).contains(0) {
        collector.report(
          .homingOutsideLimits,
          "\(quoted(name)) has no homing, and the default 0 is outside its limits \(range); add it to robot.homing",
          at: span)
      }
    }
  }
}
