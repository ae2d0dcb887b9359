import CLinux
import ControlCluster
import Glibc

/// A program that is run for what it prints.
enum Command {
  /// - Parameter patience: ms; then it is killed.
  /// - Returns: its standard output; `nil` when it cannot be started, fails, or takes too long.
  static func output(
    _ arguments: [String], environment: [(name: String, value: String)] = [], patience: Int32 = 2000
  ) -> String? {
    let output = linux_memfd("output")
    guard output >= 0 else { return nil }
    defer { close(output) }
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    var request = SpawnRequest(arguments)
    request.environment = environment + [("LC_ALL", "C")]
    request.descriptors = [(output, STDOUT_FILENO), (null, STDERR_FILENO)]
    guard let child = try? Spawn.start(request) else { return nil }
    defer { close(child.pidfd) }
    var entry = pollfd(fd: child.pidfd, events: Int16(POLLIN), revents: 0)
    if poll(&entry, 1, patience) <= 0 { child.signalGroup(SIGKILL) }
    var status: Int32 = 0
    guard waitpid(child.pid, &status, 0) == child.pid, status == 0 else { return nil }
    return System.contents(of: "/proc/self/fd/\(output)")
  }
}
