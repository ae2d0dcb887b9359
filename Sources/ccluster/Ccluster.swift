import ArgumentParser

/// `ccluster VERB [FILE] …`: one file a verb.
@main
struct Ccluster: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ccluster",
    abstract: "Runs a cluster of robot controllers from one cluster.yaml.",
    discussion: """
      Exit status: 0 done, 1 the run or the request failed, 2 the config is invalid, 64 wrong usage, 130 after Ctrl-C. \
      'launch' returns the simulator's own status.
      """,
    version: "0.1.0",
    subcommands: [
      Launch.self, Validate.self, Config.self, Plan.self, Map.self, Diff.self, Schema.self, Init.self, Robot.self,
    ])
}
