import ArgumentParser
import ClusterLaunch
import ControlCluster
import Glibc

/// A recording, as far as a replay must know it before it begins. `ccluster-replayer` reads it: nothing that unpacks recordings is
/// linked into `ccluster`.
struct RecordedRun {
  let path: String
  let name: String
  /// The resolved config, as YAML.
  let config: String
  /// Numbers of the first and the last step.
  let steps: ClosedRange<Int>
  /// s
  let clusterDt: Double

  /// Inside ``TemporaryDirectory/holdingSignals(_:)``.
  /// - Parameter directory: for what the replayer prints.
  /// - Throws: `failed` for what cannot be read, or holds no step.
  init(_ path: String, _ programs: Programs, _ directory: TemporaryDirectory) throws {
    self.path = System.realPath(path) ?? path
    let replayer = CapturedProgram(programs.replayer, directory)
    let (status, output) = try replayer.run(["--about", path])
    guard status == 0 else {
      let reason = try replayer.errors().trimmingLineBreak
      // On a full disk it cannot even say so.
      throw ClusterError.failed(
        reason.isEmpty
          ? "'\(programs.replayer)' has ended with \(status); is there room in '\(directory.path)'?" : reason)
    }
    guard let facts = try? JSONValue(parsing: String(decoding: output, as: UTF8.self)),
      let name = facts["name"]?.string, let config = facts["config"]?.string
    else { throw ClusterError.failed("\(path): '\(programs.replayer)' is of another version than this program") }
    guard let first = facts["first"]?.int, let last = facts["last"]?.int, first <= last else {
      let cut = facts["cut"]?.string.map { ": \($0)" } ?? ""
      throw ClusterError.failed("\(path): there is no whole step in this recording\(cut)")
    }
    guard let clusterDt = facts["cluster_dt"]?.number, clusterDt > 0 else {
      throw ClusterError.failed("\(path): the recording does not say how long its steps are")
    }
    self.name = name
    self.config = config
    self.steps = first...last
    self.clusterDt = clusterDt
  }
}

extension String {
  fileprivate var trimmingLineBreak: String { hasSuffix("\n") ? String(dropLast()) : self }
}
