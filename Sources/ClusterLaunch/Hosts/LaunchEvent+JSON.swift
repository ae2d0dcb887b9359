import ClusterConfig
import ControlCluster

// Events as one host's launcher sends them to the head's: `{"what": "lost", "process": "controller-19", "signal": 9}`. Both
// are of one version of `ccluster`, so nothing is promised to others.
extension LaunchEvent {
  var json: JSONValue {
    switch self {
    case .started(let process, let pid): Self.object("started", process, ["pid": .integer(Int(pid))])
    case .created(let segment, let bytes):
      ["what": "created", "segment": .string(segment), "bytes": .integer(bytes)]
    case .registered(let count, let total):
      ["what": "registered", "count": .integer(count), "total": .integer(total)]
    case .running: ["what": "running"]
    case .output(let process, let stream, let line):
      // The one that comes a hundred thousand times.
      [
        "what": stream == .standardOutput ? "out" : "err", "process": .string(process), "line": .string(line),
      ]
    case .lost(let process, let status): Self.object("lost", process, status.json)
    case .lastWords(let words):
      Self.object(
        "last-words", words.process,
        [
          "status": words.status.json, "lines": .array(words.lines.map(JSONValue.string)), "log": .text(words.log),
          "core": .text(words.core),
        ])
    case .suspended(let process, let pid): Self.object("suspended", process, ["pid": .integer(Int(pid))])
    case .resumed(let process): Self.object("resumed", process)
    case .solveFailed(let controller, let message):
      ["what": "solve-failed", "controller": .integer(controller), "message": .string(message)]
    case .late(let controllers, let untold):
      ["what": "late", "controllers": .array(controllers.map(JSONValue.integer)), "untold": .integer(untold)]
    case .back(let controllers): ["what": "back", "controllers": .array(controllers.map(JSONValue.integer))]
    case .silent(let process, let why, let isKilled):
      Self.object("silent", process, ["why": .string(why), "killed": .bool(isKilled)])
    case .heard(let process): Self.object("heard", process)
    case .awaited(let process, let ready, let others):
      Self.object(
        "awaited", process, ["ready": .string(ready.rawValue), "by": .array(others.map(JSONValue.string))])
    case .ready(let process, let ready, let time):
      Self.object("ready", process, ["ready": .string(ready.rawValue), "after": .number(time)])
    case .finished(let process): Self.object("finished", process)
    case .restarting(let process, let delay): Self.object("restarting", process, ["after": .number(delay)])
    case .stopping(let reason, let isFailure):
      ["what": "stopping", "reason": .string(reason), "failure": .bool(isFailure)]
    case .forcing(let signal, let processes):
      [
        "what": "forcing", "signal": .integer(Int(signal)), "processes": .array(processes.map(JSONValue.string)),
      ]
    case .warning(let text): ["what": "warning", "text": .string(text)]
    case .ended(let outcome): ["what": "ended", "outcome": outcome.json]
    case .host(let name, .here(let identity)):
      [
        "what": "here", "host": .string(name), "pid": .integer(Int(identity.pid)),
        "directory": .text(identity.directory),
      ]
    // A host has no hosts of its own.
    case .host: .null
    }
  }

  private static func object(_ what: JSONValue, _ process: String, _ rest: JSONValue = .object([])) -> JSONValue {
    .object([.init(key: "what", value: what), .init(key: "process", value: .string(process))] + (rest.object ?? []))
  }

  /// `nil` for what no launcher of this version has sent.
  init?(_ json: JSONValue) {
    guard let what = json["what"]?.string else { return nil }
    guard let event = json["process"]?.string.map({ Self.of($0, what, json) }) ?? Self.ofAll(what, json) else {
      return nil
    }
    self = event
  }

  /// Of one process.
  private static func of(_ process: String, _ what: String, _ json: JSONValue) -> LaunchEvent? {
    switch what {
    case "out", "err":
      json["line"]?.string.map {
        .output(process: process, stream: what == "out" ? .standardOutput : .standardError, line: $0)
      }
    case "started": json["pid"]?.int32.map { .started(process: process, pid: $0) }
    case "lost": ProcessStatus(json).map { .lost(process: process, status: $0) }
    case "last-words":
      json["status"].flatMap(ProcessStatus.init).map { status in
        .lastWords(
          LastWords(
            process: process, status: status, lines: json["lines"]?.array?.compactMap(\.string) ?? [],
            log: json["log"]?.string, core: json["core"]?.string))
      }
    case "suspended": json["pid"]?.int32.map { .suspended(process: process, pid: $0) }
    case "resumed": .resumed(process: process)
    case "silent":
      json["why"]?.string.map { .silent(process: process, why: $0, isKilled: json["killed"]?.bool == true) }
    case "heard": .heard(process: process)
    case "awaited":
      readiness(json).map {
        .awaited(process: process, ready: $0, by: json["by"]?.array?.compactMap(\.string) ?? [])
      }
    case "ready": readiness(json).map { .ready(process: process, ready: $0, after: json["after"]?.number ?? 0) }
    case "finished": .finished(process: process)
    case "restarting": json["after"]?.number.map { .restarting(process: process, after: $0) }
    default: nil
    }
  }

  /// Of the run.
  private static func ofAll(_ what: String, _ json: JSONValue) -> LaunchEvent? {
    switch what {
    case "created":
      json["segment"]?.string.map { .created(segment: $0, bytes: json["bytes"]?.int ?? 0) }
    case "registered":
      json["count"]?.int.map { .registered($0, of: json["total"]?.int ?? $0) }
    case "running": .running
    case "solve-failed":
      json["controller"]?.int.map { .solveFailed(controller: $0, message: json["message"]?.string ?? "") }
    case "late": .late(controllers: integers(json), untold: json["untold"]?.int ?? 0)
    case "back": .back(controllers: integers(json))
    case "stopping":
      json["reason"]?.string.map { .stopping($0, isFailure: json["failure"]?.bool == true) }
    case "forcing":
      json["signal"]?.int32.map {
        .forcing(signal: $0, processes: json["processes"]?.array?.compactMap(\.string) ?? [])
      }
    case "warning": json["text"]?.string.map { .warning($0) }
    case "ended": json["outcome"].flatMap(LaunchOutcome.init).map { .ended($0) }
    case "here":
      json["host"]?.string.flatMap { name in
        json["pid"]?.int32.map {
          .host(name, .here(HostIdentity(pid: $0, directory: json["directory"]?.string)))
        }
      }
    default: nil
    }
  }

  private static func integers(_ json: JSONValue) -> [Int] { json["controllers"]?.array?.compactMap(\.int) ?? [] }

  private static func readiness(_ json: JSONValue) -> ClusterConfig.ExtraProcess.Readiness? {
    json["ready"]?.string.flatMap(ClusterConfig.ExtraProcess.Readiness.init)
  }
}

extension ProcessStatus {
  fileprivate var json: JSONValue {
    switch self {
    case .exited(let code): ["exit": .integer(Int(code))]
    case .signalled(let signal): ["signal": .integer(Int(signal))]
    }
  }

  fileprivate init?(_ json: JSONValue) {
    if let code = json["exit"]?.int32 {
      self = .exited(code)
    } else if let signal = json["signal"]?.int32 {
      self = .signalled(signal)
    } else {
      return nil
    }
  }
}

extension LaunchOutcome {
  fileprivate var json: JSONValue {
    [
      "status": .integer(Int(status)), "problem": .text(problem), "interrupted": .bool(wasInterrupted),
      "cause": .text(cause),
    ]
  }

  fileprivate init?(_ json: JSONValue) {
    guard let status = json["status"]?.int32 else { return nil }
    self.init(
      status: status, problem: json["problem"]?.string, wasInterrupted: json["interrupted"]?.bool == true,
      cause: json["cause"]?.string)
  }
}

extension JSONValue {
  fileprivate var int32: Int32? { int.flatMap(Int32.init(exactly:)) }

  fileprivate static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}
