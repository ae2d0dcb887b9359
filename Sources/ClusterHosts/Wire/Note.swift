import ControlCluster

/// What head and host tell each other beside the steps. Slots are the host's own.
package enum Note: Sendable, Equatable {
  // From the host.
  case hello(Hello)
  /// A controller is let in; how long it took to build, ns.
  case up(slot: Int, registration: UInt64)
  /// Its process has died.
  case down(slot: Int)
  /// One that was late in a step has finished.
  case caughtUp(slot: Int)
  /// Why it could not solve in the step whose answer follows.
  case failed(slot: Int, why: String)
  /// Requests that it has carried out; why a reset among them did not come about.
  case done(slot: Int, SlotRequest, failure: String?)
  /// The host ends its part, and why.
  case goodbye(String)
  // From the head.
  case welcome
  case refused(String)
  case request(slot: Int, SlotRequest)
  /// Who asked waits no longer.
  case withdrawal(slot: Int, SlotRequest)
  /// The run is over; whether every host is still there to end it together.
  case stop(isComplete: Bool)
  // From both.
  case beat
  /// Rows of `latest` buffers: ``LatestRows``.
  case latest([UInt8])

  private static let latestMark: UInt8 = 1

  package var encoded: [UInt8] {
    if case .latest(let rows) = self { return [Self.latestMark] + rows }
    return Array(json.compact.utf8)
  }

  private var json: JSONValue {
    switch self {
    case .hello(let hello): ["note": "hello", "hello": hello.json]
    case .up(let slot, let registration):
      ["note": "up", "slot": .integer(slot), "registration": .integer(Int(clamping: registration))]
    case .down(let slot): ["note": "down", "slot": .integer(slot)]
    case .caughtUp(let slot): ["note": "caught_up", "slot": .integer(slot)]
    case .failed(let slot, let why): ["note": "failed", "slot": .integer(slot), "why": .string(why)]
    case .done(let slot, let requests, let failure):
      [
        "note": "done", "slot": .integer(slot), "requests": .integer(Int(requests.rawValue)),
        "why": failure.map(JSONValue.string) ?? .null,
      ]
    case .goodbye(let why): ["note": "goodbye", "why": .string(why)]
    case .welcome: ["note": "welcome"]
    case .refused(let why): ["note": "refused", "why": .string(why)]
    case .request(let slot, let requests):
      ["note": "request", "slot": .integer(slot), "requests": .integer(Int(requests.rawValue))]
    case .withdrawal(let slot, let requests):
      ["note": "withdrawal", "slot": .integer(slot), "requests": .integer(Int(requests.rawValue))]
    case .stop(let isComplete): ["note": "stop", "complete": .bool(isComplete)]
    case .beat, .latest: ["note": "beat"]
    }
  }

  /// `nil` for what no end of this version sends.
  package init?(_ bytes: [UInt8]) {
    if bytes.first == Self.latestMark {
      self = .latest(Array(bytes.dropFirst()))
      return
    }
    guard let json = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self)), let kind = json["note"]?.string
    else { return nil }
    let slot = json["slot"]?.int
    let why = json["why"]?.string ?? ""
    let requests = json["requests"]?.int.flatMap { UInt32(exactly: $0) }.map { SlotRequest(rawValue: $0) }
    switch (kind, slot) {
    case ("hello", _):
      guard let hello = json["hello"].flatMap(Hello.init) else { return nil }
      self = .hello(hello)
    case ("up", let slot?): self = .up(slot: slot, registration: UInt64(clamping: json["registration"]?.int ?? 0))
    case ("down", let slot?): self = .down(slot: slot)
    case ("caught_up", let slot?): self = .caughtUp(slot: slot)
    case ("failed", let slot?): self = .failed(slot: slot, why: why)
    case ("done", let slot?):
      guard let requests else { return nil }
      self = .done(slot: slot, requests, failure: json["why"]?.string)
    case ("request", let slot?):
      guard let requests else { return nil }
      self = .request(slot: slot, requests)
    case ("withdrawal", let slot?):
      guard let requests else { return nil }
      self = .withdrawal(slot: slot, requests)
    case ("goodbye", _): self = .goodbye(why)
    case ("welcome", _): self = .welcome
    case ("refused", _): self = .refused(why)
    case ("stop", _): self = .stop(isComplete: json["complete"]?.bool ?? true)
    case ("beat", _): self = .beat
    default: return nil
    }
  }
}
