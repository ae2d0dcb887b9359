import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster
import Glibc

/// What `export` takes, whatever it writes.
struct ExportOptions: ParsableArguments {
  @OptionGroup var config: ConfigOptions

  @Option(help: "Run under this name instead of the config's.")
  var name: String?

  @Option(name: .shortAndLong, help: "The file to write; - is standard output.", completion: .file())
  var output = "-"

  @Flag(help: "Replace the file if there is one.")
  var force = false

  func validate() throws { try Launch.check(name: name) }

  /// Writes what `make` makes of the plan. Problems are printed, and end the program.
  func write(
    _ verb: String, _ make: (ClusterPlan, String, LaunchCommand, _ origin: String) throws -> String
  ) throws {
    let resolved = try config.load()
    let plan = try config.plan(of: resolved)
    do {
      let origin =
        "Written by: ccluster export \(verb) " + arguments(absolute: false).map(ShellWord.quoted).joined(separator: " ")
      let text = try make(plan, name ?? plan.config.name, try command(resolved), origin)
      if output == "-" { return try Terminal.output.data(text) }
      try NewFile(output).write(text, replacing: force)
    } catch let code as ExitCode {
      throw code
    } catch {
      Terminal.error.print("ccluster: \(error)")
      throw ExitCode(1)
    }
  }

  private func command(_ resolved: ResolvedConfig) throws(ClusterError) -> LaunchCommand {
    LaunchCommand(
      executable: try Programs.thisOne(), arguments: arguments(absolute: true), directory: try Self.here(),
      environment: resolved.environmentRead(System.environment))
  }

  /// Behind `launch`.
  private func arguments(absolute: Bool) -> [String] {
    func path(_ path: String) -> String { absolute ? System.realPath(path) ?? path : path }
    return config.files.map(path)
      + config.values.configPath.flatMap { ["--config-path", path($0)] }
      + (config.hosts.hosts.map { ["--hosts", $0.contains("/") ? path($0) : $0] } ?? [])
      + config.values.overrides.flatMap { ["--set", $0] }
      + (name.map { ["--name", $0] } ?? [])
  }

  private static func here() throws(ClusterError) -> String {
    guard let directory = System.realPath(".") else { throw .system(call: "find the working directory", errno: errno) }
    return directory
  }
}
