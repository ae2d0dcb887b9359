extension Explanation {
  static let unknownJoint = Explanation(
    """
    Limits, homing, controllers.joints and the parameters of the built-in simulator go by the names in robot.joints, and this \
    is none of them.
    """,
    broken: "robot: {homing: {elbwo: 0.5}}", cured: "robot: {homing: {elbow: 0.5}}")

  static let limitOrder = Explanation(
    """
    Position limits are [lower, upper]. With the lower one above the other no position would be allowed.
    """,
    broken: "robot: {limits: {elbow: {position: [2, -2]}}}", cured: "robot: {limits: {elbow: {position: [-2, 2]}}}")

  static let homingOutsideLimits = Explanation(
    """
    Command rows hold the homing before the first solve, after a reset and after failures, so it must be a position that the \
    joint may have. Joints without one are at 0.
    """,
    broken: "robot: {limits: {elbow: {position: [0.2, 2]}}}",
    cured: """
      robot:
        limits: {elbow: {position: [0.2, 2]}}
        homing: {elbow: 0.5}
      """)

  static let timestepNotMultiple = Explanation(
    """
    Controllers are asked every cluster_dt, and the simulator moves on by simulation_dt: only at a whole number of its steps \
    can it hand over a state. Decimals such as 0.002 are compared with the tolerance that binary numbers need. The note \
    gives the nearest value that fits.
    """,
    broken: "timing: {simulation_dt: 0.003, cluster_dt: 0.02}",
    cured: "timing: {simulation_dt: 0.003, cluster_dt: 0.021}")

  static let horizonTooShort = Explanation(
    """
    A controller plans (nodes - 1) * dt seconds ahead, and is asked again after cluster_dt. A shorter plan would end before \
    the next one is there.
    """,
    broken: "horizon: {nodes: 2, dt: 0.01}", cured: "horizon: {nodes: 21, dt: 0.01}")

  static let priority = Explanation(
    """
    The kernel's own rule: fifo and rr are real-time policies and have a priority from 1 to 99, other and batch have none \
    (nice is theirs).
    """,
    broken: "controllers: {scheduling: {policy: batch, priority: 20}}",
    cured: "controllers: {scheduling: {policy: batch}}")

  static let unknownProcess = Explanation(
    """
    'after' names who must be ready before: processes of 'processes', or 'server', 'controllers' and 'simulator'. This is none \
    of them.
    """,
    broken: """
      processes: {loader: {command: [echo, loaded], ready: exited}}
      controllers: {after: [laoder]}
      """,
    cured: """
      processes: {loader: {command: [echo, loaded], ready: exited}}
      controllers: {after: [loader]}
      """)

  static let processCycle = Explanation(
    """
    Each waits until those that it names in 'after' are ready, and in a circle nobody would ever start. The simulator waits for \
    the controllers, and everyone for the server, without saying so.
    """,
    broken: """
      processes: {policy: {command: [sleep, infinity], after: [simulator]}}
      controllers: {after: [policy]}
      """,
    cured: """
      processes: {policy: {command: [sleep, infinity]}}
      controllers: {after: [policy]}
      """)

  static let unknownBuffer = Explanation(
    """
    'record.buffers' names buffers of this config, and this is none of them, or one that is not enabled. Without the key all are \
    recorded.
    """,
    broken: """
      buffers: {command: {writer: controller, fields: {position: [joints]}}}
      record: {buffers: [comand]}
      """,
    cured: """
      buffers: {command: {writer: controller, fields: {position: [joints]}}}
      record: {buffers: [command]}
      """)

  static let recordingRate = Explanation(
    """
    'every' chooses steps by their number, 'hz' by the clock: which steps are recorded can be said by one of them.
    """,
    broken: "record: {every: 10, hz: 50}", cured: "record: {hz: 50}")

  static let noOwner = Explanation(
    """
    In a step each row has exactly one process that may write it. All controllers together cannot write a single row, and a \
    server or tool takes no part in steps, so that its buffers are 'sync: latest'.
    """,
    broken: "buffers: {plan: {writer: controller, per: cluster, fields: {cost: []}}}",
    cured: "buffers: {plan: {writer: controller, per: controller, fields: {cost: []}}}")

  static let align = Explanation(
    """
    Rows start on multiples of 'align' bytes: a power of two, at least the size of the buffer's widest dtype and at most a \
    page (4096). 64 is a cache line, so that rows of two writers share none; 4 packs f32 rows into one dense matrix.
    """,
    broken: "buffers: {state: {align: 48}}", cured: "buffers: {state: {align: 64}}")

  static let quaternion = Explanation(
    """
    'convention' declares the order of a quaternion's four elements, wxyz or xyzw, so that programs can convert instead of \
    guessing. The last axis of the field must hold these four.
    """,
    broken: "buffers: {state: {fields: {orientation: {shape: [3], convention: wxyz}}}}",
    cured: "buffers: {state: {fields: {orientation: {shape: [4], convention: wxyz}}}}")

  static let columns = Explanation(
    """
    'columns' names what stands along one axis of a field: joints, contacts, or a list of your own. Some axis must have as \
    many elements as there are names.
    """,
    broken: "buffers: {state: {fields: {velocity: {shape: [2], columns: joints}}}}",
    cured: "buffers: {state: {fields: {velocity: {shape: [joints], columns: joints}}}}")

  static let initial = Explanation(
    """
    'initial' is what a row holds before the first solve and after a reset: one number for all elements, a list with one for \
    each (row-major), or homing, which needs an axis that spans the joints. The numbers must fit the dtype.
    """,
    broken: "buffers: {state: {fields: {gains: {shape: [joints], initial: [0.5, 0.1]}}}}",
    cured: "buffers: {state: {fields: {gains: {shape: [joints], initial: [0.5, 0.1, 0.1]}}}}")

  static let noBuffers = Explanation(
    """
    Processes exchange everything through buffers, and this cluster has none. Most configs take over the standard ones with \
    'extends: presets/rhc.yaml'.
    """,
    broken: "buffers: {state: null}",
    cured: """
      buffers:
        state: null
        command: {writer: controller, fields: {position: [joints]}}
      """)

  static let unit = Explanation(
    """
    Nothing computes with the units of fields; people and their programs read them, so a misspelled one misleads. A unit is a \
    product of known ones with whole powers: rad/s, N*m, kg*m^2.
    """,
    broken: "buffers: {state: {fields: {velocity: {shape: [joints], unit: radians/s}}}}",
    cured: "buffers: {state: {fields: {velocity: {shape: [joints], unit: rad/s}}}}")

  static let noWriter = Explanation(
    """
    The server conducts the steps and writes none of the config's buffers: this one would hold its initial values for ever. \
    Name who writes it: simulator, controller, or tool for a program beside the run.
    """,
    broken: "buffers: {goal: {writer: server, sync: latest, fields: {position: [3]}}}",
    cured: "buffers: {goal: {writer: tool, sync: latest, fields: {position: [3]}}}")

  static let stubBuffer = Explanation(
    """
    The built-in simulator 'stub' hands over robot_state, rhc_references and rhc_commands in the steps of the cluster, where \
    a 'sync: latest' row has no turn. Leave these buffers to 'sync: step', or run a simulator of your own.
    """,
    broken: """
      buffers:
        robot_state: {writer: simulator, sync: latest, fields: {joint_position: [joints]}}
      """,
    cured: """
      buffers:
        robot_state: {writer: simulator, sync: step, fields: {joint_position: [joints]}}
      """)
}
