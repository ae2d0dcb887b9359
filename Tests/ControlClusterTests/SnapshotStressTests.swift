import Glibc
import Testing

@testable import ControlCluster

@Suite("Snapshots of a cluster at full speed", .serialized)
struct SnapshotStressTests {
  @Test(
    "what a snapshot says of its rows is so, whatever is killed, stopped, late or reset meanwhile",
    arguments: [OnFailure.homing, .hold])
  func faults(_ policy: OnFailure) throws {
    try Watchdog.guarding(60) {
      let cluster = try TestCluster(
        TestBlueprint(controllers: 4, perProcess: 2, onFailure: policy, solveTimeout: 0.03, numbered: 64))
      let observer = try Segment.attach(to: cluster.name, as: .observer)
      let witness = SnapshotWitness()
      let views: [([String], Double)] = [
        (["stimulus", "response"], 0.05), (["response"], 0), (["stimulus"], 0.01), (["stimulus", "response"], 0),
      ]
      let threads =
        try views.map { buffers, patience in
          try Thread.start {
            do { try witness.run(observer, of: buffers, within: patience) } catch { Issue.record(error) }
          }
        }
        + [false, true].map { isLate in
          try Thread.start {
            do { try witness.follow(observer, of: ["stimulus", "response"], late: isLate) } catch {
              Issue.record(error)
            }
          }
        }
      defer {
        witness.stop()
        for thread in threads { pthread_join(thread, nil) }
      }
      var faults = try SnapshotFaults(cluster, seed: policy == .hold ? 5 : 6)
      // A run in which nothing of that was seen would say nothing.
      try faults.run(seconds: 4) {
        witness.withFindings { findings in
          guard findings.claims["step", default: 0] > 200, findings.claims["followed", default: 0] > 20,
            findings.claims["followed late", default: 0] > 5
          else { return false }
          for status in [SlotStatus.solved, .failed, .died, .late, .free]
          where findings.outcomes[status, default: 0] == 0 { return false }
          return true
        }
      }
      witness.withFindings { findings in
        #expect(findings.contradictions.prefix(5) == [], "\(findings.contradictions.count)")
      }
    }
  }
}
