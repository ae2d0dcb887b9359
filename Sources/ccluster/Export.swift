import ArgumentParser

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes what lets systemd or Slurm run a cluster.", subcommands: [ExportSystemd.self, ExportSlurm.self])
}
