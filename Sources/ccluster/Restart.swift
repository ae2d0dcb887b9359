import ArgumentParser
import ClusterLaunch
import ControlCluster
import Glibc

struct Restart: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends processes of a cluster and starts them anew, and waits until they are back.",
    discussion: """
      PROCESS is its name, or the number of a controller that it hosts. A controller comes back in its slot, and keeps its row. \
      Such a restart does not count for the limit of controllers.restart.
      """)

  @OptionGroup var cluster: ClusterArgument

  @Argument(help: ArgumentHelp("Such as controller-3, 3 or simulator.", valueName: "process"))
  var processes: [String]

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let running = try cluster.find()
    try ClusterArgument.printingProblems {
      let launcher = try running.connect()
      var back: [JSONValue] = []
      for process in processes { back.append(try restart(process, launcher, running)) }
      guard json else { return }
      let object: JSONValue = ["name": .string(cluster.name), "processes": .array(back)]
      try Terminal.output.data(object.pretty + "\n")
    }
  }

  private func restart(_ process: String, _ launcher: ControlClient, _ running: RunningCluster) throws(ClusterError)
    -> JSONValue
  {
    let slotsBefore = (0..<running.segment.layout.slots).map(running.segment.slotSnapshot)
    let before = try Self.processes(launcher)
    let answer = try launcher.ask([.init(key: "do", value: "restart"), .init(key: "process", value: .string(process))])
    let name = answer["process"]?.string ?? process
    let starts = before.first { $0["name"]?.string == name }?["starts"]?.int ?? 0
    let end = System.monotonicNanoseconds + UInt64((running.segment.cluster.controllers.startupTimeout + 10) * 1e9)
    while System.monotonicNanoseconds < end {
      let now = try Self.processes(launcher).first { $0["name"]?.string == name }
      let slots = try running.segment.numbers.slots(of: now?["controllers"]?.array?.compactMap(\.int) ?? [])
      let isBack = slots.map(running.segment.slotSnapshot).allSatisfy { slot in
        let before = slotsBefore[slot.index]
        // Its death makes it another one, unless it was dead before or had not claimed its slot.
        return ![.registering, .dead, .vacant].contains(slot.state)
          && (slot.incarnation != before.incarnation || [.dead, .vacant].contains(before.state))
      }
      if now?["starts"]?.int ?? 0 > starts, now?["state"]?.string == "running", isBack {
        let pid = now?["pid"]?.int ?? 0
        if !json { Terminal.error.print("\(Terminal.error.styled("✓", .green)) \(name) is back, as process \(pid)") }
        return ["name": .string(name), "pid": .integer(pid)]
      }
      usleep(10_000)
    }
    throw .failed("'\(name)' has not come back; 'ccluster logs \(cluster.name) \(name)' says what it printed")
  }

  private static func processes(_ launcher: ControlClient) throws(ClusterError) -> [JSONValue] {
    try launcher.ask([.init(key: "do", value: "status")])[path: "status.processes"]?.array ?? []
  }
}
