import ControlCluster
import FlyingFox
import FlyingSocks
import Glibc

/// The HTTP server on the loopback interface, from nothing to listening.
enum DashboardServer {
  /// Where it is looked for first, so that a bookmark or a tunnel works the next time.
  static let firstPort: UInt16 = 8420
  /// How many are tried from there on.
  private static let ports: UInt16 = 20

  /// - Parameter port: `nil` tries some, 0 takes any that is free.
  /// - Returns: what it runs in, and the port that it listens on.
  /// - Throws: `failed` when the port is another program's.
  static func start(_ port: UInt16?, _ routes: Routes) async throws -> (server: Task<Void, any Error>, port: UInt16) {
    if let port {
      do { return try await listen(port, routes) } catch let problem as SocketError where isInUse(problem) {
        throw ClusterError.failed(
          "port \(port) is in use by another program; --port OTHER, or no --port for one that is free")
      } catch let problem as SocketError {
        throw ClusterError.failed(
          "this user may not listen on port \(port): \(words(problem)); ports from 1024 on are open to all")
      }
    }
    for port in firstPort..<firstPort + ports {
      do { return try await listen(port, routes) } catch let problem as SocketError where isInUse(problem) { continue }
    }
    return try await listen(0, routes)
  }

  private static func listen(_ port: UInt16, _ routes: Routes) async throws -> (Task<Void, any Error>, UInt16) {
    let server = HTTPServer(
      config: .init(
        address: try .inet(ip4: "127.0.0.1", port: port), timeout: Routes.patience, logger: .disabled), handler: routes)
    let task = Task { try await server.run() }
    // Whichever is first: that it listens, or why it does not.
    let (news, sender) = AsyncThrowingStream.makeStream(of: Void.self)
    Task { if (try? await server.waitUntilListening()) != nil { sender.finish() } }
    Task {
      do { try await task.value } catch { sender.finish(throwing: error) }
    }
    for try await _ in news {}
    guard case .ip4(_, let found)? = await server.listeningAddress else {
      throw ClusterError.failed("the server does not say where it listens")
    }
    return (task, found)
  }

  private static func isInUse(_ problem: SocketError) -> Bool {
    if case .failed(_, EADDRINUSE, _) = problem { return true }
    return false
  }

  private static func words(_ problem: SocketError) -> String {
    if case .failed(_, _, let message) = problem { return message }
    return "\(problem)"
  }
}
