import CLinux
import ControlCluster
import Glibc

/// What stands before a run: reading, validating and planning.
struct ConfigFigures {
  let effort: Effort

  /// The config that the whole program is timed with.
  private static let standard = RobotConfig.go2.file

  var section: Section {
    Section(
      key: .planning, title: "What stands before a run", reference: "each of 1000",
      method: """
        Reading, validating and planning configs of 1000 controllers, in processor time of one process; that of each of many \
        things beside that of each of 1000, which is 1 when it is linear. And `ccluster validate` as a whole process.
        """,
      figures: [
        {
          try Figure("fields_200", "200 fields: validate and plan", atMost: 10_000) {
            .samples(try planning(.fields, 200, times: 5 * effort.turns))
          }
        },
        {
          try Figure("validate", "ccluster validate of the Go2's config", atMost: 15_000) { .samples(try validation()) }
        },
      ]
        + effort.planned.map { config, count in
          {
            try Figure("\(config)_\(count)", "each of \(Quantity.thousands(count)) \(config)", atMost: 1.25) {
              .comparison(try growth(config, to: count))
            }
          }
        })
  }

  /// Reading, validating and planning a config of 1000 controllers, inside a process.
  private func planning(_ config: WideConfig, _ count: Int, times: Int) throws -> Samples {
    let descriptor = try System.check("memfd", linux_memfd("cluster.yaml"))
    defer { close(descriptor) }
    try System.writeAll(descriptor, Array(config.text(count).utf8))
    var samples = Samples()
    samples += try Tool("plan-bench", ["times", "/proc/\(getpid())/fd/\(descriptor)", "\(times)"]).times()
    return samples
  }

  /// What each of `count` things costs in planning, beside each of 1000 in turns: 1 when planning is linear.
  private func growth(_ config: WideConfig, to count: Int) throws -> Comparison {
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
  private func validation() throws -> Samples {
    let program = try Tool.path(of: "ccluster")
    let nowhere = try System.call("open /dev/null") { open("/dev/null", O_WRONLY | O_CLOEXEC) }
    defer { close(nowhere) }
    var request = SpawnRequest([program, "validate", Self.standard])
    request.descriptors = [(nowhere, STDOUT_FILENO), (STDERR_FILENO, STDERR_FILENO)]
    var samples = Samples()
    for _ in 0..<effort.turns {
      let began = Clock.now
      let child = try Spawn.start(request)
      defer { close(child.pidfd) }
      var status: Int32 = 0
      waitpid(child.pid, &status, 0)
      samples += [Clock.now - began]
      guard status == 0 else { throw BenchError.tool("'ccluster validate \(Self.standard)' failed") }
    }
    return samples
  }
}
