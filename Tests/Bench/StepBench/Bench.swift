import ControlCluster

/// What is measured, and beside what.
enum Bench {
  static let workers = [1, 2, 4, 8, 16, 32, 64, 128]

  /// The empty step of that many processes beside the same round in plain C. Those whose turn it is not are asleep.
  static func step(workers: Int, _ effort: Effort) throws -> Comparison {
    let cluster = try BenchCluster(controllers: workers, workers: workers)
    let plain = try Tool.plainRounds(workers: workers)
    return try compare(effort, { try cluster.steps($0) }, { try plain.steps($0) })
  }

  /// The empty step of 4096 controllers in 2 processes beside that of 2 in 2.
  static func hosting(_ effort: Effort) throws -> Comparison {
    let many = try BenchCluster(controllers: 4096, workers: 2)
    let few = try BenchCluster(controllers: 2, workers: 2)
    return try compare(effort, { try many.steps($0) }, { try few.steps($0) })
  }

  /// Starting 64 controllers, each a process, beside 64 plain processes that map an object of the same size and register.
  static func registration(_ effort: Effort) throws -> Comparison {
    let size = BenchCluster.blueprint(name: "size", controllers: 64, workers: 64).layout.size
    return try Comparison.measure(
      turns: effort.starts, { [UInt64(try BenchCluster(controllers: 64, workers: 64).startTime * 1e9)] },
      { try Tool.plainRegistration(workers: 64, size: size) })
  }

  /// KiB that an empty controller's process has for itself alone, of each of 16.
  static func privateMemory() throws -> [Int] {
    let cluster = try BenchCluster(controllers: 16, workers: 16)
    _ = try cluster.steps(100)
    return (0..<16).compactMap { index in
      let pid = cluster.client.segment.slotSnapshot(index).pid
      let lines = System.contents(of: "/proc/\(pid)/smaps_rollup")?.split(separator: "\n") ?? []
      let parts = lines.filter { $0.hasPrefix("Private_Clean:") || $0.hasPrefix("Private_Dirty:") }
      return parts.compactMap { Int($0.split(separator: " ")[1]) }.reduce(0, +)
    }.sorted()
  }

  private static func compare(
    _ effort: Effort, _ ours: (Int) throws -> [UInt64], _ theirs: (Int) throws -> [UInt64]
  ) throws -> Comparison {
    let count = effort.repetitions(try ours(50))
    let plainCount = effort.repetitions(try theirs(50))
    return try Comparison.measure(turns: effort.turns, { try ours(count) }, { try theirs(plainCount) })
  }
}
