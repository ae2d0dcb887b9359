import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

/// The logs and events of a run, merged by their times.
public final class LogReader {
  private let directory: RunDirectory
  private let processes: Set<String>
  private var sources: [LogSource] = []
  private var known: Set<String> = []

  /// - Parameter processes: whose lines are wanted, with the events about them; empty is all.
  public init(_ directory: RunDirectory, processes: [String] = []) {
    self.directory = directory
    self.processes = Set(processes)
    sources = [LogSource(LogRecord.launcher, directory.events) { LogRecord(event: $0) }]
  }

  /// The processes of the run by its plan, and the launcher.
  public static func names(in directory: RunDirectory) -> [String] {
    let plan = System.contents(of: "\(directory.path)/plan.json", limit: 1 << 28).flatMap {
      try? JSONValue(parsing: $0)
    }
    // Who runs on other hosts follows from the config.
    if plan?["hosts"] != nil, let config = try? directory.loadConfig().config,
      let plan = try? ClusterPlan(config, configText: "")
    {
      return plan.names + [LogRecord.launcher]
    }
    return (plan?["processes"]?.array ?? []).compactMap { $0["name"]?.string } + [LogRecord.launcher]
  }

  /// All that was written since the last time, in order.
  public func read(_ body: (LogRecord) -> Void) {
    findSources()
    var heads = Heads()
    for (index, source) in sources.enumerated() { if let record = next(source) { heads.insert(record, index) } }
    while let (record, index) = heads.removeFirst() {
      body(record)
      if let record = next(sources[index]) { heads.insert(record, index) }
    }
  }

  private func next(_ source: LogSource) -> LogRecord? {
    while let record = source.next() { if isWanted(record) { return record } }
    return nil
  }

  private func isWanted(_ record: LogRecord) -> Bool {
    processes.isEmpty || processes.contains(record.process) || record.subject.map(processes.contains) == true
  }

  /// Processes that have printed something for the first time.
  private func findSources() {
    let names = System.names(in: directory.logs)
    // A directory of a host has no such ending, unless a machine is called that.
    let inside = names.filter { !$0.contains(".log") || access("\(directory.logs)/\($0)/.", F_OK) == 0 }
      .flatMap { host in System.names(in: "\(directory.logs)/\(host)").map { ClusterPlan.name(of: $0, on: host) } }
    for file in (names + inside).sorted() where file.hasSuffix(".log") && known.insert(file).inserted {
      let process = String(file.dropLast(4))
      guard processes.isEmpty || processes.contains(process) else { continue }
      sources.append(LogSource(process, "\(directory.logs)/\(file)") { LogRecord(line: $0, of: process) })
    }
  }

  /// The next record of each source, the earliest one first: a heap.
  private struct Heads {
    private var heap: [(record: LogRecord, source: Int)] = []

    /// Of one moment, in the order of the sources, so that the order is the same each time.
    private func isBefore(_ a: Int, _ b: Int) -> Bool {
      (heap[a].record.time.text, heap[a].source) < (heap[b].record.time.text, heap[b].source)
    }

    mutating func insert(_ record: LogRecord, _ source: Int) {
      heap.append((record, source))
      var child = heap.count - 1
      while child > 0, isBefore(child, (child - 1) / 2) {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    }

    mutating func removeFirst() -> (LogRecord, Int)? {
      guard let first = heap.first else { return nil }
      heap.swapAt(0, heap.count - 1)
      heap.removeLast()
      var parent = 0
      while true {
        let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
        guard let least = children.min(by: isBefore), isBefore(least, parent) else { break }
        heap.swapAt(least, parent)
        parent = least
      }
      return first
    }
  }
}
