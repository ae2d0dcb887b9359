import ControlCluster

/// One line of `events.jsonl`, which is also what subscribers of the control channel get.
///
/// ```json
/// {"time": "2026-11-25T22:10:05.123456Z", "monotonic": 812.304, "what": "lost", "process": "controller-3",
///  "level": "error", "why": "controller-3 was killed by SIGSEGV"}
/// ```
public struct EventRecord: Sendable, Equatable {
  public var time: WallClock
  /// CLOCK_MONOTONIC, s.
  public var monotonic: Double
  /// A stable name: `started`, `created`, `awaited`, `ready`, `registered`, `running`, `lost`, `last-words`, `finished`,
  /// `suspended`, `resumed`, `solve-failed`, `late`, `back`, `silent`, `heard`, `restarting`, `stopping`, `forcing`, `ended`, `warning`; of
  /// another host `host-started`, `host-running`, `host-stopping`, `host-ended`, `host-lost`.
  public var what: String
  /// `nil` when it is about the run as a whole.
  public var process: String?
  public var level: LogLevel
  /// The sentence that people are told.
  public var why: String

  /// - Parameter total: The cluster's controllers.
  /// - Returns: `nil` for output, which stands in the logs, for progress that is not complete, and for last words that say
  ///   nothing.
  init?(_ event: LaunchEvent, time: WallClock = .now(digits: 6)) {
    self.time = time
    monotonic = Double(System.monotonicNanoseconds) * 1e-9
    level = .info
    switch event {
    case .output: return nil
    case .registered(let count, let total):
      if count < total { return nil }
      (what, why) = ("registered", "\(count) of \(total) controllers are registered")
    case .created(let segment, let bytes): (what, why) = ("created", "\(segment) has \(Quantity.bytes(bytes))")
    case .started(let name, let pid): (what, process, why) = ("started", name, "\(name) is process \(pid)")
    case .running: (what, why) = ("running", "the cluster runs")
    case .lost(let name, let status): (what, process, level, why) = ("lost", name, .error, "\(name) \(status)")
    case .lastWords(let words):
      // The loss itself has been told.
      if words.lines.isEmpty, words.core == nil { return nil }
      (what, process, level, why) = ("last-words", words.process, .error, words.text)
    case .suspended(let name, let pid):
      (what, process, level, why) = (
        "suspended", name, .warning, "\(name) is suspended; 'kill -CONT \(pid)' lets it go on"
      )
    case .resumed(let name): (what, process, why) = ("resumed", name, "\(name) goes on")
    case .solveFailed(let controller, let message):
      (what, process, level) = ("solve-failed", "controller \(controller)", .error)
      why = "controller \(controller) failed to solve: \(message)"
    case .late(let controllers, _):
      (what, process, level) = ("late", controllers.count == 1 ? "controller \(controllers[0])" : nil, .warning)
      why = event.words ?? ""
    case .back(let controllers):
      (what, process) = ("back", controllers.count == 1 ? "controller \(controllers[0])" : nil)
      why = event.words ?? ""
    case .silent(let name, _, _): (what, process, level, why) = ("silent", name, .error, event.words ?? "")
    case .heard(let name): (what, process, why) = ("heard", name, event.words ?? "")
    case .awaited(let name, _, _): (what, process, why) = ("awaited", name, event.words ?? "")
    case .ready(let name, _, _): (what, process, why) = ("ready", name, event.words ?? "")
    case .finished(let name): (what, process, why) = ("finished", name, event.words ?? "")
    case .restarting(let name, let delay):
      (what, process, level) = ("restarting", name, .warning)
      why = delay > 0 ? "\(name) starts again in \(Quantity.duration(delay))" : "\(name) is started again"
    case .stopping(let reason, let isFailure):
      (what, level, why) = ("stopping", isFailure ? .error : .info, isFailure ? reason : "stopping: \(reason)")
    case .forcing(let signal, let processes):
      (what, level) = ("forcing", .warning)
      why = "\(ProcessStatus.name(of: signal)) to \(processes.joined(separator: ", "))"
    case .host(let name, let progress):
      guard let told = progress.record(of: name) else { return nil }
      (what, level, why) = told
    case .ended(let outcome):
      (what, level) = ("ended", outcome.problem == nil ? .info : .error)
      why = "ended with status \(outcome.status)" + (outcome.reason.map { ": \($0)" } ?? "")
    case .warning(let text): (what, level, why) = ("warning", .warning, text)
    }
  }

  public var json: JSONValue {
    [
      "time": .string(time.text), "monotonic": .number(monotonic), "what": .string(what),
      "process": process.map(JSONValue.string) ?? .null, "level": .string(level.rawValue), "why": .string(why),
    ]
  }

  public init?(_ json: JSONValue) {
    guard let time = json["time"]?.string, let monotonic = json["monotonic"]?.number, let what = json["what"]?.string,
      let level = json["level"]?.string.flatMap(LogLevel.init), let why = json["why"]?.string
    else { return nil }
    (self.time, self.monotonic, self.what, self.level, self.why) = (WallClock(text: time), monotonic, what, level, why)
    process = json["process"]?.string
  }
}
