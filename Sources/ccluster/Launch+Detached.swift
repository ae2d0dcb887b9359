import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ControlCluster

extension Launch {
  /// Starts this same launch in a session of its own, and returns once its controllers have registered.
  func runDetached() throws {
    // Only for its name; what is wrong with it is told by the launch itself.
    let name =
      self.name ?? (try? config.values.load(config.files, extra: extra, hosts: config.hosts.hosts))?.config.name
    let outcome = try ClusterArgument.printingProblems {
      let rest = CommandLine.arguments.dropFirst(2).filter { $0 != "--detach" }
      return try Detachment.start([Programs.thisOne(), "launch", "--as-detached"] + rest) { Terminal.error.write($0) }
    }
    if case .ended(let status) = outcome { throw ExitCode(status.shellStatus == 0 ? 1 : status.shellStatus) }
    guard let name else { return }
    let terminal = Terminal.error
    let running = try? RunningCluster.find(name)
    terminal.print(
      "\(terminal.styled("✓", .green)) \(name) runs\(running.map { ", its launcher is process \($0.segment.launcher.pid)" } ?? "")"
    )
    terminal.print("  look:  ccluster status \(name)   ccluster logs \(name) -f   ccluster attach \(name)")
    terminal.print("  stop:  ccluster stop \(name)")
    try Terminal.output.data(name + "\n")
  }
}
