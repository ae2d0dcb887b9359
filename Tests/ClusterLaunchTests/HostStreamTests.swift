import ClusterConfig
import ControlCluster
import Testing

@testable import ClusterLaunch

@Suite("What hosts send to the head")
struct HostStreamTests {
  /// One of each that a launcher tells.
  static let events: [LaunchEvent] = [
    .host("b", .here(HostIdentity(pid: 4711, directory: "/home/ann/.local/state/ccluster/go2.b/2026"))),
    .host("c", .here(HostIdentity(pid: 4712, directory: nil))),
    .started(process: "controller-19", pid: 12), .created(segment: "/ccluster.0.go2.b", bytes: 40960),
    .registered(3, of: 16), .running,
    .output(process: "controller-19", stream: .standardOutput, line: "é [1,2]<stdout>:not a tag \u{1e} \"\\ \t"),
    .output(process: "controllers-16-31", stream: .standardError, line: ""),
    .lost(process: "controller-19", status: .signalled(9)), .lost(process: "agent", status: .exited(3)),
    .lastWords(
      LastWords(process: "agent", status: .exited(1), lines: ["one", "two"], log: "/logs/agent.log", core: nil)),
    .lastWords(LastWords(process: "p", status: .signalled(11), lines: [], log: nil, core: "its memory was dumped")),
    .suspended(process: "controller-19", pid: 12), .resumed(process: "controller-19"),
    .solveFailed(controller: 19, message: "diverged"), .late(controllers: [16, 17], untold: 2),
    .back(controllers: [16]), .silent(process: "controller-19", why: "hangs", isKilled: true),
    .heard(process: "controller-19"), .awaited(process: "policy", ready: .registered, by: ["controllers"]),
    .ready(process: "policy", ready: .exited, after: 1.5), .finished(process: "policy"),
    .restarting(process: "controller-19", after: 0.25), .stopping("the server is gone", isFailure: true),
    .stopping("its time has passed", isFailure: false), .forcing(signal: 15, processes: ["a", "b"]),
    .warning("a full disk"), .ended(LaunchOutcome(status: 1, problem: "the agent was killed by SIGKILL")),
    .ended(LaunchOutcome(status: 143, wasInterrupted: true, cause: "stop requested")),
  ]

  @Test("every event comes over as it was", arguments: events)
  func roundTrip(event: LaunchEvent) throws {
    let json = try JSONValue(parsing: event.json.compact)
    #expect(LaunchEvent(json) == event)
  }

  @Test("the streams of ranks are told apart wherever mpirun cuts them", arguments: 1...40)
  func interleaved(size: Int) {
    let streams = [Self.events, Self.events.reversed()].map { $0.flatMap(HostStream.encode) }
    var offsets = [0, 0]
    var mixed: [UInt8] = []
    var turn = 0
    while offsets != streams.map(\.count) {
      let rank = turn % 2
      let piece = streams[rank][offsets[rank]..<min(offsets[rank] + size + turn % 7, streams[rank].count)]
      offsets[rank] += piece.count
      turn += 1
      guard !piece.isEmpty else { continue }
      mixed += Array("[1,\(rank + 1)]<stdout>:".utf8) + piece
      // Some versions put a line break behind each piece.
      if turn % 3 == 0 { mixed.append(UInt8(ascii: "\n")) }
    }
    var stream = HostStream()
    var found: [[LaunchEvent]] = [[], [], []]
    var start = 0
    while start < mixed.count {
      let end = min(start + 1 + (start * 7 + size) % 23, mixed.count)
      for (rank, event) in stream.feed(mixed[start..<end]) { found[rank].append(event) }
      start = end
    }
    #expect(found == [[], Self.events, Self.events.reversed()])
  }

  @Test("what is no tag and no event is passed over, also Open MPI 5's tags are known")
  func foreign() {
    var stream = HostStream()
    #expect(stream.feed("hello\n[1,x]<stdout>: [".utf8).isEmpty)
    let text =
      "[prterun-b-4711@1,2]<stdout>:not JSON\u{1e}" + String(decoding: HostStream.encode(.running), as: UTF8.self)
    let found = stream.feed(text.utf8)
    #expect(found.map(\.rank) == [2])
    #expect(found.map(\.event) == [.running])
  }

  @Test("the head tells of a host's processes with the host's name, and not what it sees itself")
  func told() {
    #expect(
      LaunchEvent.started(process: "controller-19", pid: 7).told(of: "b")
        == .started(process: "b/controller-19", pid: 7))
    #expect(LaunchEvent.running.told(of: "b") == .host("b", .running))
    #expect(LaunchEvent.solveFailed(controller: 19, message: "").told(of: "b") == nil)
    #expect(LaunchEvent.warning("a full disk").told(of: "b") == .warning("host b: a full disk"))
  }

  @Test("a config of any size travels in pieces that the kernel takes", arguments: [0, 1, 99_999, 100_000, 250_001])
  func parcel(size: Int) {
    // Characters of two bytes: one of them lies across a border.
    let parcel = HostParcel(name: "go2", config: String(("x" + String(repeating: "é", count: size)).prefix(size)))
    let environment = parcel.environment
    #expect(environment.allSatisfy { $0.value.utf8.count <= 100_000 })
    let variables = Dictionary(uniqueKeysWithValues: environment.map { ($0.name, $0.value) })
    #expect(HostParcel { variables[$0] } == parcel)
    #expect(HostParcel { _ in nil } == nil)
  }

  @Test("a request is for one host, or for all")
  func requests() throws {
    let line = HostRequest.restart("controller-19", on: "b").line
    #expect(try HostRequest.request(in: line, to: "b") == .restart("controller-19"))
    #expect(try HostRequest.request(in: line, to: "c") == nil)
    #expect(try HostRequest.request(in: HostRequest.stop(grace: 2).line, to: "c") == .stop(grace: 2))
    #expect(throws: ControlFailure.self) { try HostRequest.request(in: "{", to: "c") }
  }
}
