import Testing

@testable import ClusterConfig

@Suite("The config of a replay")
struct ReplayedConfigTests {
  private static let text =
    Good.smallest + """

      simulator: {program: {command: [train], environment: {A: b}}, after: [policy], scheduling: {policy: fifo, priority: 5}}
      processes:
        loader: {command: [load], ready: exited}
        weights: {command: [fetch], after: [loader], ready: exited}
        policy: {command: [policy], ready: registered}
        logger: {command: [log], after: [policy]}
      record: true
      archive: [/opt/mpc]
      """

  private func replayed(_ text: String = text) throws -> (before: ClusterConfig, after: ResolvedConfig) {
    try Files.withTemporaryDirectory { directory in
      Files.write(text.utf8, to: directory + "/cluster.yaml")
      let resolved = try ClusterConfig.load(
        path: directory + "/cluster.yaml",
        overrides: ["controllers.after=[weights]", "controllers.restart.policy=never"])
      return (resolved.config, resolved.replaying(simulator: ["/bin/replayer", "{\"a\": 1}"]))
    }
  }

  @Test("in the simulator's place stands what feeds the recording, whatever the simulator waited for and how it ran")
  func simulator() throws {
    let (before, after) = try replayed()
    let simulator = after.config.simulator
    #expect(simulator.program == .command(arguments: ["/bin/replayer", "{\"a\": 1}"], environment: [], directory: nil))
    #expect(simulator.after.isEmpty && simulator.scheduling == ClusterConfig.Scheduling())
    // What controllers are told of it stays.
    #expect((simulator.steps, simulator.parameters) == (before.simulator.steps, before.simulator.parameters))
  }

  @Test("of the other processes those stay that the controllers wait for, and what those wait for")
  func processes() throws {
    let after = try replayed().after.config
    #expect(after.processes.map(\.name) == ["loader", "weights"])
    #expect(after.controllers.after == ["weights"])
    #expect(after.record == nil && after.archive.isEmpty)
  }

  @Test("what dies is started again; nothing else of the controllers changes, nor of the memory")
  func controllers() throws {
    let (before, after) = try replayed()
    #expect(after.config.controllers.restart.policy == .always)
    var controllers = after.config.controllers
    controllers.restart = before.controllers.restart
    #expect(controllers == before.controllers)
    #expect(after.config.buffers == before.buffers && after.config.robot == before.robot)
  }

  @Test("it is a config that can be written down and read again")
  func roundTrip() throws {
    let after = try replayed().after
    try Files.withTemporaryDirectory { directory in
      Files.write(after.yaml(withOrigins: true).utf8, to: directory + "/replayed.yaml")
      let again = try ClusterConfig.load(path: directory + "/replayed.yaml")
      #expect(again.config == after.config)
    }
  }
}
