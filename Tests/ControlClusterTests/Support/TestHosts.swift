import ClusterHosts
import Glibc
import Testing

@testable import ControlCluster

/// Hosts beside a head, all on this machine: a memory with real workers for each, and an agent at both ends of a loopback link, in
/// threads of this process.
final class TestHosts {
  struct Settings {
    var shares: [Int]
    var timeout: Double
    var lost: LostHost

    /// The head has none.
    func described(index: Int) -> ClusterDescription.Hosts {
      var first = 0
      var list = [HostShare(name: "head", first: 0, count: 0)]
      for (host, count) in shares.enumerated() {
        list.append(HostShare(name: Self.name(host), first: first, count: count))
        first += count
      }
      return .init(index: index, shares: list, timeout: timeout, lost: lost, latestRate: 200)
    }

    static func name(_ host: Int) -> String { "host\(host)" }
  }

  /// In the order of their shares.
  let clusters: [TestCluster]
  let wires: [LoopbackLink.Wire]
  /// How the agents ended: the head's first. Errors as text.
  let ends: Locked<[String?]>
  private var threads: [pthread_t] = []

  init(_ settings: Settings, of blueprint: TestBlueprint, head: TestCluster) throws {
    clusters = try settings.shares.enumerated().map { host, count in
      var own = blueprint
      own.name = "\(head.blueprint.name).\(Settings.name(host))"
      own.controllers = count
      own.hosts = settings.described(index: host + 1)
      return try TestCluster(own)
    }
    wires = settings.shares.map { _ in LoopbackLink.Wire() }
    let ends = Locked([String?](repeating: nil, count: settings.shares.count + 1))
    self.ends = ends
    let wires = wires
    let (name, slots) = (head.name, 0..<head.blueprint.controllers)
    try run(0) {
      _ = try HeadAgent(on: Segment.attach(to: name, as: .controller), slots: slots, over: LoopbackNetwork()) {
        host, outgoing, incoming in
        LoopbackLink(wires[host - 1], end: 0, outgoing: outgoing, incoming: incoming)
      }.run()
    }
    for (host, cluster) in clusters.enumerated() {
      let name = cluster.name
      try run(host + 1) {
        _ = try HostAgent(on: Segment.attach(to: name, as: .server), over: LoopbackNetwork()) {
          LoopbackLink(wires[host], end: 1, outgoing: $0, incoming: $1)
        }.run()
      }
    }
  }

  private func run(_ index: Int, _ agent: @escaping @Sendable () throws -> Void) throws {
    let ends = ends
    threads.append(
      try Thread.start {
        let end: String
        do {
          try agent()
          end = "in order"
        } catch { end = "\(error)" }
        ends.withLock { $0[index] = end }
      })
  }

  /// The head's agents end when its cluster has been stopped.
  func end() {
    for cluster in clusters { cluster.server.beginStopping() }
    for thread in threads { pthread_join(thread, nil) }
    threads = []
    for cluster in clusters { cluster.end() }
  }

  /// - Parameter slot: of the head.
  func worker(of slot: Int) -> TestProcess {
    let (cluster, local) = place(of: slot)
    return cluster.worker(of: local)
  }

  func place(of slot: Int) -> (TestCluster, Int) {
    var local = slot
    for cluster in clusters {
      if local < cluster.blueprint.controllers { return (cluster, local) }
      local -= cluster.blueprint.controllers
    }
    preconditionFailure("slot \(slot) is on no host")
  }
}
