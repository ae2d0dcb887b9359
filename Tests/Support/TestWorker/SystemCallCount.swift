import CTestSystemCalls
import ControlCluster
import Glibc

/// Counts what 4000 steps make of system calls beside a wait and a wake, on the client's side and on the workers'.
enum SystemCallCount {
  /// From there on a waiting client looks whether its server is alive, which it asks the kernel.
  private static let serverCheck = 0.1  // s

  static func run() throws {
    let server = try EmbeddingServer.make()
    try server.start()
    defer { server.stop() }
    let client = try ControlClusterClient(attachingTo: server.segmentName)
    let order = try client.columns("robot_state", "order", as: Int32.self)
    let byWorkers = try client.columns("rhc_commands", "system_calls", as: Int64.self)
    let slots = 0..<client.cluster.controllers.count
    func solve(_ wanted: Int32) throws -> (client: Int, workers: Int64, duration: Double) {
      for slot in slots { order[slot, 0] = wanted }
      let before = ccluster_test_system_calls()
      let report = try client.solve()
      let calls = ccluster_test_system_calls() - before
      guard report.solved == slots.count else { throw ClusterError.failed("not all solved") }
      return (calls, slots.reduce(0) { $0 + byWorkers[$1, 0] }, report.duration)
    }
    for _ in 0..<20 { _ = try solve(0) }
    _ = try solve(7)
    try System.check("seccomp", ccluster_test_count_system_calls())
    var (byClient, byAllWorkers, slow) = (0, Int64(0), 0)
    for _ in 0..<4000 {
      let step = try solve(0)
      byAllWorkers += step.workers
      if step.duration < serverCheck { byClient += step.client } else { slow += 1 }
    }
    guard slow < 400 else { throw ClusterError.failed("\(slow) of 4000 steps took longer than \(serverCheck) s") }
    let last = ccluster_test_last_system_call()
    let before = ccluster_test_system_calls()
    // That they are seen at all, one of each.
    _ = getppid()
    let seenOfClient = ccluster_test_system_calls() - before
    _ = try solve(8)
    let seen = try solve(0).workers
    EmbeddingServer.say(
      "system calls: client \(byClient), workers \(byAllWorkers); seen when made: client \(seenOfClient), workers \(seen)"
        + (byClient == 0 ? "" : "; the client's last is number \(last)"))
  }
}
