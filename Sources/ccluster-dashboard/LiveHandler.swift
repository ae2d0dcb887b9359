import FlyingFox

/// Makes a ``LiveConnection`` of each WebSocket.
struct LiveHandler: WSMessageHandler {
  let door: Door
  let observer: ClusterObserver

  func makeMessages(for client: AsyncStream<WSMessage>) async throws -> AsyncStream<WSMessage> {
    let connection = LiveConnection(door: door, observer: observer)
    Task {
      for await message in client { await connection.receive(message) }
      await connection.close()
    }
    return AsyncStream {
      await connection.next()
    } onCancel: {
      Task { await connection.close() }
    }
  }
}
