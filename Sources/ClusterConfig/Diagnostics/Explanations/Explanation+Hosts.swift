extension Explanation {
  static let hostList = Explanation(
    """
    'hosts' says which machines there are in one of three ways: a list, a hostfile, or those of the Slurm allocation. Two of \
    them would contradict each other, and none is no answer. A list has names, with slots behind a colon or without: \
    [a, b:32]. --hosts takes the place of all three.
    """,
    broken: .init("hosts: {list: [a, b], hostfile: hosts.txt}", others: ["hosts.txt": "a\nb"]),
    cured: "hosts: {list: [a, b]}")

  static let hostfile = Explanation(
    """
    A hostfile is read as Open MPI reads it: a host a line, then slots=N for its cores and max_slots=N, which changes nothing \
    here, and comments behind '#'. Anything else would be another program's, and is refused.
    """,
    broken: .init("hosts: {hostfile: hosts.txt}", others: ["hosts.txt": "a slots=2\nb weight=3"]),
    cured: .init("hosts: {hostfile: hosts.txt}", others: ["hosts.txt": "a slots=2  # the head\nb slots=3"]))

  static let slurmAllocation = Explanation(
    """
    'hosts: slurm' takes the nodes of the job that it runs in from SLURM_JOB_NODELIST, and their cores from \
    SLURM_JOB_CPUS_PER_NODE. Outside of a job neither is set: run it inside of 'salloc --nodes 3', 'srun' or a job script, or \
    name the hosts.
    """,
    broken: "hosts: slurm",
    cured: .init(
      "hosts: slurm",
      environment: [
        "SLURM_JOB_NODELIST": "node[07-08]", "SLURM_JOB_CPUS_PER_NODE": "4(x2)", "SLURMD_NODENAME": "node07",
      ]))

  static let hostShares = Explanation(
    """
    Controllers are shared out in order: by 'controllers', which all hosts say and which are 'controllers.count' together, or by \
    'weight', which is a host's 'slots' by default. A host for none is left out; only the first one may have none, as the \
    simulator is there.
    """,
    broken: "hosts: [{name: a, controllers: 1}, {name: b, controllers: 2}]",
    cured: "hosts: [{name: a, controllers: 1}, {name: b, controllers: 1}]")

  static let idleHost = Explanation(
    """
    There are fewer controllers than hosts, or the weight of one is so small that none is left for it. It has no part in the \
    run: nothing is started there. It is a warning, as the same hosts may serve larger runs.
    """,
    broken: "hosts: [a, b, c]",
    cured: .init("hosts: [a, b, c]", overrides: ["controllers.count=3"]))

  static let processPlace = Explanation(
    """
    A process with 'on: all' runs on every host, and what it waits for must be there, too. A process without runs at the head \
    only, where launch was called. Let both run on all hosts, or both at the head.
    """,
    broken: """
      hosts: [a, b]
      processes:
        cache: {command: [/bin/true], ready: exited}
        monitor: {command: [/bin/true], on: all, after: cache}
      """,
    cured: """
      hosts: [a, b]
      processes:
        cache: {command: [/bin/true], ready: exited, on: all}
        monitor: {command: [/bin/true], on: all, after: cache}
      """)
}
