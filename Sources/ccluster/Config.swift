import ArgumentParser
import ClusterConfig

struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the resolved config: every file merged, every default filled in.")

  @OptionGroup var config: ConfigOptions

  @Flag(help: "Show beside each value where it comes from.")
  var origin = false

  func run() throws { try Terminal.output.data(config.load().yaml(withOrigins: origin)) }
}
