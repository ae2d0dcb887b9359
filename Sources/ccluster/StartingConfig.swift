import ClusterConfig

/// What `ccluster init` writes: a config that runs as it is, with a comment on each section.
struct StartingConfig {
  let text: String

  /// - Parameter directory: where it will be, absolute and without links; what it extends is named relative to it when both are
  ///   in one project. `nil`: by absolute paths, for nobody knows where it will be.
  init(_ robot: Robots.Robot, relativeTo directory: String?) {
    let config = Self.resolved(robot)
    let joint = config?.robot.joints.first
    let homing = zip(config?.robot.joints ?? [], config?.robot.homing ?? []).first { $0.1 != 0 }
    let pose =
      (homing ?? joint.map { ($0, 0) }).map { ConfigValue.mapping([.init(key: $0.0, value: .number($0.1))]).yaml }
      ?? "{}"
    let extended = robot.extended.map { ConfigValue.string(Self.path(of: $0, in: robot, from: directory)).yaml }
    let timing = config?.timing
    let horizon = config?.horizon
    text = """
      # A cluster of \(robot.name). 'ccluster validate' checks this file, 'ccluster config --origin' shows every value and where
      # it comes from, 'ccluster launch' runs it. What is not written here is as the extended files have it.

      # The version of the config language.
      ccluster: 1

      # The cluster's name, which its shared memory is found by: one running cluster a name.
      name: \(ConfigValue.string(robot.name).yaml)

      # Files that this one builds on, merged in this order: mappings merge, lists and scalars replace, null removes.
      extends: [\(extended.joined(separator: ", "))]

      # What differs from the robot as it is described there: mass, limits, homing, ...
      robot:
        homing: \(pose)

      # s: how often the simulator and the controllers step; the second is a whole multiple of the first.
      timing: {simulation_dt: \(timing?.simulationDt ?? 0.002), cluster_dt: \
      \(timing?.clusterDt ?? 0.02)}

      # What controllers look ahead: (nodes - 1) * dt seconds.
      horizon: {nodes: \(horizon?.nodes ?? 31), dt: \(horizon?.dt ?? 0.04)}

      # How many, how many of them in one process, and what they run: your own is {command: [./my-controller]}.
      controllers:
        count: \(config?.controllers.count ?? 4)
        per_process: \(config?.controllers.perProcess ?? 1)
        program: reference

      # What drives the robots: the stub here, your own as {command: [python3, train.py]}, or external to start it by hand.
      simulator:
        program: stub
        steps: \(config?.simulator.steps ?? 1000)

      # Numbers of your own to use in shapes, beside joints, contacts, nodes and controllers: task: 6, or "2 * joints".
      dimensions: {}

      # Tables in the shared memory, beside those of the extended files: terrain: {writer: simulator, fields: {height: [9]}}.
      buffers: {}

      """
  }

  /// `nil` for a robot without a cluster of its own, or with one that has problems: those are told by `validate`.
  private static func resolved(_ robot: Robots.Robot) -> ClusterConfig? {
    guard let file = robot.extended.last else { return nil }
    return try? ClusterConfig.load(path: file).config
  }

  private static func path(of file: String, in robot: Robots.Robot, from directory: String?) -> String {
    // The project that holds the folder of configs.
    let project = robot.configs.split(separator: "/").dropLast()
    guard let here = directory?.split(separator: "/"), !project.isEmpty, here.starts(with: project) else { return file }
    let target = file.split(separator: "/")
    let shared = zip(here, target).prefix { $0 == $1 }.count
    return ([Substring](repeating: "..", count: here.count - shared) + target[shared...]).joined(separator: "/")
  }
}
