import BuiltInPrograms

extension ClusterConfig {
  /// What is recorded of a run, from its first step on.
  public struct Recording: Sendable, Equatable {
    /// Names; empty is all.
    public var buffers: [String]
    public var rate: RecordingOptions.Rate
    /// For which controllers there are ROS 2's own messages.
    public var robots: RecordingOptions.Robots
    /// A file; a relative path is in the run directory.
    public var output: String
    public var placement: Placement
    public var scheduling: Scheduling

    package init(
      buffers: [String] = [], rate: RecordingOptions.Rate = .every(1), robots: RecordingOptions.Robots = .byDefault,
      output: String = "recording.mcap", placement: Placement = .init(), scheduling: Scheduling = .init()
    ) {
      (self.buffers, self.rate, self.robots, self.output) = (buffers, rate, robots, output)
      (self.placement, self.scheduling) = (placement, scheduling)
    }

    /// s: the simulator waits for it no longer.
    private static let startupTimeout = 30.0
    /// The process's name, which no other one has.
    public static let processName = "recorder"

    /// The recorder as a process of the run: the simulator waits until it has the file open, and nothing else depends on it.
    public var process: ExtraProcess {
      ExtraProcess(
        name: Self.processName, program: .builtIn(Self.processName), after: [], ready: .registered,
        startupTimeout: Self.startupTimeout, required: false,
        restart: Restart(policy: .never, limit: 0, window: 60, backoff: 0.1), placement: placement,
        scheduling: scheduling)
    }
  }
}

extension RecordingOptions.Robots {
  /// In words, where it is no list.
  public enum Word: String, Sendable, CaseIterable {
    case first, all, none

    public var robots: RecordingOptions.Robots {
      switch self {
      case .first: .byDefault
      case .all: .all
      case .none: .list([])
      }
    }
  }

  public var word: Word? { Word.allCases.first { $0.robots == self } }
}
