import ClusterLaunch
import ClusterObserve
import ControlCluster

/// What a button asks of controllers: `{"verb": "reset", "controllers": [3, 5]}`; `"all"` is all of them.
struct ControllerRequest: Equatable {
  var verb: TopRequest.Verb
  /// `nil` is all.
  var controllers: [Int]?

  struct Refusal: Error {
    var message: String
  }

  /// Between two looks for the answer, ns.
  private static let period: UInt64 = 10_000_000

  init(_ json: JSONValue) throws(Refusal) {
    guard let verb = json["verb"]?.string.flatMap(TopRequest.Verb.init(rawValue:)) else {
      throw Refusal(message: "'verb' is one of activate, deactivate, reset and restart")
    }
    self.verb = verb
    if json["controllers"]?.string == "all" { return }
    guard let values = json["controllers"]?.array, case let indices = values.compactMap(\.int),
      !indices.isEmpty, indices.count == values.count
    else { throw Refusal(message: "'controllers' is \"all\" or a list of numbers") }
    controllers = Set(indices).sorted()
  }

  /// - Returns: what has become of it, in words.
  /// - Throws: ``Refusal`` with the launcher's words, or with whom nobody knows.
  func carryOut(_ observer: ClusterObserver) async throws -> String {
    guard let reading = await observer.reading() else { throw Refusal(message: "the cluster has ended") }
    let all = reading.controllers
    let asked = controllers ?? all.filter { verb == .restart || $0.slot.state != .dead }.map(\.index)
    let known = Set(all.map(\.index))
    if let unknown = asked.first(where: { !known.contains($0) }) {
      throw Refusal(
        message: "there is no controller \(unknown): the cluster has \(all.count), from \(all.first?.index ?? 0)")
    }
    guard !asked.isEmpty else { throw Refusal(message: "all controllers are dead: restart them") }
    let requests = TopRequests(try RunningCluster.find(reading.status.name))
    var message = requests.begin(TopRequest(verb: verb, controllers: asked), in: reading)
    // What is dim is still to come.
    while message.style == .dim {
      try await Task.sleep(nanoseconds: Self.period)
      message = requests.answer() ?? message
    }
    guard message.style != .red, message.style != .yellow else { throw Refusal(message: message.text) }
    return message.text
  }
}
