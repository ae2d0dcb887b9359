import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterObserve
import ControlCluster

/// Values of a running cluster, by their paths.
struct ValueArguments: ParsableArguments {
  @OptionGroup var cluster: ClusterArgument

  @Argument(
    help: ArgumentHelp(
      "BUFFER, BUFFER.FIELD or BUFFER.FIELD.COLUMN, with @ROWS for some controllers.", valueName: "path"),
    completion: .custom { words, _, _ in Self.completions(words) })
  var paths: [String] = []

  /// Problems are printed, and end the program.
  func selections(in running: RunningCluster) throws -> [ValueSelection] {
    try Self.printingProblems {
      try paths.map {
        try ValueSelection(
          ValuePath($0), in: running.segment.layout, first: running.segment.cluster.firstController)
      }
    }
  }

  /// Problems are printed with what was probably meant, and end the program: with 64 what is no path, with 1 one that leads nowhere.
  static func printingProblems<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try ClusterArgument.printingProblems(body) } catch let error as ValueError {
      Terminal.error.print("ccluster: \(error)\(hint(for: error))")
      if case .syntax = error { throw ExitCode(64) }
      throw ExitCode(1)
    }
  }

  private static func hint(for error: ValueError) -> String {
    guard let (name, known) = error.candidates, !known.isEmpty else { return "" }
    if let near = Suggestion.nearest(to: name, among: known) { return "; did you mean '\(near)'?" }
    return
      "; there \(known.count == 1 ? "is" : "are") \(known.prefix(24).joined(separator: ", "))\(known.count > 24 ? ", …" : "")"
  }

  /// Buffers with their fields, of the cluster that has been named.
  private static func completions(_ words: [String]) -> [String] {
    guard let name = words.first(where: SegmentName.ofThisUser.contains),
      let layout = try? RunningCluster.find(name).segment.layout
    else { return [] }
    return layout.buffers.flatMap { buffer in [buffer.name] + buffer.fields.map { "\(buffer.name).\($0.name)" } }
  }
}
