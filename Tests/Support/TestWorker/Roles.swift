import CTestAllocations
import ControlCluster
import Glibc

/// A user's own main that embeds the server: `CCLUSTER_TEST_CONTROLLERS` is a list of `type*slots`.
enum EmbeddingServer {
  static func make() throws -> ControlClusterServer {
    let server = try ControlClusterServer(try readImage())
    for entry in (System.environment("CCLUSTER_TEST_CONTROLLERS") ?? "").split(separator: ",") {
      let parts = entry.split(separator: "*")
      let slots = parts.count > 1 ? Int(parts[1]) ?? 1 : 1
      switch parts[0] {
      case "scripted": server.addController(ScriptedController.self, slots: slots)
      case "other": server.addController(OtherController.self, slots: slots)
      case "program":
        server.addController(["/proc/self/exe"], environment: [("CCLUSTER_TEST_ROLE", "controller")], slots: slots)
      case let path: server.addController([String(path)], slots: slots)
      }
    }
    return server
  }

  static func run() throws {
    let server = try make()
    try server.start()
    say("ready")
    while let line = readLine(), line != "stop" {}
    server.stop()
    say("stopped")
  }

  static func say(_ text: String) {
    print(text)
    fflush(nil)
  }

  /// The blueprint lies on descriptor 4. A worker of this same program has none, and needs none.
  private static func readImage() throws -> ClusterBlueprint {
    guard System.environment("CCLUSTER_WORKER_TYPE") == nil, System.environment(Keeper.environmentName) == nil else {
      return ClusterBlueprint(name: "none", slots: 0, buffers: [], description: "", config: "")
    }
    var status = stat()
    try System.call("fstat the image") { fstat(4, &status) }
    let size = Int(status.st_size)
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, 4, 0), base != MAP_FAILED else {
      throw ClusterError.system(call: "mmap the image", errno: errno)
    }
    defer { munmap(base, size) }
    return try ClusterBlueprint(decoding: UnsafeRawBufferPointer(start: base, count: size))
  }
}

/// A simulator that hands out a step and is then killed in the middle of it.
enum LoneClient {
  static func run() throws {
    let client = try ControlClusterClient.fromEnvironment()
    try client.trigger()
    EmbeddingServer.say("triggered")
    while true { pause() }
  }
}

/// A simulator that steps without pause until it is killed, and writes into all rows which step they are for. Now and then a
/// controller fails by its order, and all are reset.
enum Stepper {
  static func run() throws {
    let client = try ControlClusterClient.fromEnvironment()
    let numbers = try client.columns("stimulus", "numbers", as: Double.self)
    let order = try client.columns("robot_state", "order", as: Int32.self)
    // Which step the first one is, it does not know yet.
    var step: UInt32 = 0
    var hasFailed = false
    while true {
      let failing = step % 50 == 7 ? Int(step / 50) % numbers.rows : -1
      for slot in 0..<numbers.rows {
        order[slot, 0] = slot == failing ? 1 : 6
        numbers.withMutableRow(slot) { row in
          for index in row.indices { row[index] = NumberedRow.number(step, slot: slot, index) }
        }
      }
      let report = try hasFailed ? client.reset() : client.solve()
      if step == 0 { EmbeddingServer.say("stepping") }
      step = report.generation &+ 1
      hasFailed = report.failed > 0
    }
  }
}

/// A tool that writes the `goal` row of controller 0 without end.
enum GoalWriter {
  static func run() throws {
    let segment = try Segment.attach(to: System.environment("CCLUSTER_SEGMENT") ?? "", as: .tool)
    let row = try segment.row("goal", of: 0)
    var round = UInt64(getpid())
    while true {
      try ChecksummedRow.fill(row, round)
      try row.write()
      if round == UInt64(getpid()) { EmbeddingServer.say("writing") }
      round += 1
    }
  }
}

/// Counts what 1000 steps allocate, on the client's side and on the workers', and what of that they do not free.
enum AllocationCount {
  static func run() throws {
    guard ccluster_test_counts_allocations() != 0 else { throw ClusterError.failed("this build does not count them") }
    let server = try EmbeddingServer.make()
    try server.start()
    defer { server.stop() }
    let client = try ControlClusterClient(attachingTo: server.segmentName)
    let allocated = try client.columns("rhc_commands", "allocated", as: Int64.self)
    let kept = try client.columns("rhc_commands", "kept", as: Int64.self)
    let slots = client.cluster.controllers.count
    for _ in 0..<20 { try client.solve() }
    var allocatedByWorkers: Int64 = 0
    var keptByWorkers: Int64 = 0
    let before = (ccluster_test_allocations(), ccluster_test_frees())
    for _ in 0..<1000 {
      guard try client.solve().solved == slots else { throw ClusterError.failed("not all solved") }
      for slot in 0..<slots {
        allocatedByWorkers += allocated[slot, 0]
        keptByWorkers += kept[slot, 0]
      }
    }
    let allocatedByClient = ccluster_test_allocations() - before.0
    let keptByClient = allocatedByClient - (ccluster_test_frees() - before.1)
    // What stood before may be freed meanwhile, so that less is kept than nothing.
    // Without the optimiser the standard library's own iterators live on the heap.
    #if DEBUG
      EmbeddingServer.say("kept: client \(max(keptByClient, 0)), workers \(max(keptByWorkers, 0))")
    #else
      EmbeddingServer.say("allocated: client \(allocatedByClient), workers \(allocatedByWorkers)")
    #endif
  }
}
