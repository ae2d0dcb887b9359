import ArgumentParser
import ClusterLaunch
import Glibc

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a commented cluster.yaml to start from; without a robot, lists those that there are.",
    discussion: """
      Robots are looked for in --config-path, in the configs folders of the checkouts around this directory and around this \
      program, and among the installed configs; the first one found of a name is taken.
      """)

  @Argument(help: "The robot.", completion: .custom { words, _, _ in Robots(words: words).all.map(\.name) })
  var robot: String?

  @Option(
    name: .shortAndLong, help: "The file to write; - is standard output.",
    completion: .file(extensions: ["yaml", "yml"]))
  var output = "cluster.yaml"

  @Option(
    name: .customLong("config-path"),
    help: ArgumentHelp("A folder of configs, with robots/NAME/robot.yaml; may be repeated.", valueName: "dir"),
    completion: .directory)
  var configPath: [String] = []

  @Flag(help: "Replace the file if there is one.")
  var force = false

  func run() throws {
    let robots = Robots(configPath: configPath)
    guard let name = robot else {
      guard !robots.all.isEmpty else {
        throw failed("there are no robots: name a folder of configs with --config-path")
      }
      return Terminal.output.write(robots.text)
    }
    guard let robot = robots[name] else {
      let suggestion = robots.nearest(to: name).map { "; did you mean '\($0)'?" } ?? ""
      Terminal.error.print("ccluster: there is no robot '\(name)'\(suggestion)")
      if !robots.all.isEmpty { Terminal.error.write("\n" + robots.text) }
      throw ExitCode(1)
    }
    if output == "-" { return Terminal.output.write(StartingConfig(robot, relativeTo: nil).text) }
    let file = NewFile(output)
    do {
      try file.write(StartingConfig(robot, relativeTo: try file.directory()).text, replacing: force)
    } catch {
      throw failed("\(error)")
    }
    Terminal.error.print("\(output): a cluster of \(robot.name); 'ccluster launch \(output)' runs it")
  }

  private func failed(_ what: String) -> ExitCode {
    Terminal.error.print("ccluster: \(what)")
    return ExitCode(1)
  }
}
