import ControlCluster

/// What is measured of the runtime, and beside what.
struct Bench {
  let effort: Effort
  let python: PythonPrograms

  /// In the order of the report.
  var sections: [Section] {
    [step, hosting, rows, copies, registration, memory, clients, peers, ConfigFigures(effort: effort).section]
  }

  private var step: Section {
    Section(
      key: .step, title: "Empty step, a process for each controller", reference: "plain C",
      method: """
        `solve()` of controllers that compute nothing, beside one futex broadcast in C that as many processes answer by \
        counting down; the client spins 50 µs and then sleeps in both, ours at once when its last step took 100 µs or more.
        """,
      figures: effort.workers.map { workers in
        {
          try Figure("workers_\(workers)", Quantity.count(workers, "worker"), atMost: 1.15) {
            let ours = try BenchClient(BenchCluster(controllers: workers, workers: workers))
            let plain = try PlainRounds.start(workers: workers)
            return try effort.compare(ours.steps, plain.steps)
          }
        }
      })
  }

  private var hosting: Section {
    let few = {
      try Figure("4096_in_2_over_2_in_2", "4096 in 2 workers, beside 2 in 2 of our own", atMost: 10) {
        let many = try BenchClient(BenchCluster(controllers: 4096, workers: 2))
        let few = try BenchClient(BenchCluster(controllers: 2, workers: 2))
        return try effort.compare(many.steps, few.steps)
      }
    }
    return Section(
      key: .hosting, title: "Empty step, many controllers in a process", reference: "plain C",
      method: """
        `per_process` controllers in each worker, beside a broadcast in C whose processes each mark as many words, one behind \
        the other, and count down once; the client reads every word.
        """,
      figures: effort.hosting.map { controllers, workers in
        {
          try Figure("\(controllers)_in_\(workers)", "\(controllers) in \(Quantity.count(workers, "worker"))") {
            let ours = try BenchClient(BenchCluster(controllers: controllers, workers: workers))
            let plain = try PlainRounds.start(workers: workers, words: controllers / workers)
            return try effort.compare(ours.steps, plain.steps)
          }
        }
      } + [few])
  }

  private var rows: Section {
    Section(
      key: .rows, title: "Step with rows", reference: "plain C",
      method: """
        The buffers of `configs/robots/*/cluster.yaml`: within its time the client writes every field of every state as a dense \
        matrix, each controller reads its state and writes its command as arrays of `Double`, and the client reads all commands. \
        Beside the round in C whose client and processes each `memcpy` those rows whole.
        """,
      figures: RobotConfig.allCases.flatMap { robot in
        effort.rowWorkers.map { workers in
          {
            try Figure("\(robot)_\(workers)", "\(robot), \(Quantity.count(workers, "worker"))") {
              let cluster = try robot.cluster(controllers: workers)
              let plain = try PlainRounds.start(
                workers: workers, stateBytes: cluster.rowSize("robot_state"),
                commandBytes: cluster.rowSize("rhc_commands"))
              return try effort.compare(BenchClient(cluster, movingRows: true).steps, plain.steps)
            }
          }
        }
      })
  }

  private var copies: Section {
    Section(
      key: .copies, title: "64 states written and 64 commands read", reference: "memcpy",
      method: "The copies alone, without a step, in one process; a time is the mean of 100.",
      figures: [
        {
          try Figure("rows", "memcpy of the same rows", atMost: 1 / 0.9) {
            .comparison(try RowCopies().besideCopiesOfRows(effort))
          }
        },
        {
          try Figure("at_once", "one memcpy of the bytes", atMost: 1 / 0.9) {
            .comparison(try RowCopies().besideOneCopy(effort))
          }
        },
      ])
  }

  private var registration: Section {
    Section(
      key: .registration, title: "From nothing to 64 registered controllers", reference: "plain C",
      method: """
        Memory made, 64 processes spawned, all registered; beside 64 processes in C that `posix_spawn` starts, and that map an \
        object of the same size and count up.
        """,
      figures: [
        {
          try Figure("workers_64", "64 workers", atMost: 2.5) {
            let size = BenchCluster.blueprint(name: "size", controllers: 64, workers: 64).layout.size
            return .comparison(
              try Comparison.measure(
                turns: effort.starts,
                { [UInt64(try BenchCluster(controllers: 64, workers: 64).startTime * 1e9)] },
                { try PlainRounds.registration(workers: 64, size: size) }))
          }
        }
      ])
  }

  private var memory: Section {
    Section(
      key: .memory, title: "Private memory of a worker", reference: "",
      method: "What the kernel counts as private of an empty controller's process, the median of 16, after 100 steps.",
      figures: [
        {
          try Figure("private", "an empty controller's process", atMost: 1024) {
            let cluster = try BenchCluster(controllers: 16, workers: 16)
            _ = try BenchClient(cluster).steps(100)
            let memory = cluster.privateMemory()
            return .number(Double(memory[memory.count / 2]), unit: "KiB")
          }
        }
      ])
  }
}
