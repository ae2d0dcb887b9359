import ArgumentParser
import ClusterLaunch
import ControlCluster

/// For `make install`; users read what it writes.
struct Manual: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a manual page of each command into a directory.", shouldDisplay: false)

  @Argument(help: "The directory.", completion: .directory)
  var directory: String

  func run() throws {
    let configuration = Ccluster.configuration
    let description = try JSONValue(parsing: Ccluster._dumpHelp())
    let pages = description["command"].map { ManualPage.pages(of: $0, version: configuration.version) } ?? []
    do {
      for page in pages { try NewFile("\(directory)/\(page.fileName)").write(page.text, replacing: true) }
    } catch {
      Terminal.error.print("ccluster: \(error)")
      throw ExitCode(1)
    }
  }
}
