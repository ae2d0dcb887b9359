import ClusterObserve
import ControlCluster
import FlyingFox
import Foundation

/// What is answered to which request:
///
/// | | |
/// |---|---|
/// | `GET /`, `/app.js`, … | the page; it holds nothing of the cluster |
/// | `GET /live` | a WebSocket with figures, values and logs, once it has sent the token: ``LiveConnection`` |
/// | `GET /metrics` | what `ccluster metrics` prints, for Prometheus; figures alone, so it takes no token |
/// | `POST /request` | activates, deactivates, resets or restarts controllers, with the token in a header: ``ControllerRequest`` |
struct Routes: HTTPHandler {
  let door: Door
  let observer: ClusterObserver
  let files: PageFiles

  /// s in which a request is answered: longer than controllers are waited for.
  static let patience: TimeInterval = 30
  /// Bytes of a request's body: a list of some thousand controllers.
  private static let longestBody = 1 << 16
  private static let tokenHeader = HTTPHeader("X-CCluster-Token")

  func handleRequest(_ request: HTTPRequest) async -> HTTPResponse {
    var response = await answer(request)
    if case .webSocket = response.payload { return response }
    for (name, value) in Self.headers { response.headers[HTTPHeader(name)] = value }
    return response
  }

  /// The browser is told to ask nobody else for anything, whatever a name in a config or a line in a log may hold.
  private static let headers = [
    (
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
  ]

  private func answer(_ request: HTTPRequest) async -> HTTPResponse {
    if let refusal = door.refusal(host: request.headers[.host], origin: request.headers[HTTPHeader("Origin")]) {
      return Self.failure(.forbidden, refusal)
    }
    switch (request.method, request.path) {
    case (.GET, "/live"): return await live(request)
    case (.POST, "/request"): return await carryOut(request)
    case (.GET, "/metrics"):
      guard let text = await observer.metrics() else {
        return Self.failure(.serviceUnavailable, "the cluster has ended")
      }
      return HTTPResponse(
        statusCode: .ok, headers: [.contentType: ClusterMetrics.contentType], body: Data(text.utf8))
    case (.GET, let path):
      return files.response(path) ?? Self.failure(.notFound, "there is no '\(path)' here")
    default: return Self.failure(.methodNotAllowed, "'\(request.path)' takes no \(request.method.rawValue)")
    }
  }

  private func live(_ request: HTTPRequest) async -> HTTPResponse {
    let handler = WebSocketHTTPHandler(
      handler: MessageFrameWSHandler(handler: LiveHandler(door: door, observer: observer), frameSize: 1 << 20))
    return (try? await handler.handleRequest(request)) ?? Self.failure(.badRequest, "this is no WebSocket")
  }

  private func carryOut(_ request: HTTPRequest) async -> HTTPResponse {
    guard door.isToken(request.headers[Self.tokenHeader]) else {
      return Self.failure(
        .forbidden, "the token is missing or another one: open the address that 'ccluster dashboard' printed")
    }
    guard let length = request.headers[.contentLength].flatMap({ Int($0) }), length <= Self.longestBody else {
      return Self.failure(.payloadTooLarge, "a request has a Content-Length of at most \(Self.longestBody)")
    }
    do {
      let text = String(decoding: try await request.bodyData, as: UTF8.self)
      let message = try await ControllerRequest(JSONValue(parsing: text)).carryOut(observer)
      return Self.json(.ok, ["ok": true, "message": .string(message)])
    } catch let problem as ControllerRequest.Refusal {
      return Self.failure(.badRequest, problem.message)
    } catch {
      return Self.failure(.badRequest, "\(error)")
    }
  }

  private static func failure(_ code: HTTPStatusCode, _ message: String) -> HTTPResponse {
    json(code, ["ok": false, "message": .string(message)])
  }

  private static func json(_ code: HTTPStatusCode, _ value: JSONValue) -> HTTPResponse {
    HTTPResponse(
      statusCode: code, headers: [.contentType: "application/json"], body: Data((value.compact + "\n").utf8))
  }
}
