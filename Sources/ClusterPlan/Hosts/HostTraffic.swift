import ControlCluster

/// What the agents of a cluster on several hosts send one another, in bytes: one message to a host and one back in each step, and
/// rows of `latest` buffers as often as `hosts.latest_rate` says. Rows travel as they lie, with the padding between them.
public struct HostTraffic: Sendable, Equatable {
  /// Before each message, either way.
  public static let header = 64
  /// Of each controller on its way to a host: what it is asked for.
  public static let request = 1
  /// Of each controller on its way back: what has become of it, its times and counts.
  public static let outcome = 40

  /// In both directions, as the head sees them.
  public struct Amount: Sendable, Equatable {
    public var out = 0
    public var back = 0

    static func + (one: Amount, other: Amount) -> Amount {
      Amount(out: one.out + other.out, back: one.back + other.back)
    }
  }

  /// Of one step.
  public let step: Amount
  /// Of all rows of `latest` buffers once.
  public let latest: Amount

  /// - Parameters:
  ///   - layout: of any of the hosts, for their rows are alike.
  ///   - controllers: those of the host.
  public init(_ layout: ClusterLayout, controllers: Int) {
    var step = Amount(
      out: Self.header + controllers * Self.request, back: Self.header + controllers * Self.outcome)
    var latest = Amount()
    for buffer in layout.buffers {
      let size = buffer.rowStride * (buffer.per == .cluster ? 1 : controllers)
      switch (buffer.writer, buffer.sync) {
      case (.simulator, .step): step.out += size
      case (.controller, .step): step.back += size
      case (.simulator, .latest), (.tool, .latest): latest.out += size
      case (.controller, .latest): latest.back += size
      // A server writes what its own host is like, and the others take no part in steps.
      case (.server, _), (.tool, .step): break
      }
    }
    (self.step, self.latest) = (step, latest)
  }
}
