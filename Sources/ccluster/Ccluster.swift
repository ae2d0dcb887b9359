import ArgumentParser
import ClusterConfig
import ClusterLaunch

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
    version: Programs.version,
    subcommands: [
      Launch.self, Validate.self, Config.self, Plan.self, Map.self, Diff.self, Schema.self, Explain.self, Init.self,
      Robot.self, Ps.self, Status.self, Top.self, Dashboard.self, Show.self, Watch.self, SetValues.self, Drive.self,
      DriveGuard.self, Metrics.self, Logs.self, Stop.self, Restart.self, Activate.self, Deactivate.self, Reset.self,
      Clean.self, Attach.self, Host.self, Record.self, Replay.self, Doctor.self, Export.self, Manual.self,
    ])

  static func main() {
    // The parser would call a mistyped verb an unexpected argument.
    if let verb = CommandLine.arguments.dropFirst().first, !verb.hasPrefix("-"), !isKnown(verb) {
      let isConfig = [".yaml", ".yml"].contains { verb.hasSuffix($0) }
      let hint =
        isConfig
        ? "; 'ccluster launch \(verb)' runs it"
        : Suggestion.nearest(to: verb, among: verbs).map { "; did you mean '\($0)'?" }
      Terminal.error.print("ccluster: there is no command '\(verb)'\(hint ?? "")")
      Terminal.error.print("commands: \(verbs.joined(separator: ", "))")
      exit(withError: ExitCode.validationFailure)
    }
    main(nil)
  }

  private static func name(of verb: any ParsableCommand.Type) -> String {
    verb.configuration.commandName ?? "\(verb)".lowercased()
  }

  private static func isKnown(_ verb: String) -> Bool {
    verb == "help" || configuration.subcommands.contains { name(of: $0) == verb }
  }

  /// Those that are told.
  private static let verbs =
    configuration.subcommands.filter { $0.configuration.shouldDisplay }.map { name(of: $0) } + ["help"]
}
