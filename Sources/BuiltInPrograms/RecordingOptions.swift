/// What the recorder is asked for: declared once for it, for the verb that starts it and for the config.
public struct RecordingOptions: Sendable, Equatable {
  /// Which steps are recorded.
  public enum Rate: Sendable, Equatable {
    /// Those whose number is a multiple: 1 is every step.
    case every(Int)
    /// Hz, at most; of the wall clock.
    case frequency(Double)
  }

  /// For which controllers there are ROS 2's own messages, beside the rows of all.
  public enum Robots: Sendable, Equatable {
    case first(Int)
    case all
    case list([Int])

    public static let byDefault = Robots.first(16)

    /// - Parameter count: how many there are.
    public func indices(of count: Int) -> [Int] {
      switch self {
      case .first(let number): Array(0..<min(number, count))
      case .all: Array(0..<count)
      case .list(let list): list
      }
    }
  }

  /// The cluster's name.
  public var cluster: String
  /// A file.
  public var output: String
  /// Whether a file that is there makes room.
  public var replaces = false
  /// Names; empty is all.
  public var buffers: [String] = []
  public var rate = Rate.every(1)
  public var robots = Robots.byDefault
  /// s after which it ends; 0 is never.
  public var duration: Double = 0
  /// Steps after which it ends; 0 is never.
  public var steps = 0
  /// Where the run is written down, to be attached; empty when it is not.
  public var runDirectory = ""
  /// Whether it prints an object when it ends.
  public var printsJSON = false
  /// Whether it is a process of the run: then it says what becomes of it in lines.
  public var isLaunched = false

  public init(cluster: String, output: String) {
    self.cluster = cluster
    self.output = output
  }
}

// How they reach the program.
extension RecordingOptions {
  private enum Key: String, CaseIterable {
    case cluster, output, replaces, buffers, every, hz, first, robots, duration, steps, run, json, launched
  }

  /// `key=value` each, of those that differ from the default.
  public var arguments: [String] {
    var arguments = ["cluster=\(cluster)", "output=\(output)"]
    func add(_ key: Key, _ value: String, if differs: Bool) {
      if differs { arguments.append("\(key.rawValue)=\(value)") }
    }
    add(.replaces, "1", if: replaces)
    add(.buffers, buffers.joined(separator: ","), if: !buffers.isEmpty)
    switch rate {
    case .every(let number): add(.every, "\(number)", if: number != 1)
    case .frequency(let hz): add(.hz, "\(hz)", if: true)
    }
    switch robots {
    case .first(let number): add(.first, "\(number)", if: robots != .byDefault)
    case .all: add(.robots, "all", if: true)
    case .list(let list): add(.robots, list.map(String.init).joined(separator: ","), if: true)
    }
    add(.duration, "\(duration)", if: duration > 0)
    add(.steps, "\(steps)", if: steps > 0)
    add(.run, runDirectory, if: !runDirectory.isEmpty)
    add(.json, "1", if: printsJSON)
    add(.launched, "1", if: isLaunched)
    return arguments
  }

  /// `nil` for arguments that ``arguments`` does not give.
  public init?(arguments: [String]) {
    self.init(cluster: "", output: "")
    for argument in arguments {
      guard let mark = argument.firstIndex(of: "="), let key = Key(rawValue: String(argument[..<mark])),
        take(key, String(argument[argument.index(after: mark)...]))
      else { return nil }
    }
    if cluster.isEmpty || output.isEmpty { return nil }
  }

  private mutating func take(_ key: Key, _ text: String) -> Bool {
    func set<Value>(_ value: Value?, _ member: WritableKeyPath<Self, Value>) -> Bool {
      if let value { self[keyPath: member] = value }
      return value != nil
    }
    switch key {
    case .cluster: return set(text, \.cluster)
    case .output: return set(text, \.output)
    case .replaces: return set(text == "1", \.replaces)
    case .buffers: return set(text.split(separator: ",").map(String.init), \.buffers)
    case .every: return set(Int(text).flatMap { $0 > 0 ? .every($0) : nil }, \.rate)
    case .hz: return set(Double(text).flatMap { $0 > 0 && $0.isFinite ? .frequency($0) : nil }, \.rate)
    case .first: return set(Int(text).flatMap { $0 >= 0 ? .first($0) : nil }, \.robots)
    case .robots where text == "all": return set(.all, \.robots)
    case .robots:
      let parts = text.split(separator: ",")
      let numbers = parts.compactMap { Int($0) }
      return set(numbers.count == parts.count ? .list(numbers) : nil, \.robots)
    case .duration: return set(Double(text), \.duration)
    case .steps: return set(Int(text), \.steps)
    case .run: return set(text, \.runDirectory)
    case .json: return set(text == "1", \.printsJSON)
    case .launched: return set(text == "1", \.isLaunched)
    }
  }
}
