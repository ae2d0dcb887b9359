import BuiltInPrograms
import ControlCluster

/// What a host says of itself before anything else: the two ends must be of one build's kind, and have their rows in one form.
package struct Hello: Sendable, Equatable {
  /// Of ControlCluster.
  package var version: String
  /// Of the notes and records of this module.
  package var wire: Int
  /// Its place in the config's list.
  package var index: Int
  package var name: String
  package var share: Range<Int>
  /// What the two memories must agree on.
  package var rowHash: UInt64
  /// Its wall clock, s since 1970.
  package var clock: Double

  /// Changes when an end of one version would misread the other's.
  package static let wire = 1
  /// How far two clocks may be apart before it is worth a warning, s: lines of logs would seem to come in another order.
  package static let clockTolerance = 0.5

  package init(_ segment: Segment, _ hosts: ClusterDescription.Hosts) {
    let share = hosts.shares[hosts.index]
    version = Product.version
    wire = Self.wire
    index = hosts.index
    name = share.name
    self.share = share.first..<share.first + share.count
    rowHash = segment.layout.rowHash
    clock = WallClock.secondsSince1970
  }

  /// Why this host cannot take part; `nil` when it can.
  /// - Parameter mine: what the head would say in its place.
  package func objection(to mine: Hello) -> HostError? {
    if wire != mine.wire || version != mine.version {
      return .mismatch(
        "it has ControlCluster \(version), and the head has \(mine.version): install the same on all hosts")
    }
    if share != mine.share || name != mine.name {
      return .mismatch(
        "it takes itself for host '\(name)' with \(share.count) controllers from \(share.lowerBound), and the head for "
          + "'\(mine.name)' with \(mine.share.count) from \(mine.share.lowerBound): two launches meet")
    }
    if rowHash != mine.rowHash {
      return .mismatch(
        "its rows are laid out as \(String(rowHash, radix: 16)), and the head's as \(String(mine.rowHash, radix: 16)): "
          + "install the same build on all hosts")
    }
    return nil
  }

  var json: JSONValue {
    [
      "version": .string(version), "wire": .integer(wire), "index": .integer(index), "name": .string(name),
      "first": .integer(share.lowerBound), "count": .integer(share.count),
      "row_hash": .string(String(rowHash, radix: 16)), "clock": .number(clock),
    ]
  }

  init?(_ json: JSONValue) {
    guard let version = json["version"]?.string, let wire = json["wire"]?.int, let index = json["index"]?.int,
      let name = json["name"]?.string, let first = json["first"]?.int, let count = json["count"]?.int, count >= 0,
      let hash = json["row_hash"]?.string.flatMap({ UInt64($0, radix: 16) }), let clock = json["clock"]?.number
    else { return nil }
    self.version = version
    self.wire = wire
    self.index = index
    self.name = name
    share = first..<first + count
    rowHash = hash
    self.clock = clock
  }
}
