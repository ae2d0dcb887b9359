import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster
import Glibc

extension Machine {
  /// This machine, as it is now.
  static func current() -> Machine {
    let cores = HerePlacement.Machine.current().cores.count
    var status = statvfs()
    let memory = statvfs("/dev/shm", &status) == 0 ? Int(clamping: status.f_bavail &* status.f_frsize) : nil
    return Machine(cores: cores, sharedMemory: memory)
  }
}

extension ResolvedConfig {
  /// What this machine is too small for, of the config and its plan.
  func machineWarnings(_ plan: ClusterPlan) -> [Diagnostic] {
    warnings(on: .current(), bytes: plan.blueprint.layout.size)
  }
}
