import CLinux
import ControlCluster
import Glibc

/// What stands before a run: reading, validating and planning.
enum ConfigFigures {
  /// The config that the whole program is timed with.
  static let standard = "configs/robots/go2/cluster.yaml"

  /// Reading, validating and planning a config of 1000 controllers, inside a process.
  static func planning(_ config: WideConfig, _ count: Int, times: Int) throws -> Samples {
    let descriptor = try System.check("memfd", linux_memfd("cluster.yaml"))
    defer { close(descriptor) }
    try System.writeAll(descriptor, Array(config.text(count).utf8))
    var samples = Samples()
    samples += try Tool.planning("/proc/\(getpid())/fd/\(descriptor)", count: times)
    return samples
  }

  /// What each of `count` things costs in planning, beside each of 1000 in turns: 1 when planning is linear.
  static func growth(_ config: WideConfig, to count: Int) throws -> Comparison {
    let few = 1000
    func each(of count: Int, times: Int) throws -> [UInt64] {
      try planning(config, count, times: times).times.map { $0 / UInt64(count) }
    }
    return try Comparison.measure(turns: 2) {
      try each(of: count, times: 3)
    } _: {
      try each(of: few, times: 3 * count / few)
    }
  }

  /// `ccluster validate` of the standard config, from before its start until after its end.
  static func validation(_ effort: Effort) throws -> Samples {
    let program = try Tool.path(of: "ccluster")
    let nowhere = try System.call("open /dev/null") { open("/dev/null", O_WRONLY | O_CLOEXEC) }
    defer { close(nowhere) }
    var request = SpawnRequest([program, "validate", standard])
    request.descriptors = [(nowhere, STDOUT_FILENO), (STDERR_FILENO, STDERR_FILENO)]
    var samples = Samples()
    for _ in 0..<effort.turns {
      let began = Clock.now
      let child = try Spawn.start(request)
      defer { close(child.pidfd) }
      var status: Int32 = 0
      waitpid(child.pid, &status, 0)
      samples += [Clock.now - began]
      guard status == 0 else { throw BenchError.tool("'ccluster validate \(standard)' failed") }
    }
    return samples
  }
}
