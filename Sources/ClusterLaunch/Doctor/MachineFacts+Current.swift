import ControlCluster
import Glibc

extension MachineFacts {
  /// This machine, as it is now.
  /// - Parameter programs: The directory of our own programs.
  public static func current(programs: String) -> MachineFacts {
    var status = statvfs()
    let space =
      statvfs("/dev/shm", &status) == 0
      ? Space(
        total: Int(clamping: status.f_blocks &* status.f_frsize),
        free: Int(clamping: status.f_bavail &* status.f_frsize), isReadOnly: status.f_flag & UInt(ST_RDONLY) != 0)
      : nil
    return MachineFacts(
      reading: MachineFiles(), environment: System.environment, sharedMemory: space, programs: programs)
  }
}
