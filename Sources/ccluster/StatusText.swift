import ClusterObserve
import ControlCluster

/// How the state of a cluster is told, in every verb alike.
enum StatusText {
  static func style(of state: ClusterStatus.State) -> Terminal.Style { Terminal.Style(state.style) }

  static func style(of state: SlotState) -> Terminal.Style { Terminal.Style(state.style) }

  /// `16 active`, `13 active, 1 failed, 1 dead, 1 late`: each controller once, as its row shows it.
  static func controllers(_ status: ClusterStatus) -> String {
    let late = status.slots.filter(\.isLate)
    let counts = status.counts.map { state, count in ("\(state)", count - late.count { $0.state == state }) }
    return (counts + [("late", late.count)]).filter { $0.1 > 0 }.map { "\(Quantity.thousands($0.1)) \($0.0)" }
      .joined(separator: ", ")
  }

  /// `3`, `2, b lost`, `1, b starting, c lost`: how many hosts are up, and which are not; `-` on one machine.
  static func hosts(_ status: ClusterStatus) -> String {
    if let part = status.part { return "\(part.host), of \(part.cluster) at \(part.head)" }
    if status.hosts.isEmpty { return "-" }
    let others = status.hosts.filter { $0.state != .up }.map { "\($0.share.name) \($0.state.rawValue)" }
    return (["\(status.hosts.count - others.count)"] + others).joined(separator: ", ")
  }

  /// Whether no controller is out.
  static func isWhole(_ status: ClusterStatus) -> Bool {
    !status.slots.contains { $0.state == .failed || $0.state == .dead || $0.isLate }
  }
}
