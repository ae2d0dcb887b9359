import ClusterPlan
import ControlCluster

extension LaunchEvent {
  /// How the head tells an event of another host: with the host's name before those of its processes. `nil` for what the head
  /// sees in its own memory, and tells by itself.
  func told(of host: String) -> LaunchEvent? {
    func named(_ process: String) -> String { ClusterPlan.name(of: process, on: host) }
    switch self {
    case .started(let process, let pid): return .started(process: named(process), pid: pid)
    case .output(let process, let stream, let line):
      return .output(process: named(process), stream: stream, line: line)
    case .lost(let process, let status): return .lost(process: named(process), status: status)
    case .lastWords(var words):
      words.process = named(words.process)
      // Where it is on that host.
      words.log = words.log.map { "\(host):\($0)" }
      return .lastWords(words)
    case .suspended(let process, let pid): return .suspended(process: named(process), pid: pid)
    case .resumed(let process): return .resumed(process: named(process))
    case .silent(let process, let why, let isKilled):
      return .silent(process: named(process), why: "host \(host): \(why)", isKilled: isKilled)
    case .heard(let process): return .heard(process: named(process))
    case .awaited(let process, let ready, let others):
      return .awaited(process: named(process), ready: ready, by: others.map(named))
    case .ready(let process, let ready, let time):
      return .ready(process: named(process), ready: ready, after: time)
    case .finished(let process): return .finished(process: named(process))
    case .restarting(let process, let delay): return .restarting(process: named(process), after: delay)
    case .forcing(let signal, let processes): return .forcing(signal: signal, processes: processes.map(named))
    case .warning(let text): return .warning("host \(host): \(text)")
    case .created(_, let bytes): return .host(host, .created(bytes: bytes))
    case .registered(let count, let total): return .host(host, .registered(count, of: total))
    case .running: return .host(host, .running)
    case .stopping(let reason, let isFailure): return .host(host, .stopping(reason, isFailure: isFailure))
    case .ended(let outcome): return .host(host, .ended(outcome))
    case .host: return self
    case .solveFailed, .late, .back: return nil
    }
  }
}
