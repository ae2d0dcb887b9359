import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster
import Glibc

extension Machine {
  /// This machine, as it is now.
  static func current() -> Machine {
    let cores = HerePlacement.Machine.current()
    var status = statvfs()
    let memory = statvfs("/dev/shm", &status) == 0 ? Int(clamping: status.f_bavail &* status.f_frsize) : nil
    return Machine(
      usable: cores.cores, isolated: cores.isolated, sharedMemory: memory, permissions: .current(),
      hasProgram: hasProgram)
  }

  /// As `execvp` looks for it.
  private static func hasProgram(_ name: String) -> Bool {
    if name.contains("/") { return isExecutable(name) }
    let path = System.environment("PATH") ?? "/bin:/usr/bin"
    return path.split(separator: ":", omittingEmptySubsequences: false).contains { directory in
      isExecutable(directory.isEmpty ? name : "\(directory)/\(name)")
    }
  }

  private static func isExecutable(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}

extension ResolvedConfig {
  /// What this machine is too small for or lacks, of the config and its plan.
  /// - Parameter denied: the severity of what is asked for and cannot be had.
  func machineWarnings(
    _ plan: ClusterPlan, startsSimulator: Bool = true, denied: Diagnostic.Severity = .warning
  ) -> [Diagnostic] {
    warnings(
      on: .current(), bytes: plan.blueprint.layout.size, startsSimulator: startsSimulator, denied: denied)
  }

  /// What is asked for and cannot be had here, told as errors.
  func denied(_ plan: ClusterPlan) -> [Diagnostic] {
    denied(on: .current(), bytes: plan.blueprint.layout.size, severity: .error)
  }
}
