import ControlCluster

/// What the head's launcher asks of another host's: a line of JSON on standard input, which `mpirun` gives to all of them.
struct HostRequest: Equatable {
  /// `nil`: every host.
  var host: String?
  /// As on the control channel.
  var members: [JSONValue.Member]

  static func stop(grace: Double?) -> HostRequest {
    HostRequest(
      host: nil,
      members: [.init(key: "do", value: "stop")] + (grace.map { [.init(key: "grace", value: .number($0))] } ?? []))
  }

  static func restart(_ process: String, on host: String) -> HostRequest {
    HostRequest(
      host: host, members: [.init(key: "do", value: "restart"), .init(key: "process", value: .string(process))])
  }

  var line: String {
    JSONValue.object(
      [
        .init(key: "v", value: .integer(ControlRequest.version)),
        .init(key: "host", value: host.map(JSONValue.string) ?? .null),
      ]
        + members
    ).compact
  }

  /// What a line asks of this host; `nil` when it is for another one.
  static func request(in line: String, to host: String) throws(ControlFailure) -> ControlRequest? {
    guard let json = try? JSONValue(parsing: line) else { throw ControlFailure(.badRequest, "this is no JSON") }
    if let name = json["host"]?.string, name != host { return nil }
    return try ControlRequest(json)
  }
}
