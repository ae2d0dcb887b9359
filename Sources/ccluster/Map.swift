import ArgumentParser
import ClusterPlan
import ControlCluster
import Glibc

struct Map: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the memory map: every buffer and field with shape, dtype, offset and stride.",
    discussion: """
      c, python and swift print source code instead: typed access to the memory for programs in that language, which refuses \
      clusters of another layout.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, c, python, swift }

  @OptionGroup var config: ConfigOptions

  @Option(help: "text, json, c, python or swift (typed access for programs).")
  var format = Format.text

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let plan = try config.plan()
    let report = MapReport(plan.blueprint.layout, uid: getuid())
    switch json ? .json : format {
    case .text: try Terminal.output.data(report.text)
    case .json: try Terminal.output.data(report.json.pretty + "\n")
    case .c: try print(plan, in: .c)
    case .python: try print(plan, in: .python)
    case .swift: try print(plan, in: .swift)
    }
  }

  private func print(_ plan: ClusterPlan, in language: BindingLanguage) throws {
    let text: String
    do { text = try plan.binding(in: language) } catch {
      Terminal.error.print("\(config.files[0]): error: \(error)")
      throw ExitCode(1)
    }
    try Terminal.output.data(text)
  }
}
