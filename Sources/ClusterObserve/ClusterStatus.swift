import ControlCluster

/// A running cluster at a glance, read from its memory alone.
///
/// ```json
/// {"name": "go2", "segment": "/ccluster.1000.go2", "state": "running", "launcher": 4711, "server": 4712, "client": 4730,
///  "up": 61.2, "memory": 73728, "controllers": {"count": 16, "active": 15, "dead": 1},
///  "steps": 3120, "rate": 51.0, "real_time_factor": 1.02, "step_time": {"median": 0.00015, "p99": 0.00027},
///  "last": {"solved": 15, "failed": 0, "died": 0, "late": 0}}
/// ```
///
/// At the head of several hosts there is `"hosts": [{"name": "a", "first": 0, "count": 16, "state": "up"}]` (`starting`, `up` or
/// `lost`), and on every other one `"part_of": {"host": "b", "head": "a", "cluster": "go2"}`.
///
/// Seconds, bytes, steps a second. `launcher` is the server's own process for a server that a program has made; `client` is
/// `null` while no simulator is attached; of the controllers' states those that occur are there.
public struct ClusterStatus: Sendable {
  public enum State: String, CaseIterable, Sendable {
    /// Not all controllers have registered, and no step was made.
    case starting
    /// No simulator is attached.
    case waiting
    case running, stopping
    /// Its launcher is.
    case suspended
  }

  public let name: String
  public let segment: String
  public let state: State
  public let launcher: ProcessIdentity
  public let server: ProcessIdentity
  /// `nil` when nobody is attached.
  public let client: ProcessIdentity?
  /// s since the launcher was started.
  public let up: Double
  /// Bytes.
  public let memory: Int
  /// At the head, of controllers on other hosts no pid: in its memory the agent stands for them.
  public private(set) var slots: [SlotSnapshot]
  public let steps: StepSnapshot
  public let figures: StepFigures
  /// The head first; empty on one machine, and on other hosts than the head.
  public let hosts: [HostStanding]
  /// `nil` for a whole cluster.
  public let part: HostPart?
}

extension ClusterStatus {
  /// Steps between two readings from which their rate is told.
  private static let stepsForRate = 5

  /// - Parameter previous: an earlier reading with its time (CLOCK_MONOTONIC, ns), for the rate since then. Without one, or
  ///   when there were few steps since, it is that of the whole run, or 0 if it stands still.
  public init(_ segment: Segment, since previous: (steps: Int, at: UInt64)? = nil) {
    let now = System.monotonicNanoseconds
    self.segment = segment.name
    name = SegmentName.namespace(of: segment.name)
    (launcher, server) = (segment.launcher, segment.server)
    client = segment.client.isAlive ? segment.client : nil
    up = segment.launcher.age
    memory = segment.layout.size
    slots = (0..<segment.layout.slots).map(segment.slotSnapshot)
    hosts = HostStanding.all(of: segment.cluster.hosts, slots)
    for host in hosts.dropFirst() { for slot in host.share.controllers { slots[slot].pid = 0 } }
    part = HostPart(segment.cluster.hosts, name: name)
    steps = segment.stepSnapshot()
    var figures = StepFigures(segment, now: now)
    if let previous, figures.steps - previous.steps >= Self.stepsForRate {
      figures = StepFigures(segment, since: previous, now: now)
    } else if figures.rate > 0, Double(now &- steps.lastStepAt) * 1e-9 > max(1, 3 / figures.rate) {
      (figures.rate, figures.realTimeFactor) = (0, 0)
    }
    self.figures = figures
    let isComplete = slots.allSatisfy { ![.vacant, .registering].contains($0.state) }
    state =
      switch segment.phase {
      case _ where launcher.isSuspended: .suspended
      case .stopping, .closed: .stopping
      case .empty, .ready: !isComplete && figures.steps == 0 ? .starting : client == nil ? .waiting : .running
      }
  }

  /// Controllers by state, those that occur, in the order of a controller's life.
  public var counts: [(state: SlotState, count: Int)] {
    let order: [SlotState] = [.active, .idle, .failed, .dead, .registering, .vacant]
    return order.map { state in (state, slots.count { $0.state == state }) }.filter { $0.count > 0 }
  }

  public var members: [JSONValue.Member] {
    let counts =
      [JSONValue.Member(key: "count", value: .integer(slots.count))]
      + self.counts.map { .init(key: "\($0.state)", value: .integer($0.count)) }
      + (figures.late > 0 ? [.init(key: "late", value: .integer(figures.late))] : [])
    let object: JSONValue = [
      "name": .string(name), "segment": .string(segment), "state": .string(state.rawValue),
      "launcher": .integer(Int(launcher.pid)), "server": .integer(Int(server.pid)),
      "client": client.map { .integer(Int($0.pid)) } ?? .null, "up": .number(up), "memory": .integer(memory),
      "controllers": .object(counts), "steps": .integer(figures.steps), "rate": .number(figures.rate),
      "real_time_factor": .number(figures.realTimeFactor),
      "step_time": ["median": .number(figures.median), "p99": .number(figures.p99)],
      "last": [
        "solved": .integer(steps.solved), "failed": .integer(steps.failed), "died": .integer(steps.died),
        "late": .integer(steps.late),
      ],
    ]
    return (object.object ?? [])
      + (hosts.isEmpty ? [] : [.init(key: "hosts", value: .array(hosts.map(\.json)))])
      + (part.map { [.init(key: "part_of", value: $0.json)] } ?? [])
  }

  /// What the launcher tells of the processes on other hosts: the pids of their controllers, as each host knows them.
  /// - Parameter processes: objects with `"name"`, `"pid"` and `"controllers"`.
  public mutating func take(_ processes: [JSONValue]) {
    let others = Set(hosts.dropFirst().flatMap { Array($0.share.controllers) })
    for process in processes {
      guard process["name"]?.string?.contains("/") == true,
        let pid = process["pid"]?.int.flatMap({ Int32(exactly: $0) })
      else { continue }
      for slot in (process["controllers"]?.array ?? []).compactMap(\.int) where others.contains(slot) {
        slots[slot].pid = pid
      }
    }
  }

  /// A controller a row.
  public var rows: JSONValue { .array(slots.map(Self.json)) }

  private static func json(_ slot: SlotSnapshot) -> JSONValue {
    [
      "controller": .integer(slot.number), "pid": .integer(Int(slot.pid)), "state": .string("\(slot.state)"),
      "incarnation": .integer(Int(slot.incarnation)), "solves": .integer(slot.solves),
      "failures": .integer(slot.failures),
      "restarts": .integer(slot.restarts), "late": .bool(slot.isLate),
      "solve_time": [
        "last": .number(slot.lastSolveTime), "max": .number(slot.maxSolveTime),
        "mean": .number(slot.solves > 0 ? slot.totalSolveTime / Double(slot.solves) : 0),
      ],
      "registration_time": .number(slot.registrationTime), "message": .string(slot.message),
    ]
  }
}
