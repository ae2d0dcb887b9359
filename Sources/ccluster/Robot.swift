import ArgumentParser

struct Robot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Robots from their published descriptions.", subcommands: [ImportRobot.self])
}
