import ControlCluster

/// What a host's launcher is told by the head's, in its environment: no file system has to be shared for it.
public struct HostParcel: Sendable, Equatable {
  /// What the cluster is found by at the head.
  public var name: String
  /// The resolved config.
  public var config: String

  /// The kernel takes 128 KiB for a variable with its name (MAX_ARG_STRLEN). Bytes.
  static let longest = 100_000
  private static let nameVariable = "CCLUSTER_HOST_OF"
  private static let countVariable = "CCLUSTER_HOST_CONFIG"

  public init(name: String, config: String) { (self.name, self.config) = (name, config) }

  public var environment: [(name: String, value: String)] {
    var pieces: [String] = []
    var rest = Substring(config).utf8[...]
    while !rest.isEmpty {
      var end = rest.index(rest.startIndex, offsetBy: Self.longest, limitedBy: rest.endIndex) ?? rest.endIndex
      // Not within a character: 10xxxxxx goes on with one.
      while end < rest.endIndex, rest[end] & 0xc0 == 0x80 { end = rest.index(before: end) }
      pieces.append(String(rest[..<end]) ?? "")
      rest = rest[end...]
    }
    return [(Self.nameVariable, name), (Self.countVariable, "\(pieces.count)")]
      + pieces.enumerated().map { ("\(Self.countVariable)_\($0.offset)", $0.element) }
  }

  /// `nil` when this process was not started by a head's launcher.
  public init?(_ variable: (String) -> String?) {
    guard let name = variable(Self.nameVariable), let count = variable(Self.countVariable).flatMap({ Int($0) }) else {
      return nil
    }
    var config = ""
    for index in 0..<count {
      guard let piece = variable("\(Self.countVariable)_\(index)") else { return nil }
      config += piece
    }
    self.init(name: name, config: config)
  }
}
