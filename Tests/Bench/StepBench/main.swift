// The step and what surrounds it, beside what it could cost at the least: `make bench`. Nothing here fails because something
// is slow.
import ControlCluster
import Glibc

BenchCluster.serveIfAsked()
do {
  try Answers.giveIfAsked()
  let options = try Options(CommandLine.arguments.dropFirst())
  let report = try Report(options)
  if let path = options.jsonPath { try write(report.json.pretty + "\n", to: path) }
  if let path = options.pagePath { try write(Page(report).markdown, to: path) }
} catch {
  System.print(error: "step-bench: \(error)")
  if case BenchError.usage = error { exit(64) }
  exit(1)
}

func write(_ text: String, to path: String) throws {
  let file = try System.call("open '\(path)'") { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) }
  defer { close(file) }
  try System.writeAll(file, Array(text.utf8))
  say("written to \(path)")
}
