import ControlCluster

/// What a row tells of a controller, in the order of the columns.
public enum TopColumn: String, CaseIterable, Sendable {
  case controller, state, pid, core, p50, p99, max, fails, restarts, late, command, deaths, process, message

  /// By which rows can be sorted.
  public static let sortable = allCases.filter { $0 != .message }

  var title: String { self == .controller ? "#" : rawValue.uppercased() }

  /// Columns that it takes at least, so that it does not jump when figures change.
  var width: Int {
    switch self {
    case .controller, .core, .late: 4
    case .fails: 5
    case .deaths: 6
    case .state, .pid, .p50, .p99, .max: 7
    case .restarts, .command: 8
    case .process: 12
    case .message: 20
    }
  }

  var isLeft: Bool { self == .state || self == .process || self == .message }

  /// Those that get their room first.
  static let mostImportantFirst: [TopColumn] = [
    .controller, .state, .p99, .fails, .p50, .restarts, .max, .command, .core, .pid, .late, .deaths, .process, .message,
  ]

  /// Whether what matters most is the largest.
  var startsWithLargest: Bool { ![.controller, .pid, .core, .process].contains(self) }

  func text(_ row: ControllerReading) -> String {
    let times = row.solveTimes
    let duration = { (seconds: Double) in times.seen > 0 ? Quantity.duration(seconds) : "-" }
    switch self {
    case .controller: return "\(row.index)"
    case .state: return row.state
    case .pid: return row.slot.pid > 0 ? "\(row.slot.pid)" : "-"
    case .core: return row.core.map(String.init) ?? "-"
    case .p50: return duration(times.p50)
    case .p99: return duration(times.p99)
    case .max: return times.max > 0 ? Quantity.duration(times.max) : "-"
    case .fails: return Quantity.thousands(row.slot.failures)
    case .restarts: return Quantity.thousands(row.slot.restarts)
    case .late: return Quantity.thousands(row.timesLate)
    case .command: return row.commandNorm.map(Quantity.short) ?? "-"
    case .deaths: return Quantity.thousands(Int(row.slot.incarnation))
    case .process: return row.process ?? "-"
    case .message: return row.slot.message
    }
  }

  func style(_ row: ControllerReading) -> TextStyle? {
    switch self {
    case .state: row.style
    case .fails: row.slot.failures > 0 ? .red : nil
    case .restarts, .deaths: row.slot.restarts > 0 || row.slot.incarnation > 0 ? .yellow : nil
    case .late: row.timesLate > 0 ? .yellow : nil
    case .command: row.commandNorm.map { $0.isFinite } == false ? .red : nil
    default: nil
    }
  }

  /// What rows are sorted by; `nil` comes last.
  func key(_ row: ControllerReading) -> Double? {
    switch self {
    case .controller, .process, .message: Double(row.index)
    case .state: Self.urgency(row)
    case .pid: row.slot.pid > 0 ? Double(row.slot.pid) : nil
    case .core: row.core.map(Double.init)
    case .p50: row.solveTimes.seen > 0 ? row.solveTimes.p50 : nil
    case .p99: row.solveTimes.seen > 0 ? row.solveTimes.p99 : nil
    case .max: row.solveTimes.max > 0 ? row.solveTimes.max : nil
    case .fails: Double(row.slot.failures)
    case .restarts: Double(row.slot.restarts)
    case .late: Double(row.timesLate)
    // No number at all is what matters most.
    case .command: row.commandNorm.map { $0.isNaN ? .infinity : $0 }
    case .deaths: Double(row.slot.incarnation)
    }
  }

  private static func urgency(_ row: ControllerReading) -> Double {
    if row.isLate { return 5 }
    switch row.slot.state {
    case .dead: return 6
    case .failed: return 4
    case .registering: return 3
    case .vacant: return 2
    case .idle: return 1
    case .active: return 0
    }
  }
}

extension SlotState {
  /// How it is told, in every verb alike.
  public var style: TextStyle {
    switch self {
    case .active: .green
    case .idle, .registering: .cyan
    case .vacant: .dim
    case .failed, .dead: .red
    }
  }
}

extension ClusterStatus.State {
  /// How it is told, in every verb alike.
  public var style: TextStyle {
    switch self {
    case .running: .green
    case .starting, .waiting: .cyan
    case .stopping, .suspended: .yellow
    }
  }
}
