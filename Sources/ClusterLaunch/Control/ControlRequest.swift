import ControlCluster

/// What a line on the control channel asks for. configs/CONTROL.md describes the protocol.
enum ControlRequest: Equatable {
  case status
  /// - grace: s that processes have before they are terminated, and again before they are killed.
  case stop(grace: Double?)
  case restart(String)
  /// - controllers: `nil` is all of them.
  case ask(SlotRequest, controllers: [Int]?, timeout: Double)
  case logs
  case subscribe

  static let version = 1
  /// s to wait for controllers that are asked for something, if the request says nothing.
  private static let patience = 10.0
  static let verbs = ["status", "stop", "restart", "activate", "deactivate", "reset", "logs", "subscribe"]

  init(_ json: JSONValue) throws(ControlFailure) {
    guard json.object != nil else { throw ControlFailure(.badRequest, "a request is a JSON object on one line") }
    guard json["v"]?.int == Self.version else {
      throw ControlFailure(.badVersion, "this run speaks version \(Self.version): send \"v\": \(Self.version)")
    }
    switch json["do"]?.string {
    case "status": self = .status
    case "stop": self = .stop(grace: try Self.seconds(json["grace"], "grace"))
    case "restart":
      guard let process = json["process"]?.string else {
        throw ControlFailure(.badRequest, "restart takes a 'process'")
      }
      self = .restart(process)
    case "activate": self = try Self.ask(.activate, json)
    case "deactivate": self = try Self.ask(.deactivate, json)
    case "reset": self = try Self.ask(.reset, json)
    case "logs": self = .logs
    case "subscribe": self = .subscribe
    case let verb:
      throw ControlFailure(
        .unknownRequest,
        "'do' is \(verb.map { "'\($0)'" } ?? "missing"); it is one of \(Self.verbs.joined(separator: ", "))")
    }
  }

  private static func ask(_ request: SlotRequest, _ json: JSONValue) throws(ControlFailure) -> ControlRequest {
    let timeout = try seconds(json["timeout"], "timeout") ?? patience
    if json["controllers"]?.string == "all" { return .ask(request, controllers: nil, timeout: timeout) }
    guard let values = json["controllers"]?.array, case let indices = values.compactMap(\.int),
      indices.count == values.count
    else { throw ControlFailure(.badRequest, "'controllers' is \"all\" or a list of numbers") }
    return .ask(request, controllers: indices, timeout: timeout)
  }

  private static func seconds(_ value: JSONValue?, _ key: String) throws(ControlFailure) -> Double? {
    guard let value else { return nil }
    // A day is longer than anybody waits, and no deadline overflows.
    guard let seconds = value.number, (0...86400).contains(seconds) else {
      throw ControlFailure(.badRequest, "'\(key)' is a number of seconds, up to 86400")
    }
    return seconds
  }
}

/// Why a request was not carried out.
struct ControlFailure: Error, Equatable {
  enum Code: String {
    case badRequest = "bad-request"
    case badVersion = "bad-version"
    case unknownRequest = "unknown-request"
    case unknownProcess = "unknown-process"
    case unknownController = "unknown-controller"
    /// Not in the state that the run or the process is in.
    case notNow = "not-now"
    case timeout
  }

  var code: Code
  var message: String

  init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

  var json: JSONValue { ["code": .string(code.rawValue), "message": .string(message)] }
}
