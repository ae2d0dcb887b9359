import CLinux
import ControlCluster
import Glibc

/// Who carries out the requests of the control channel.
protocol ControlHost: AnyObject {
  /// - Returns: what the answer holds beside `ok`.
  func carryOut(_ request: ControlRequest) throws(ControlFailure) -> ControlAnswer
}

/// How a request is answered.
enum ControlAnswer {
  case now([JSONValue.Member])
  /// Once it is done: the closure says when. `false` is not yet. The answer then holds the members, too.
  case later([JSONValue.Member], () throws(ControlFailure) -> Bool)
  /// With events, from now on.
  case events
}

/// The control channel's end in the launcher: a Unix socket in the run directory, served within its poll loop. Nothing here
/// waits for a client, and no client can take more than its share of memory.
final class ControlServer {
  private let listener: Int32
  private let directory: Int32
  private var connections: [ControlConnection] = []
  private var waiting: [Waiting] = []

  private struct Waiting {
    var connection: ControlConnection
    var id: JSONValue?
    var members: [JSONValue.Member]
    var isDone: () throws(ControlFailure) -> Bool
  }

  private static let maximumConnections = 32

  /// - Parameter directory: The run directory's descriptor: by way of it the socket's path is short however long that of the
  ///   directory is, which the kernel asks of it (sun_path has 108 bytes).
  init(in directory: Int32) throws(ClusterError) {
    self.directory = directory
    let path = "/proc/self/fd/\(directory)/\(RunDirectory.socketName)"
    // Left by a launch that was killed: the directory is ours alone.
    unlink(path)
    listener = try System.check("listen in the run directory", linux_listen_at(path))
  }

  deinit {
    close(listener)
    unlinkat(directory, RunDirectory.socketName, 0)
  }

  var interests: [pollfd] {
    [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)] + connections.map(\.interest)
  }

  /// Whether answers are owed that nothing wakes the launcher for.
  var isWaiting: Bool { !waiting.isEmpty }

  /// - Parameter ready: ``interests`` as poll(2) has left them.
  func serve(_ ready: ArraySlice<pollfd>, _ host: any ControlHost) {
    for entry in ready where entry.revents != 0 {
      if entry.fd == listener {
        accept()
      } else if let connection = connections.first(where: { $0.descriptor == entry.fd }) {
        serve(connection, Int32(entry.revents), host)
      }
    }
    answerWaiting()
    connections.removeAll(where: \.isDone)
  }

  private func accept() {
    let descriptor = linux_accept(listener)
    guard descriptor >= 0 else { return }
    let connection = ControlConnection(descriptor)
    let user = linux_peer_uid(descriptor)
    // The socket's mode says so already; a directory handed on, or a descriptor, does not.
    guard user == Int(geteuid()) || user == 0, connections.count < Self.maximumConnections else { return }
    connections.append(connection)
  }

  private func serve(_ connection: ControlConnection, _ events: Int32, _ host: any ControlHost) {
    if events & POLLOUT != 0 { connection.flush() }
    if events & POLLIN != 0 {
      guard let lines = connection.receive() else {
        reply(
          connection, nil,
          failure: ControlFailure(.badRequest, "a line has at most \(ControlConnection.longestLine) bytes"))
        connection.stopListening()
        return
      }
      for line in lines where !line.isEmpty { answer(line, on: connection, host) }
    } else if events & (POLLHUP | POLLERR) != 0 {
      connection.hangUp()
    }
  }

  private func answer(_ line: String, on connection: ControlConnection, _ host: any ControlHost) {
    guard let json = try? JSONValue(parsing: line) else {
      return reply(connection, nil, failure: ControlFailure(.badRequest, "this is no JSON"))
    }
    let id = json["id"]
    do throws(ControlFailure) {
      switch try host.carryOut(ControlRequest(json)) {
      case .now(let members): reply(connection, id, members)
      case .later(let members, let isDone):
        connection.owed += 1
        waiting.append(Waiting(connection: connection, id: id, members: members, isDone: isDone))
      case .events:
        connection.isSubscribed = true
        reply(connection, id, [])
      }
    } catch {
      reply(connection, id, failure: error)
    }
  }

  private func answerWaiting() {
    waiting.removeAll { request in
      do throws(ControlFailure) {
        guard try request.isDone() else { return false }
        reply(request.connection, request.id, request.members)
      } catch {
        reply(request.connection, request.id, failure: error)
      }
      request.connection.owed -= 1
      return true
    }
  }

  private func reply(
    _ connection: ControlConnection, _ id: JSONValue?, _ members: [JSONValue.Member] = [],
    failure: ControlFailure? = nil
  ) {
    var answer: [JSONValue.Member] = [.init(key: "v", value: .integer(ControlRequest.version))]
    if let id { answer.append(.init(key: "id", value: id)) }
    answer.append(.init(key: "ok", value: .bool(failure == nil)))
    if let failure { answer.append(.init(key: "error", value: failure.json)) }
    connection.send(.object(answer + members))
  }

  /// Sends an event to those who listen.
  func publish(_ event: EventRecord) {
    for connection in connections where connection.isSubscribed {
      connection.send(["v": .integer(ControlRequest.version), "event": event.json])
    }
  }
}
