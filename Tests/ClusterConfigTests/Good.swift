import ClusterConfig

/// Configs that are valid.
enum Good {
  static let smallest = """
    name: demo
    robot: {joints: [hip, thigh, calf]}
    controllers: {count: 2}
    """

  /// Every key of the schema, away from its default where there is one.
  static let everything = """
    ccluster: 1
    name: go2-left.1
    robot:
      name: go2
      version: 1.0
      base: fixed
      joints: [FL_hip_joint, FL_thigh_joint, "3", no]
      contacts: &feet [FL_foot, FR_foot, RL_foot]
      mass: 15
      urdf: models/go2.urdf
      srdf: /opt/robots/go2.srdf
      limits:
        FL_hip_joint: {position: [-1.05, 1.05], velocity: 30.1, effort: 23.7}
        FL_thigh_joint: {position: [0.5, ~]}
        "3": {effort: 1e-3}
      homing: {FL_thigh_joint: 0.9, no: -0x10}
      parameters: {colour: "grey: light", id: 0x1F, list: [1, 2.0, true, ~, {deep: [a]}], empty: {}}
    timing: {simulation_dt: 0.002, cluster_dt: 0.02}
    horizon: {nodes: 20, dt: 0.05}
    controllers:
      count: 16
      per_process: 4
      program: {command: [./my-mpc, --fast, ""], environment: {OMP_NUM_THREADS: 2, ON: no, "QUOTED TEXT": "a\\tb"}, directory: run}
      threads: 2
      placement: {cores: [2, 3, 4-7], policy: pin}
      scheduling: {policy: fifo, priority: 20, nice: -5}
      restart: {policy: always, limit: 0, window: 2min, backoff: 1.5s}
      liveness: {timeout: 30s, action: restart}
      after: [loader, server]
      joints: [no, FL_hip_joint]
      parameters: {weights: {q: 1.0, v: 0.1}}
      activate: false
      on_failure: homing
      startup_timeout: 100ms
      solve_timeout: 1h
    simulator: {command: sim, steps: 0, realtime: true, parameters: {gravity: -9.81}, after: loader}
    server: {}
    processes:
      loader:
        command: [./load.sh, --all]
        environment: {CACHE: /tmp}
        directory: run
        ready: exited
        on: all
        startup_timeout: 5min
        required: false
        restart: {policy: on-failure, limit: 2, window: 1min, backoff: 1s}
        placement: {cores: [1], policy: pin}
        scheduling: {policy: batch, nice: 5}
      Logger_2-b: {command: [log], after: [loader, simulator, controllers], ready: registered, on: all}
    archive: [src, ../models]
    logs: {size: 64 KiB, keep: 0}
    runs: {keep: 7, age: 48h}
    record: {buffers: policy, hz: 12.5, ros2: [1], output: /tmp/run.mcap, placement: {cores: [1]}, scheduling: {policy: rr, priority: 3}}
    hosts:
      list: [head, {name: node-7.lab, slots: 8, weight: 1.5}, "10.0.0.3:4"]
      lost: continue
      timeout: 4s
      latest_rate: 12.5
      mpirun: [--mca, btl, "tcp,self"]
    dimensions: {aux: 2 * joints + task, task: 6}
    buffers:
      robot_state:
        writer: simulator
        fields:
          root_orientation: {shape: [4], convention: wxyz, frame: world, initial: [1, 0, 0, 0]}
          joint_position: {shape: [joints], unit: rad, columns: joints, initial: homing, dtype: f64}
          contact_force: {shape: [contacts, 3], columns: contacts}
          flags: {shape: [(aux - task) / 2], dtype: bool, initial: true}
          empty: [joints - 4, nodes]
          label: {shape: [32], dtype: char}
      policy:
        writer: tool
        per: cluster
        sync: latest
        align: 4
        fields: {gains: {shape: [2], columns: [kp, kd], initial: [0.5, 1e-5]}}
      off: {enabled: false, writer: controller, fields: {x: []}}
    """

  /// Loads a config from memory, by way of a file.
  static func load(_ text: String, overrides: [String] = []) throws -> ResolvedConfig {
    try Files.withTemporaryDirectory { directory in
      Files.write(text.utf8, to: directory + "/cluster.yaml")
      return try ClusterConfig.load(path: directory + "/cluster.yaml", overrides: overrides)
    }
  }

  /// The config's problems; empty when it has none.
  static func problems(_ text: String, overrides: [String] = []) -> [Diagnostic] {
    do {
      return try load(text, overrides: overrides).warnings
    } catch let error as ConfigError {
      return error.diagnostics
    } catch {
      preconditionFailure("load throws nothing else")
    }
  }
}
