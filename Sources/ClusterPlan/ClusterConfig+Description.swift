import ClusterConfig
import ControlCluster

extension ClusterConfig {
  /// What the runtime tells every process about the cluster beside its memory map. Published in the shared memory: its keys
  /// are a contract with programs of other versions.
  ///
  /// Lengths in m, angles in rad, times in s, mass in kg; what is unlimited or not given is `null`.
  /// - Parameter host: of these shares; its memory is where this is published.
  func described(_ shares: [HostShare], host: Int) -> JSONValue {
    let described: JSONValue = [
      "name": .string(name),
      "robot": robot.described(),
      "timing": ["simulation_dt": .number(timing.simulationDt), "cluster_dt": .number(timing.clusterDt)],
      "horizon": ["nodes": .integer(horizon.nodes), "dt": .number(horizon.dt)],
      "controllers": controllers.described(slots: slots(of: shares, host: host)),
      "simulator": [
        "steps": .integer(simulator.steps), "realtime": .bool(simulator.realtime),
        "parameters": JSONValue(simulator.parameters),
      ],
    ]
    guard let hosts = ClusterDescription.Hosts(self, shares, host: host), case .object(let members) = described else {
      return described
    }
    return .object(members + [.init(key: "hosts", value: hosts.json)])
  }
}

extension ClusterConfig.Robot {
  fileprivate func described() -> JSONValue {
    [
      "name": .string(name),
      "version": .string(version),
      "base": .string(base.rawValue),
      "joints": .strings(joints),
      "contacts": .strings(contacts),
      "mass": .number(mass),
      "urdf": urdf.map(JSONValue.string) ?? .null,
      "srdf": srdf.map(JSONValue.string) ?? .null,
      "homing": .array(homing.map(JSONValue.number)),
      "limits": .array(limits.map { $0.described() }),
      "parameters": JSONValue(parameters),
    ]
  }
}

extension ClusterConfig.JointLimits {
  fileprivate func described() -> JSONValue {
    func limit(_ number: Double?) -> JSONValue { number.map(JSONValue.number) ?? .null }
    return ["lower": limit(lower), "upper": limit(upper), "velocity": limit(velocity), "effort": limit(effort)]
  }
}

extension ClusterConfig.Controllers {
  fileprivate func described(slots: Int) -> JSONValue {
    [
      "count": .integer(slots),
      "per_process": .integer(perProcess),
      "joints": .strings(joints),
      "parameters": JSONValue(parameters),
      "activate": .bool(activate),
      "on_failure": .string(onFailure.rawValue),
      "startup_timeout": .number(startupTimeout),
      "solve_timeout": .number(solveTimeout),
    ]
  }
}

extension JSONValue {
  package static func strings(_ strings: some Sequence<String>) -> JSONValue { .array(strings.map(JSONValue.string)) }
}
