import BuiltInPrograms
import ClusterRecord
import ControlCluster
import Glibc

/// `ccluster-recorder`: what `ccluster record` becomes, and what a launch starts for `record:`. Its arguments are those of
/// ``RecordingOptions``.
///
/// Ends with 0 when the file holds all that was captured, with 1 when it does not or there is none.
@main
enum RecorderProgram {
  static func main() {
    guard let options = RecordingOptions(arguments: Array(CommandLine.arguments.dropFirst())) else {
      System.print(error: "ccluster-recorder is started by 'ccluster record' and by 'record:' in a config")
      exit(64)
    }
    Lifeline.holdOn()
    StopSignals.install()
    let view = RecorderView(options)
    do {
      try MemoryLock.lockIfAsked()
      let recorder = try Recorder(options, version: Product.version, isInterrupted: { StopSignals.isReceived }) {
        view.show($0)
      }
      view.begin(recorder)
      ServiceSocket()?.send("READY=1")
      let report = try recorder.run()
      view.end(report)
      exit(report.problem == nil ? 0 : 1)
    } catch {
      view.fail(error)
      exit(1)
    }
  }
}
