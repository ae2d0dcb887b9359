import ArgumentParser
import ClusterLaunch

struct ExportSystemd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "systemd",
    abstract: "Writes a user unit: started when all controllers have registered, stopped in order.",
    discussion: """
      It runs this 'ccluster' in this directory, with the variables of this environment that the config reads. \
      'systemctl --user status' then shows step and rate. What the config needs of limits stands in it; a user gets no more than \
      the user manager has, see systemd.exec(5).
      """)

  @OptionGroup var options: ExportOptions

  func run() throws {
    try options.write("systemd") { plan, name, command, origin in
      try SystemdUnit(plan, name: name, command: command, origin: origin).text
    }
  }
}
