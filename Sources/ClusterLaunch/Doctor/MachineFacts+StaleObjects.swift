import ControlCluster
import Glibc

extension MachineFacts {
  /// A server that has just made its object has not locked it yet. s
  private static let shortestLife = 2

  /// Objects of that user that no server holds the lock of.
  static func staleObjects(of uid: Int, _ files: MachineFiles) -> [StaleObject] {
    let directory = "/dev/shm"
    return files.names(in: directory).filter { $0.hasPrefix("ccluster.\(uid).") }.sorted().compactMap { name in
      let descriptor = open("\(files.root)\(directory)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        status.st_mtim.tv_sec < time(nil) - shortestLife,
        // Shared and for an instant: whoever looks at the same time is not disturbed, and a live server has it anyway.
        flock(descriptor, LOCK_SH | LOCK_NB) == 0
      else { return nil }
      // The pages that it holds, not the size that it claims.
      return StaleObject(name: name, bytes: Int(status.st_blocks) * 512)
    }
  }
}
