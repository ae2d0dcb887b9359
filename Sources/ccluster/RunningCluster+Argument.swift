import ArgumentParser
import ClusterLaunch
import ControlCluster

/// The running cluster that a verb is about.
struct ClusterArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The cluster's name, as 'ccluster ps' shows it.", valueName: "name"),
    completion: .custom { _, _, _ in SegmentName.ofThisUser })
  var name: String

  /// Says what is wrong, and ends the program with status 1, when there is no such cluster.
  func find() throws -> RunningCluster { try Self.printingProblems { try RunningCluster.find(name) } }

  /// Problems are printed, and end the program with status 1.
  static func printingProblems<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as ClusterError {
      Terminal.error.print("ccluster: \(error)")
      throw ExitCode(1)
    }
  }
}
