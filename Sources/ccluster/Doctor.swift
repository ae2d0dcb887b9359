import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what on this machine will hurt a cluster, or this one, and what mends it.",
    discussion: """
      Looks at shared memory, limits, cores, control groups, login manager, kernel and what is left of earlier runs. With a \
      config it says whether that one can run here: 'launch' checks the same before it starts anything. The exit status is 1 \
      when something is an error, and 2 when the config is invalid.
      """)

  @Argument(
    help: ArgumentHelp("The cluster.yaml; further files are laid over it from left to right.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var files: [String] = []

  @OptionGroup var values: ValueOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if files.isEmpty, !values.overrides.isEmpty { throw ValidationError("--set is for a config, and there is none") }
  }

  func run() throws {
    let examination = try examine()
    let page = DoctorPage(examination)
    try Terminal.output.data(json ? page.json.pretty + "\n" : page.text(on: Terminal.output))
    if page.worst == .error { throw ExitCode(1) }
  }

  private func examine() throws -> Examination {
    let facts = try Preflight.facts()
    guard !files.isEmpty else { return Examination(facts) }
    let resolved = try values.loadPrintingProblems(files)
    return Preflight(resolved, try values.plan(of: resolved, named: files[0]), facts: facts).examination
  }
}
