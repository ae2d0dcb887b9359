import ClusterObserve
import ControlCluster

/// How the state of a cluster is told, in every verb alike.
enum StatusText {
  static func style(of state: ClusterStatus.State) -> Terminal.Style { Terminal.Style(state.style) }

  static func style(of state: SlotState) -> Terminal.Style { Terminal.Style(state.style) }

  /// `16 active`, `14 active, 1 failed, 1 dead`
  static func controllers(_ status: ClusterStatus) -> String {
    status.counts.map { "\(Quantity.thousands($0.count)) \($0.state)" }.joined(separator: ", ")
  }

  /// Whether no controller is out.
  static func isWhole(_ status: ClusterStatus) -> Bool {
    !status.slots.contains { $0.state == .failed || $0.state == .dead || $0.status == .late }
  }
}
