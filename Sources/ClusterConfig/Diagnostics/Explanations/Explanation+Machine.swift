extension Explanation {
  static let missingProgram = Explanation(
    """
    The executable of a 'command' is not on this machine, or may not be run. With a slash its path is relative to the file \
    that names it; without one it is looked up in PATH. It is a warning, as the config may be meant for another machine; to \
    launch it here would fail.
    """,
    broken: .init("controllers: {program: {command: [./my-mpc]}}", here: .init(machine: large, bytes: 1)),
    cured: .init("controllers: {program: {command: [/bin/sh, my-mpc.sh]}}", here: .init(machine: large, bytes: 1)))

  static let machineMemory = Explanation(
    """
    The cluster's shared memory is allocated whole at the start, and /dev/shm of this machine has not as much left. Free some, \
    make it larger, or make the buffers smaller. It is a warning, as the config may be meant for another machine.
    """,
    broken: .init("controllers: {count: 100000}", here: .init(machine: small, bytes: 32_001 << 10)),
    cured: .init("controllers: {count: 10000}", here: .init(machine: small, bytes: 3201 << 10)))

  static let machineCores = Explanation(
    """
    Controllers of one thread each take turns on the cores, which a step waits for. Threads that wait for one another in the \
    middle of a solve, and real-time processes, do worse than fewer of them when there are more than cores. It is a warning, \
    as the config may be meant for another machine.
    """,
    broken: .init("controllers: {count: 8, threads: 4}", here: .init(machine: large, bytes: 1)),
    cured: .init("controllers: {count: 8, threads: 1}", here: .init(machine: large, bytes: 1)))

  static let machinePlacement = Explanation(
    """
    The config names cores that this machine does not have or this process may not use, or pins more processes than there are \
    cores. It is a warning, as the config may be meant for another machine, and an error to launch here or to 'plan --here'.
    """,
    broken: .init(
      "controllers: {count: 4, placement: {cores: [4-7], policy: pin}}", here: .init(machine: small, bytes: 1)),
    cured: .init(
      "controllers: {count: 4, placement: {cores: [0-3], policy: pin}}", here: .init(machine: small, bytes: 1)))

  static let machineScheduling = Explanation(
    """
    Real-time policies, a niceness below 0 and locked memory need permission: limits of the user (RLIMIT_RTPRIO, RLIMIT_NICE, \
    RLIMIT_MEMLOCK), or root. Have the limits raised, or ask for less. It is a warning, as the config may be meant for \
    another machine, and an error to launch here or to 'plan --here'.
    """,
    broken: .init(
      "controllers: {scheduling: {policy: fifo, priority: 50}}", here: .init(machine: unprivileged, bytes: 1)),
    cured: .init("controllers: {scheduling: {policy: batch}}", here: .init(machine: unprivileged, bytes: 1)))

  private static let unprivileged = Machine(
    usable: [0, 1], sharedMemory: 1 << 30, permissions: .init(realTimePriority: 0, nice: 0, lockedMemory: 8 << 20)
  ) { $0.hasPrefix("/bin/") }
  private static let small = Machine(cores: 4, sharedMemory: 16 << 20) { $0.hasPrefix("/bin/") }
  private static let large = Machine(cores: 8, sharedMemory: 8 << 30) { $0.hasPrefix("/bin/") }
}
