import CLinux
import Glibc

/// Locks a process's memory, so that no page of it is fetched in the middle of a step: what a real-time process asks for. A
/// process can lock only its own memory, so the launcher asks for it in the environment, and our programs and libraries do it
/// before they attach; the cluster's memory is then brought in as it is mapped.
public enum MemoryLock {
  /// Set for a process that shall lock its memory.
  public static let environmentName = "CCLUSTER_LOCK_MEMORY"

  /// Of the stack, brought in beforehand: more than a solver's frames take, and an eighth of the usual limit.
  private static let stack = 1 << 20  // bytes

  /// - Throws: `failed` with the cure, when it is asked for and not permitted.
  public static func lockIfAsked() throws(ClusterError) {
    guard System.environment(environmentName) == "1" else { return }
    let code = linux_lock_memory(stack)
    guard code < 0 else { return }
    throw .failed(
      "memory cannot be locked, as real-time scheduling asks for: \(System.message(for: -code)); raise RLIMIT_MEMLOCK "
        + "('USER - memlock unlimited' in /etc/security/limits.conf), launch as root, or choose another scheduling policy"
    )
  }
}
