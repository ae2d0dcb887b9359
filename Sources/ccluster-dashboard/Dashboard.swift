import ClusterLaunch
import ControlCluster
import FlyingFox
import FlyingSocks
import Glibc

/// `ccluster-dashboard NAME [--port N] [--json]`: serves a page that shows a running cluster, to its user on this machine. It is
/// what `ccluster dashboard` becomes: a program of its own, because an HTTP server brings Foundation with it.
@main
struct Dashboard {
  static func main() async {
    // A browser that goes away while it is written to is no reason to end.
    signal(SIGPIPE, SIG_IGN)
    do {
      try await serve(DashboardOptions(CommandLine.arguments.dropFirst()))
    } catch let error as DashboardOptions.Misuse {
      System.print(error: "ccluster-dashboard: \(error.message)\n\(DashboardOptions.usage)")
      exit(64)
    } catch {
      System.print(error: "ccluster: \(error)")
      exit(1)
    }
  }

  private static func serve(_ options: DashboardOptions) async throws {
    let library = try PlottingLibrary.find()
    let observer = ClusterObserver(try RunningCluster.find(options.name))
    let door = Door(token: Door.newToken())
    let routes = Routes(door: door, observer: observer, files: PageFiles(library))
    let (server, port) = try await DashboardServer.start(options.port, routes)
    Announcement(name: options.name, port: port, token: door.token).print(json: options.json)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await observer.run() }
      group.addTask { try await server.value }
      try await group.next()
      group.cancelAll()
    }
  }
}
