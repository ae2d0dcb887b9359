import ArgumentParser
import ClusterLaunch
import ClusterObserve
import ControlCluster

struct Drive: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Drives robots from the keyboard: twist of the base, height, phase and contacts.",
    discussion: """
      Writes the references of the config, where they are a tool's: extend configs/presets/drive.yaml behind rhc.yaml. The twist is in \
      the robot's own heading, and is turned into the world's frame where the references are in it.

      A terminal does not tell when a key is let go, so a speed lasts as long as its key repeats, and 0.3 s longer; after a single \
      press 0.7 s. With --keep it stays, a quarter of the speed more with each press, until the space bar. Height, phase and contacts \
      stay as they are set, and are not written before.

      Nothing is written until a key is pressed, and once robots stand still nothing more. Whatever ends it, Ctrl-C, the end of the \
      terminal or of the connection, Ctrl-Z, even SIGKILL, robots that moved get a twist of zero, and then nothing. A second process \
      sees to that; should this one stand still while robots move, it acts after a second.
      """)

  @OptionGroup var cluster: ClusterArgument

  @Argument(help: ArgumentHelp("Controllers: numbers and ranges such as 0-3,7, or all.", valueName: "controllers"))
  var controllers = "all"

  @Option(help: ArgumentHelp("How fast to walk, in m/s.", valueName: "speed"))
  var speed = 0.3

  @Option(help: ArgumentHelp("How fast to turn, in rad/s.", valueName: "speed"))
  var turn = 0.5

  @Option(help: ArgumentHelp("The buffer to write.", valueName: "buffer"))
  var buffer = "rhc_references"

  @Option(help: ArgumentHelp("How often to write while robots move, a second: 1 to 100.", valueName: "rate"))
  var hz = 20.0

  @Flag(help: "Speeds stay until they are changed.")
  var keep = false

  func validate() throws {
    guard (1...100).contains(hz) else { throw ValidationError("--hz takes 1 to 100") }
    guard (0.01...10).contains(speed) else { throw ValidationError("--speed takes 0.01 to 10 m/s") }
    guard (0.01...10).contains(turn) else { throw ValidationError("--turn takes 0.01 to 10 rad/s") }
  }

  func run() throws {
    guard FullScreen.isAvailable else {
      Terminal.error.print(
        "ccluster: drive takes a whole terminal, and this is none; 'ccluster set' writes single values")
      throw ExitCode(64)
    }
    let running = try cluster.find()
    if let hosts = running.segment.cluster.hosts, hosts.index > 0 {
      Terminal.error.print(
        "ccluster: '\(running.name)' is one host's part of a cluster; drive it on the first host, \(hosts.shares[0].name)"
      )
      throw ExitCode(1)
    }
    let session = try ValueArguments.printingProblems {
      let layout = running.segment.layout
      let fields = try DriveFields(in: layout, buffer: buffer)
      let rows = try ValueSelection(ValuePath("\(buffer)@\(controllers)"), in: layout).rows
      return try DriveSession(
        running, fields, rows: rows, period: 1 / hz,
        model: { DriveModel(.init(fields), rows: rows, speed: speed, turnSpeed: turn, keeps: keep, start: $0) })
    }
    let end = session.show()
    if let reason = session.end { Terminal.error.tell(end: reason, of: cluster.name) }
    end.dieIfKilled()
  }
}
