import ControlCluster
import Glibc

/// `ccluster-simulator`: the built-in simulator `stub`.
///
/// Ends with 0, with 3 when a joint ends further from its homing than `tolerance`, with 1 when the run cannot be.
@main
enum StubSimulator {
  static let toleranceExceeded: Int32 = 3

  static func main() {
    StopSignal.install()
    do {
      let client = try ControlClusterClient.fromEnvironment()
      var simulation = try Simulation(client)
      let report = try simulation.run()
      client.detach()
      if !report.isWithinTolerance {
        System.print(error: "too short a run to settle? --set simulator.parameters.tolerance=null accepts any error")
      }
      print(simulation.reportsJSON ? report.json.compact : report.text)
      exit(report.isWithinTolerance ? 0 : toleranceExceeded)
    } catch {
      System.print(error: "ccluster-simulator: \(error)")
      exit(1)
    }
  }
}
