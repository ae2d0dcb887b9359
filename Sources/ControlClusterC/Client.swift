// Names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase
import CControlCluster
import ControlCluster

/// What is behind a `ccluster_client *`.
private final class Client {
  let cluster: AttachedCluster
  let client: ControlClusterClient

  init(_ cluster: AttachedCluster) throws(ClusterError) {
    guard cluster.segment.role == .simulator else {
      throw .parameter("only who has attached as simulator can be the client")
    }
    self.cluster = cluster
    client = try ControlClusterClient(on: cluster.segment)
  }
}

extension Optional<OpaquePointer> {
  /// The client behind a handle, lent without counting a reference: it is on the step's path.
  fileprivate func withClient<Result>(_ body: (ControlClusterClient) -> Result) -> Result {
    Unmanaged<Client>.fromOpaque(UnsafeRawPointer(self!))._withUnsafeGuaranteedRef { body($0.client) }
  }
}

@c @implementation
public func ccluster_client_new(
  _ cluster: OpaquePointer!, _ client: UnsafeMutablePointer<OpaquePointer?>!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  telling(error) { () throws(ClusterError) in
    client.pointee = OpaquePointer(Unmanaged.passRetained(try Client(cluster.cluster)).toOpaque())
    return CCLUSTER_OK
  }
}

@c @implementation
public func ccluster_client_drop(_ client: OpaquePointer!) {
  guard let client else { return }
  Unmanaged<Client>.fromOpaque(UnsafeRawPointer(client)).release()
}

@c @implementation
public func ccluster_client_solve(
  _ client: OpaquePointer!, _ how: UnsafePointer<ccluster_wait>!, _ report: UnsafeMutablePointer<ccluster_report>!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  client.withClient { client in
    telling(error) { () throws(ClusterError) in
      let times = try StepTimes(how)
      try client.trigger()
      return try client.wait(times, report)
    }
  }
}

@c @implementation
public func ccluster_client_trigger(_ client: OpaquePointer!, _ error: UnsafeMutablePointer<ccluster_error>!) -> Int32 {
  client.withClient { client in
    telling(error) { () throws(ClusterError) in
      try client.trigger()
      return CCLUSTER_OK
    }
  }
}

@c @implementation
public func ccluster_client_wait(
  _ client: OpaquePointer!, _ how: UnsafePointer<ccluster_wait>!, _ report: UnsafeMutablePointer<ccluster_report>!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  client.withClient { client in
    telling(error) { () throws(ClusterError) in try client.wait(StepTimes(how), report) }
  }
}

@c @implementation
public func ccluster_client_reset(
  _ client: OpaquePointer!, _ slots: UnsafePointer<UInt32>!, _ count: Int, _ how: UnsafePointer<ccluster_wait>!,
  _ report: UnsafeMutablePointer<ccluster_report>!, _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  client.withClient { client in
    telling(error) { () throws(ClusterError) in
      let times = try StepTimes(how)
      try client.triggerReset(slots.map { UnsafeBufferPointer(start: $0, count: count).map(Int.init) })
      return try client.wait(times, report)
    }
  }
}

@c @implementation
public func ccluster_client_outcomes(
  _ client: OpaquePointer!, _ outcomes: UnsafeMutablePointer<UInt8>!, _ contents: UnsafeMutablePointer<UInt8>!
) {
  client.withClient { client in
    for slot in 0..<client.segment.layout.slots {
      outcomes?[slot] = UInt8(client.outcome(of: slot).rawValue)
      contents?[slot] = UInt8(client.rows(of: slot).content.rawValue)
    }
  }
}

@c @implementation
public func ccluster_client_copy(
  _ client: OpaquePointer!, _ field: UnsafePointer<ccluster_field_info>!, _ values: UnsafeMutableRawPointer!,
  _ error: UnsafeMutablePointer<ccluster_error>!
) -> Int32 {
  Unmanaged<Client>.fromOpaque(UnsafeRawPointer(client!))._withUnsafeGuaranteedRef { client in
    telling(error) { () throws(ClusterError) in
      let (buffer, field) = try client.cluster.layout(of: field)
      guard buffer.sync == .step else {
        throw .wrongSync(buffer: buffer.name, what: "its rows are read whole, with ccluster_read_row")
      }
      client.client.copy(field, of: buffer, into: values)
      return CCLUSTER_OK
    }
  }
}

/// How long to wait for a step.
private struct StepTimes {
  var timeout: Double?
  var slice = Double.infinity

  /// - Throws: `parameter`
  init(_ how: UnsafePointer<ccluster_wait>?) throws(ClusterError) {
    guard let how = how?.pointee else { return }
    guard !how.timeout.isNaN, !how.slice.isNaN else {
      throw .parameter("a step's timeout and slice are numbers of seconds")
    }
    if how.timeout >= 0 { timeout = how.timeout }
    if how.slice >= 0 { slice = how.slice }
  }
}

extension ControlClusterClient {
  fileprivate func wait(_ times: StepTimes, _ target: UnsafeMutablePointer<ccluster_report>?) throws(ClusterError)
    -> ccluster_code
  {
    guard let report = try wait(timeout: times.timeout, slice: times.slice) else { return CCLUSTER_PENDING }
    target?.pointee = ccluster_report(
      generation: report.generation, participants: UInt32(report.participants), solved: UInt32(report.solved),
      failed: UInt32(report.failed), died: UInt32(report.died), late: UInt32(report.late), duration: report.duration)
    return CCLUSTER_OK
  }
}

extension RowContents {
  fileprivate var content: ccluster_content {
    switch self {
    case .solved: CCLUSTER_ROWS_SOLVED
    case .held: CCLUSTER_ROWS_HELD
    case .stopped: CCLUSTER_ROWS_STOPPED
    case .initial: CCLUSTER_ROWS_INITIAL
    case .unfinished: CCLUSTER_ROWS_UNFINISHED
    }
  }
}
