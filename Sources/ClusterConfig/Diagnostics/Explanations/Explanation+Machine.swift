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

  private static let small = Machine(cores: 4, sharedMemory: 16 << 20) { $0.hasPrefix("/bin/") }
  private static let large = Machine(cores: 8, sharedMemory: 8 << 30) { $0.hasPrefix("/bin/") }
}
