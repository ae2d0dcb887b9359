// What `ccluster replay` runs: it alone reads recordings, so that `ccluster` needs none of what unpacks them.
//
//     ccluster-replayer --about FILE     prints what `ccluster replay` makes a cluster of, as JSON
//     ccluster-replayer REQUEST          as the simulator of that cluster, feeds it and leaves a report
import ClusterRecord
import ClusterReplay
import ControlCluster
import Glibc

do {
  let arguments = CommandLine.arguments.dropFirst()
  if arguments.count == 2, arguments.first == "--about" {
    try System.writeAll(STDOUT_FILENO, Array(RecordingFacts(Recording(arguments.last!)).json.compact.utf8))
    exit(0)
  }
  let request = try ReplayRequest(parsing: arguments.first ?? "")
  let client = try ControlClusterClient.fromEnvironment()
  let report = Replay.run(client, try Recording(request.recording), request)
  try write(report.json.pretty + "\n", to: request.report)
  client.detach()
} catch {
  System.print(error: "\(error)")
  exit(1)
}

func write(_ text: String, to path: String) throws(ClusterError) {
  let descriptor = try System.call("create '\(path)'") { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
  defer { close(descriptor) }
  try System.writeAll(descriptor, Array(text.utf8))
}
