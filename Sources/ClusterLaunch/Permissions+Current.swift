import CLinux
import ClusterConfig
import ControlCluster

extension Machine.Permissions {
  /// Of this process, and so of those that it starts.
  public static func current() -> Machine.Permissions {
    var limits = linux_permissions()
    linux_get_permissions(&limits)
    return Machine.Permissions(
      realTimePriority: Int(limits.real_time_priority), nice: Int(limits.nice),
      lockedMemory: limits.locked_memory < 0 ? nil : Int(limits.locked_memory))
  }
}
