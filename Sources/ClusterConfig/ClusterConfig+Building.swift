import BuiltInPrograms

extension ClusterConfig {
  /// The model of a spec that no problem has been reported for; `nil` otherwise.
  init?(_ spec: ClusterSpec, _ table: DimensionTable) {
    guard let name = spec.name?.value, let robot = Robot(spec.robot, clusterName: name),
      let timing = Timing(spec.timing), let nodes = spec.horizon.nodes?.value, let dt = spec.horizon.dt?.value,
      let controllers = Controllers(spec.controllers, robot), let ofSimulator = Scheduling(spec.simulatorScheduling),
      let ofServer = Scheduling(spec.serverScheduling)
    else { return nil }
    var simulator = spec.simulator
    simulator.scheduling = ofSimulator
    simulator.after = spec.simulatorAfter.map(\.value)
    let awaited = Set(spec.waits.flatMap(\.others))
    var processes: [ExtraProcess] = []
    for process in spec.processes {
      guard let built = ExtraProcess(process, isAwaited: awaited.contains(process.name.value)) else { return nil }
      processes.append(built)
    }
    var buffers: [Buffer] = []
    for buffer in spec.buffers where buffer.isEnabled {
      guard let built = Buffer(buffer, robot) else { return nil }
      buffers.append(built)
    }
    self.init(
      name: name, robot: robot, timing: timing, horizon: .init(nodes: nodes, dt: dt),
      controllers: controllers, simulator: simulator,
      server: .init(placement: spec.serverPlacement, scheduling: ofServer), processes: processes,
      dimensions: table.names.compactMap { name in table[name].map { Dimension(name: name, value: $0) } },
      buffers: buffers, archive: spec.archive, logs: spec.logs, runs: spec.runs)
    if let spec = spec.record {
      guard let record = Recording(spec) else { return nil }
      self.record = record
    }
    if let spec = spec.hosts {
      guard let hosts = Hosts(spec) else { return nil }
      self.hosts = hosts
    }
  }
}

extension ClusterConfig.Robot {
  fileprivate init?(_ spec: RobotSpec?, clusterName: String) {
    guard let spec, let joints = spec.joints?.map(\.value), let contacts = spec.contacts?.map(\.value) else {
      return nil
    }
    let limits = Dictionary(spec.limits.map { ($0.joint.value, $0.limits) }, uniquingKeysWith: { first, _ in first })
    let homing = Dictionary(
      spec.homing.map { ($0.joint.value, $0.position.value) }, uniquingKeysWith: { first, _ in first })
    self.init(
      name: spec.name ?? clusterName, version: spec.version, base: spec.base, joints: joints, contacts: contacts,
      mass: spec.mass, urdf: spec.urdf, srdf: spec.srdf, limits: joints.map { limits[$0] ?? .init() },
      homing: joints.map { homing[$0] ?? 0 }, parameters: spec.parameters)
  }
}

extension ClusterConfig.Timing {
  fileprivate init?(_ spec: TimingSpec) {
    guard let simulationDt = spec.simulationDt?.value, let clusterDt = spec.clusterDt?.value,
      let steps = Rules.steps(simulationDt: simulationDt, clusterDt: clusterDt)
    else { return nil }
    self.init(simulationDt: simulationDt, clusterDt: clusterDt, stepsPerCluster: steps)
  }
}

extension ClusterConfig.Controllers {
  fileprivate init?(_ spec: ControllersSpec, _ robot: ClusterConfig.Robot) {
    guard let count = spec.count, let scheduling = ClusterConfig.Scheduling(spec.scheduling) else { return nil }
    self.init(
      count: count, perProcess: spec.perProcess, program: spec.program, threads: spec.threads,
      placement: spec.placement, scheduling: scheduling,
      restart: spec.restart, liveness: spec.liveness, after: spec.after.map(\.value),
      joints: spec.joints?.map(\.value) ?? robot.joints, parameters: spec.parameters, activate: spec.activate,
      onFailure: spec.onFailure, startupTimeout: spec.startupTimeout,
      solveTimeout: spec.solveTimeout)
  }
}

extension ClusterConfig.ExtraProcess {
  /// - Parameter isAwaited: whether another one waits for it.
  fileprivate init?(_ spec: ProcessSpec, isAwaited: Bool) {
    guard let program = spec.program, let scheduling = ClusterConfig.Scheduling(spec.scheduling) else { return nil }
    self.init(
      name: spec.name.value, program: program, after: spec.after.map(\.value), ready: spec.ready,
      startupTimeout: spec.startupTimeout, required: spec.required ?? isAwaited, restart: spec.restart,
      placement: spec.placement, scheduling: scheduling, on: spec.on)
  }
}

extension ClusterConfig.Recording {
  fileprivate init?(_ spec: RecordSpec) {
    guard let scheduling = ClusterConfig.Scheduling(spec.scheduling) else { return nil }
    self.init(
      buffers: spec.buffers.map(\.value), rate: spec.hz.map { .frequency($0.value) } ?? .every(spec.every?.value ?? 1),
      robots: spec.robots?.robots ?? .list(spec.robotList.map(\.value)), output: spec.output,
      placement: spec.placement, scheduling: scheduling)
  }
}

extension ClusterConfig.Scheduling {
  /// - Parameter spec: `nil` when there is none, which is the default.
  fileprivate init?(_ spec: SchedulingSpec?) {
    guard let spec else {
      self.init()
      return
    }
    guard let policy = spec.policy?.value, let priority = spec.priority?.value else { return nil }
    self.init(policy: policy, priority: priority, nice: spec.nice)
  }
}

extension ClusterConfig.Buffer {
  fileprivate init?(_ spec: BufferSpec, _ robot: ClusterConfig.Robot) {
    guard let writer = spec.writer?.value, let per = spec.per?.value, let sync = spec.sync?.value,
      let align = spec.align?.value
    else { return nil }
    var fields: [ClusterConfig.Field] = []
    for field in spec.fields {
      guard let built = ClusterConfig.Field(field, robot) else { return nil }
      fields.append(built)
    }
    self.init(name: spec.name.value, writer: writer, per: per, sync: sync, align: align, fields: fields)
  }
}

extension ClusterConfig.Field {
  fileprivate init?(_ spec: FieldSpec, _ robot: ClusterConfig.Robot) {
    guard let dtype = spec.dtype, let extents = spec.extents, let convention = spec.convention?.value,
      let columns = spec.columns?.value, let initial = spec.initial?.value, let unit = spec.unit?.value
    else { return nil }
    let names: [String] =
      switch columns {
      case .names(let names): names.map(\.value)
      case .dimension(let list): list == "joints" ? robot.joints : robot.contacts
      }
    let start: Initial =
      switch initial {
      case .homing: .homing
      case .scalar(let number): .scalar(number)
      case .list(let numbers): .list(numbers.map(\.value))
      }
    let axis = names.isEmpty ? nil : spec.axis(of: names.count, called: columns.dimension)
    self.init(
      name: spec.name.value, dtype: dtype, shape: extents, unit: unit, convention: convention, frame: spec.frame,
      columns: names, columnsAxis: axis ?? 0, initial: start)
  }
}
