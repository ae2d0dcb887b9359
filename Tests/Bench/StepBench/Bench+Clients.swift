import ControlCluster

/// Clients in other languages, and other ways to step processes from Python.
extension Bench {
  var clients: Section {
    Section(
      key: .clients, title: "Client and controllers in another language", reference: "Swift",
      method: """
        `solve()` as a C program calls it in a dynamic library, and Python through `ctypes`, each beside a Swift client of \
        a cluster alike. With no controllers, what is left is the call. Then a Swift client of controllers in Python that \
        compute nothing, beside as many in Swift.
        """,
      figures: [8, 0].flatMap { workers in
        let what = workers > 0 ? "\(workers) workers" : "no controllers"
        return [
          { try Figure("c_\(workers)", "C, \(what)") { try besideSwift(workers, CClient.start) } },
          { try Figure("python_\(workers)", "Python, \(what)") { try besideSwift(workers, python.client) } },
        ]
      }
        + [1, 8].map { workers in
          {
            try Figure("python_controllers_\(workers)", "Controllers in Python, \(Quantity.count(workers, "worker"))") {
              let foreign = try BenchClient(BenchCluster(controllers: workers, workers: workers, python.controller()))
              let swift = try BenchClient(BenchCluster(controllers: workers, workers: workers))
              return try effort.compare(foreign.steps, swift.steps)
            }
          }
        })
  }

  private func besideSwift(_ workers: Int, _ start: (_ segment: String) throws -> Tool) throws -> Figure.Finding {
    let cluster = try BenchCluster(controllers: max(workers, 1), workers: workers)
    let foreign = try start(cluster.server.segmentName)
    let swift = try BenchClient(
      BenchCluster(controllers: max(workers, 1), workers: workers), participants: workers)
    return try withExtendedLifetime(cluster) { try effort.compare(foreign.steps, swift.steps) }
  }

  var peers: Section {
    Section(
      key: .peers, title: "Beside what Python has", reference: "peer",
      method: """
        A step of the Go2 with rows, as above, beside a round of what PyPI has, with as many processes and as many float32 each \
        way: Gymnasium's `AsyncVectorEnv` with shared memory, `multiprocessing` with a pipe a worker, and two `posix_ipc` \
        semaphores a worker over one mapping. Their clients and workers are Python with NumPy, ours Swift.
        """,
      figures: effort.peerWorkers.flatMap { workers in
        PythonPrograms.Peer.allCases.map { peer in
          {
            try Figure("\(peer)_\(workers)", "\(peer.title), \(Quantity.count(workers, "worker"))") {
              let cluster = try RobotConfig.go2.cluster(controllers: workers)
              let theirs = try python.peer(
                peer, workers: workers, state: cluster.rowSize("robot_state") / MemoryLayout<Float>.size,
                command: cluster.rowSize("rhc_commands") / MemoryLayout<Float>.size)
              return try shorter.compare(BenchClient(cluster, movingRows: true).steps, theirs.steps)
            }
          }
        }
      })
  }

  /// The peers are so much slower that fewer turns tell as much.
  private var shorter: Effort {
    var effort = effort
    effort.turns = max(2, effort.turns / 4)
    return effort
  }
}

/// A C program as the client.
enum CClient {
  static func start(_ segment: String) throws -> Tool {
    try Tool("plain-c", ["client", Tool.path(of: library), segment])
  }

  /// `libccluster.so`, as the build calls it.
  static let library = "libccluster-c.so"
}
