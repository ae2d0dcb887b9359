extension ClusterDescription {
  /// Reads the description that a segment carries.
  /// - Throws: `corrupt`, naming the key that is missing or of another type.
  public init(json text: String) throws(ClusterError) {
    let root: JSONValue
    do { root = try JSONValue(parsing: text) } catch {
      throw .corrupt(segment: "description", what: "\(error)")
    }
    let reader = DescriptionReader(value: root, path: "")
    let robot = try reader.object("robot")
    let timing = try reader.object("timing")
    let horizon = try reader.object("horizon")
    let controllers = try reader.object("controllers")
    let simulator = try reader.object("simulator")
    try self.init(
      name: reader.string("name"),
      robot: RobotDescription(robot),
      timing: Timing(simulationDt: timing.number("simulation_dt"), clusterDt: timing.number("cluster_dt")),
      horizon: Horizon(nodes: horizon.int("nodes"), dt: horizon.number("dt")),
      controllers: Controllers(controllers),
      simulator: Simulator(
        steps: simulator.int("steps"), realtime: simulator.bool("realtime"), parameters: simulator.any("parameters")))
    // A launcher of before there were several has no such key.
    if root["hosts"] != nil {
      let hosts = try Hosts(reader.object("hosts"))
      let count = hosts.index == 0 ? hosts.shares.reduce(0) { $0 + $1.count } : hosts.shares[hosts.index].count
      guard count == self.controllers.count else {
        throw .corrupt(segment: "description", what: "controllers.count is not that of its host")
      }
      self.hosts = hosts
    }
  }
}

extension ClusterDescription.Hosts {
  /// As ``ClusterDescription/init(json:)`` reads it.
  public var json: JSONValue {
    [
      "index": .integer(index),
      "list": .array(
        shares.map { ["name": .string($0.name), "first": .integer($0.first), "count": .integer($0.count)] }),
      "timeout": .number(timeout), "lost": .string(lost.rawValue), "latest_rate": .number(latestRate),
    ]
  }

  fileprivate init(_ reader: DescriptionReader) throws(ClusterError) {
    func corrupt(_ what: String) -> ClusterError { .corrupt(segment: "description", what: what) }
    let word = try reader.string("lost")
    guard let lost = LostHost(rawValue: word) else { throw corrupt("hosts.lost '\(word)' is unknown") }
    var shares: [HostShare] = []
    for (index, host) in try reader.array("list").enumerated() {
      let host = DescriptionReader(value: host, path: "hosts.list[\(index)].")
      let share = try HostShare(name: host.string("name"), first: host.int("first"), count: host.int("count"))
      // Who finds a slot's host, or a host's slots, relies on it.
      guard share.first == (shares.last.map { $0.first + $0.count } ?? 0), (0...Int(UInt32.max)).contains(share.count)
      else { throw corrupt("hosts.list[\(index)] does not go on where the one before it ends") }
      shares.append(share)
    }
    let index = try reader.int("index")
    guard shares.indices.contains(index) else { throw corrupt("hosts.index is \(index) of \(shares.count)") }
    try self.init(
      index: index, shares: shares, timeout: reader.number("timeout"), lost: lost,
      latestRate: reader.number("latest_rate"))
  }
}

extension ClusterDescription.Controllers {
  fileprivate init(_ reader: DescriptionReader) throws(ClusterError) {
    let onFailure = try reader.string("on_failure")
    guard let policy = OnFailure(rawValue: onFailure) else {
      throw .corrupt(segment: "description", what: "on_failure '\(onFailure)' is unknown")
    }
    try self.init(
      count: reader.int("count"), perProcess: reader.int("per_process"), joints: reader.strings("joints"),
      parameters: reader.any("parameters"), activate: reader.bool("activate"), onFailure: policy,
      startupTimeout: reader.number("startup_timeout"), solveTimeout: reader.number("solve_timeout"))
  }
}

extension RobotDescription {
  fileprivate init(_ reader: DescriptionReader) throws(ClusterError) {
    let limits = try reader.array("limits")
    try self.init(
      name: reader.string("name"), version: reader.string("version"),
      hasFloatingBase: reader.string("base") == "floating", joints: reader.strings("joints"),
      contacts: reader.strings("contacts"), mass: reader.number("mass"), urdf: reader.value["urdf"]?.string,
      srdf: reader.value["srdf"]?.string, homing: reader.array("homing").map { $0.number ?? 0 },
      limits: limits.map {
        JointLimits(
          lower: $0["lower"]?.number, upper: $0["upper"]?.number, velocity: $0["velocity"]?.number,
          effort: $0["effort"]?.number)
      }, parameters: reader.any("parameters"))
    guard self.limits.count == joints.count, homing.count == joints.count else {
      throw .corrupt(segment: "description", what: "limits, homing and joints have different lengths")
    }
  }
}

/// Typed access by key, with the path of what is missing.
private struct DescriptionReader {
  let value: JSONValue
  let path: String

  func object(_ key: String) throws(ClusterError) -> DescriptionReader {
    DescriptionReader(value: try any(key), path: path + key + ".")
  }

  func any(_ key: String) throws(ClusterError) -> JSONValue { try require(value[key], key) }
  func string(_ key: String) throws(ClusterError) -> String { try require(value[key]?.string, key) }
  func number(_ key: String) throws(ClusterError) -> Double { try require(value[key]?.number, key) }
  func int(_ key: String) throws(ClusterError) -> Int { try require(value[key]?.int, key) }
  func bool(_ key: String) throws(ClusterError) -> Bool { try require(value[key]?.bool, key) }
  func array(_ key: String) throws(ClusterError) -> [JSONValue] { try require(value[key]?.array, key) }
  func strings(_ key: String) throws(ClusterError) -> [String] { try array(key).compactMap { $0.string } }

  private func require<Value>(_ value: Value?, _ key: String) throws(ClusterError) -> Value {
    guard let value else { throw .corrupt(segment: "description", what: "\(path)\(key) is missing or of another type") }
    return value
  }
}
