import ArgumentParser
import ClusterPlan
import ControlCluster
import Glibc

struct Map: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the memory map: every buffer and field with shape, dtype, offset and stride.")

  @OptionGroup var config: ConfigOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let report = MapReport(try config.plan().blueprint.layout, uid: getuid())
    try Terminal.output.data(json ? report.json.pretty + "\n" : report.text)
  }
}
