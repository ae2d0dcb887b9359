import ArgumentParser
import ClusterLaunch
import ClusterObserve
import ControlCluster

struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints a cluster's metrics in Prometheus' text format.",
    discussion: """
      Durations of steps and solves as histograms; state, failures, deaths, restarts and late steps of each controller. All of it \
      is counted in the cluster's memory while it runs, so nothing is missed between two looks, and looking disturbs nobody.

      --json: {"name", "families": [{"name", "type", "help", "samples": [{"name", "labels", "value"}]}]}; the buckets of \
      histograms are cumulative there, too.
      """)

  @OptionGroup var cluster: ClusterArgument

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let metrics = ClusterMetrics(try cluster.find().segment)
    try Terminal.output.data(json ? metrics.json.pretty + "\n" : metrics.text)
  }
}
