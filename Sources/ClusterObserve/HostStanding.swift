import ControlCluster

/// How one host of a cluster stands, by what the head's memory says of its controllers.
public struct HostStanding: Sendable, Equatable {
  public enum State: String, Sendable {
    /// Some of its controllers have not registered yet.
    case starting
    case up
    /// All of its controllers are dead.
    case lost
  }

  public var share: HostShare
  public var state: State

  /// - Returns: the head first; nothing for a cluster of one machine, and on other hosts than the head.
  static func all(of hosts: ClusterDescription.Hosts?, _ slots: [SlotSnapshot]) -> [HostStanding] {
    guard let hosts, hosts.index == 0 else { return [] }
    return hosts.shares.enumerated().map { index, share in
      let states = slots[share.controllers].map(\.state)
      let isLost = index > 0 && states.allSatisfy { $0 == .dead }
      let isStarting = states.contains { [.vacant, .registering].contains($0) }
      return HostStanding(share: share, state: isLost ? .lost : isStarting ? .starting : .up)
    }
  }

  var json: JSONValue {
    [
      "name": .string(share.name), "first": .integer(share.first), "count": .integer(share.count),
      "state": .string(state.rawValue),
    ]
  }
}

/// What a memory on another host than the head is a part of.
public struct HostPart: Sendable, Equatable {
  /// This host.
  public var host: String
  /// Where the whole cluster is found.
  public var head: String
  /// By which name.
  public var cluster: String

  init?(_ hosts: ClusterDescription.Hosts?, name: String) {
    guard let hosts, hosts.index > 0 else { return nil }
    host = hosts.shares[hosts.index].name
    head = hosts.shares[0].name
    cluster = name.hasSuffix(".\(host)") ? String(name.dropLast(host.count + 1)) : name
  }

  var json: JSONValue { ["host": .string(host), "head": .string(head), "cluster": .string(cluster)] }
}
