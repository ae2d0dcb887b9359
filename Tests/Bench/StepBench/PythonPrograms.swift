import ControlCluster
import Glibc

/// The bench's programs in Python.
struct PythonPrograms {
  /// An interpreter that has the packages of `peers/requirements.txt`; `nil` when none was given.
  let interpreter: String?

  private static let directory = "Tests/Bench/peers"

  enum Peer: String, CaseIterable {
    case gymnasium, pipes, semaphores

    var title: String {
      switch self {
      case .gymnasium: "AsyncVectorEnv"
      case .pipes: "multiprocessing pipes"
      case .semaphores: "posix_ipc semaphores"
      }
    }
  }

  /// The client of a cluster.
  func client(_ segment: String) throws -> Tool { try start("client.py", [Tool.path(of: CClient.library), segment]) }

  /// The command of a worker whose controllers compute nothing.
  func controller() throws -> [String] { try command("controller.py", [Tool.path(of: CClient.library)]) }

  /// - Parameters:
  ///   - workers: processes.
  ///   - state, command: float32 that go to a worker, and that come back.
  func peer(_ peer: Peer, workers: Int, state: Int, command: Int) throws -> Tool {
    try start("peer.py", [peer.rawValue, "\(workers)", "\(state)", "\(command)"])
  }

  private func start(_ program: String, _ arguments: [String]) throws -> Tool {
    let command = try command(program, arguments)
    return try Tool(command[0], Array(command.dropFirst()))
  }

  private func command(_ program: String, _ arguments: [String]) throws -> [String] {
    guard let interpreter else { throw BenchError.missing("no Python was given") }
    guard access(interpreter, X_OK) == 0 else { throw BenchError.missing("there is no \(interpreter)") }
    return [interpreter, "\(Self.directory)/\(program)"] + arguments
  }
}
