import BuiltInPrograms
import CLinux
import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

// How each process of a run is started.
extension Launcher {
  func start(_ name: String) {
    guard let index = plan.topology.processes.firstIndex(where: { $0.name == name }) else { return }
    let process = plan.topology.processes[index]
    do {
      switch process.role {
      case .server: try startServer(process, cores: placement.cores[index])
      case .controller, .simulator, .extra: try startMember(process, cores: placement.cores[index])
      }
    } catch {
      handle(.startFailed(name, "\(error)"))
    }
  }

  private func startServer(_ process: PlannedProcess, cores: [Int]) throws(ClusterError) {
    // Before there is memory: killed together a moment later, launcher and server would leave it behind.
    startKeeper()
    let image = try imageDescriptor()
    defer { close(image) }
    let (mine, theirs) = try ServerLink.pair()
    defer { close(theirs.descriptor) }
    link = mine
    var request = SpawnRequest([options.programs.server])
    request.environment = process.environment.map { ($0.name, $0.value) } + [("CCLUSTER_SEGMENT", segmentName)]
    schedule(&request, process, cores)
    request.descriptors = [
      (image, LaunchedServer.imageDescriptor), (theirs.descriptor, LaunchedServer.linkDescriptor),
      (lifeline.writeEnd, LaunchedServer.lifelineDescriptor),
    ]
    let child = try spawn(&request, named: process.name)
    children[process.name] = child
    tell(.started(process: process.name, pid: child.pid))
  }

  /// The blueprint travels as the very bytes that the memory begins with.
  private func imageDescriptor() throws(ClusterError) -> Int32 {
    let descriptor = try System.check("memfd_create", linux_memfd("ccluster-image"))
    do throws(ClusterError) { try System.writeAll(descriptor, plan.blueprint.encode()) } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private func startMember(_ process: PlannedProcess, cores: [Int]) throws(ClusterError) {
    let readEnd = try lifeline.openReadEnd()
    defer { close(readEnd) }
    var request = process.isHosts ? try hostsRequest(process) : memberRequest(process)
    let ends = request.descriptors
    defer { for (end, _) in ends { close(end) } }
    if process.extra?.ready == .registered {
      let socket = try ReadinessSocket(for: process.name)
      readiness.append(socket)
      request.environment.append((ReadinessSocket.environmentName, socket.address))
    }
    request.descriptors.append((readEnd, 3))
    // Not the server's: it raises its own, which this would undo if it came later.
    request.descriptorLimit = descriptorLimit
    schedule(&request, process, cores)
    let child = try spawn(&request, named: process.name)
    children[process.name] = child
    try Lifeline.tie(readEnd, to: child.pid)
    // Fails only when the server is gone, which the link will say.
    try? link?.send(.child, number: child.pid, descriptor: child.pidfd)
    tell(.started(process: process.name, pid: child.pid))
  }

  private func memberRequest(_ process: PlannedProcess) -> SpawnRequest {
    var request = SpawnRequest(options.programs.arguments(of: process) + recordingArguments(of: process))
    if case .command(_, let environment, let directory) = process.program {
      request.directory = directory
      request.environment = environment.map { ($0.name, $0.value) }
    }
    // Lines as they come, not when a buffer is full.
    if System.environment("PYTHONUNBUFFERED") == nil { request.environment.append(("PYTHONUNBUFFERED", "1")) }
    request.environment += process.environment.map { ($0.name, $0.value) }
    request.environment += [("CCLUSTER_SEGMENT", segmentName), (Lifeline.environmentName, "3")]
    if process.role == .controller { request.environment += seat(of: process) }
    return request
  }

  func seat(of process: PlannedProcess) -> [(name: String, value: String)] {
    [("CCLUSTER_FIRST_SLOT", "\(process.slots.lowerBound)"), ("CCLUSTER_SLOT_COUNT", "\(process.slots.count)")]
  }

  /// What the recorder is asked for; nothing for others.
  private func recordingArguments(of process: PlannedProcess) -> [String] {
    guard let record = plan.config.record, process.name == ClusterConfig.Recording.processName else { return [] }
    let directory = options.recorder?.directory.path
    var output = record.output
    // Started again by hand it does not write over what there is.
    if let starts = supervisor.starts(of: process.name), starts > 1 {
      let stem = output.hasSuffix(".mcap") ? String(output.dropLast(5)) : output
      output = "\(stem).\(starts).mcap"
    }
    if !output.hasPrefix("/"), let directory { output = "\(directory)/\(output)" }
    var recording = RecordingOptions(cluster: SegmentName.namespace(of: segmentName), output: output)
    recording.buffers = record.buffers
    recording.rate = record.rate
    recording.robots = record.robots
    recording.runDirectory = directory ?? ""
    recording.isLaunched = true
    return recording.arguments
  }

  private func schedule(_ request: inout SpawnRequest, _ process: PlannedProcess, _ cores: [Int]) {
    request.cores = cores
    guard let scheduling = process.scheduling else { return }
    request.nice = scheduling.nice
    request.schedulingPolicy = scheduling.policy.kernelValue
    request.schedulingPriority = Int32(scheduling.priority)
  }

  /// Starts a process whose output comes back here, line by line.
  private func spawn(_ request: inout SpawnRequest, named name: String) throws(ClusterError) -> Child {
    var ends: [Int32] = []
    for (stream, target) in [(LaunchEvent.Stream.standardOutput, STDOUT_FILENO), (.standardError, STDERR_FILENO)] {
      var pipe: [Int32] = [-1, -1]
      try System.check("pipe", linux_pipe(&pipe))
      outputs.append(ChildOutput(process: name, stream: stream, descriptor: pipe[0]))
      ends.append(pipe[1])
      request.descriptors.append((pipe[1], target))
    }
    defer { for end in ends { close(end) } }
    return try Spawn.start(request)
  }

  /// What processes have said of themselves since the last look.
  func readReadiness() {
    let ready = readiness.filter { $0.readsReady() }.map(\.process)
    readiness.removeAll { ready.contains($0.process) }
    for name in ready { handle(.ready(name)) }
  }

  func startKeeper() {
    keeper = try? Keeper.start(for: segmentName, executable: options.programs.server, lifeline: lifeline)
  }
}

extension ClusterConfig.Scheduling.Policy {
  fileprivate var kernelValue: Int32 {
    switch self {
    case .other: SCHED_OTHER
    case .batch: 3
    case .fifo: SCHED_FIFO
    case .rr: SCHED_RR
    }
  }
}
