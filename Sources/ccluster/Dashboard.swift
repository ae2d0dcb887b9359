import ArgumentParser
import ClusterLaunch
import ControlCluster
import Glibc

struct Dashboard: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves a page that shows a running cluster: figures, controllers, plots of any field, logs.",
    discussion: """
      It prints the page's address, with a token that lets its reader in: the page is for you, on this machine, or on another \
      one through 'ssh -L'. It only reads the cluster's memory, at most a hundred times a second, so that no step waits for it; \
      its buttons ask the launcher, as 'activate', 'deactivate', 'reset' and 'restart' do. When the run ends, it waits for the \
      next one of that name. Ctrl-C ends it, and nothing else. --json prints one object: {"name", "url", "port", "token", "pid"}.
      """)

  @OptionGroup var cluster: ClusterArgument

  @Option(
    help: ArgumentHelp(
      "The port on 127.0.0.1; 0 is any that is free. By default the first that is free from 8420 on.", valueName: "port"
    ))
  var port: UInt16?

  @Flag(help: "Print the address as a JSON object.")
  var json = false

  func run() throws {
    _ = try cluster.find()
    try ClusterArgument.printingProblems {
      let program = try Programs.besideThisOne().dashboard
      var arguments = [program, cluster.name]
      if let port { arguments += ["--port", "\(port)"] }
      if json { arguments.append("--json") }
      let words = arguments.map { strdup($0) } + [nil]
      // It has Foundation, which is not loaded for anything else; see Package.swift.
      execv(program, words)
      throw ClusterError.system(call: "start '\(program)'", errno: errno)
    }
  }
}
