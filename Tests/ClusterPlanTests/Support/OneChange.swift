@testable import ClusterConfig
@testable import ClusterPlan
import Testing

/// A change of one property of a config, and the one line that a diff says of it.
struct OneChange: Sendable, CustomTestStringConvertible {
  /// The property as reflection names it; list elements have no names of their own.
  var property: String
  var group: PlanDiff.Group
  var path: String
  var old: String?
  var new: String?
  /// Whether programs of the old one fit the new one.
  var attaches: Bool
  var apply: @Sendable (inout ClusterConfig) -> Void

  init(
    _ property: String, _ group: PlanDiff.Group, _ path: String, _ old: String?, _ new: String?,
    attaches: Bool = true, _ apply: @escaping @Sendable (inout ClusterConfig) -> Void
  ) {
    (self.property, self.group, self.path, self.old, self.new) = (property, group, path, old, new)
    (self.attaches, self.apply) = (attaches, apply)
  }

  /// Of a property that the config calls as we do.
  init(
    _ property: String, _ group: PlanDiff.Group, _ old: String?, _ new: String?, attaches: Bool = true,
    _ apply: @escaping @Sendable (inout ClusterConfig) -> Void
  ) {
    self.init(property, group, property, old, new, attaches: attaches, apply)
  }

  var testDescription: String { "\(path): \(old ?? "-") → \(new ?? "-")" }
}
