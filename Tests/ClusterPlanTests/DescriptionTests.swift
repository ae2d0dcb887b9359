@testable import ClusterConfig
import ClusterPlan
import ControlCluster
import Testing

@Suite("The published description")
struct DescriptionTests {
  @Test("it is JSON with exactly the documented keys and values")
  func golden() throws {
    let text = try ClusterPlan(.hopper(), configText: "").blueprint.description
    let expected: JSONValue = [
      "name": "hopper",
      "robot": [
        "name": "hopper", "version": "1.0.0", "base": "floating", "joints": ["hip", "knee"], "contacts": ["foot"],
        "mass": 3.5, "urdf": "/robots/hopper.urdf", "srdf": .null, "homing": [0.25, -0.5],
        "limits": [
          ["lower": -1.0, "upper": 1.5, "velocity": 20.0, "effort": 10.0],
          ["lower": .null, "upper": .null, "velocity": .null, "effort": .null],
        ],
        "parameters": .null,
      ],
      "timing": ["simulation_dt": 0.002, "cluster_dt": 0.02],
      "horizon": ["nodes": 31, "dt": 0.04],
      "controllers": [
        "count": 3, "per_process": 1, "joints": ["hip", "knee"], "parameters": ["weights": [1, 0.5, true]],
        "activate": true, "on_failure": "hold", "startup_timeout": 180.0, "solve_timeout": 60.0,
      ],
      "simulator": ["steps": 1000, "realtime": false, "parameters": .object([])],
    ]
    #expect(try JSONValue(parsing: text) == expected)
    #expect(text == expected.compact)
  }

  @Test("the runtime reads it")
  func runtime() throws {
    let description = try ClusterDescription(json: ClusterPlan(.hopper(), configText: "").blueprint.description)
    #expect(description.robot.hasFloatingBase)
    #expect(description.robot.homing == [0.25, -0.5])
    #expect(description.robot.limits[0].upper == 1.5)
    #expect(description.robot.limits[1] == JointLimits())
    #expect(description.robot.srdf == nil)
    #expect(description.timing.stepsPerCluster == 10)
    #expect(description.controllers.onFailure == .hold)
    #expect(description.controllers.parameters[path: "weights.1"]?.number == 0.5)
  }

  @Test("parameters keep their order and their kinds")
  func parameters() throws {
    var config = ClusterConfig.hopper()
    config.robot.parameters = .mapping([
      .init(key: "z", value: .mapping([.init(key: "a", value: .null)])), .init(key: "a", value: .string("no")),
      .init(key: "b", value: .number(3)), .init(key: "c", value: .integer(3)),
    ])
    let text = try ClusterPlan(config, configText: "").blueprint.description
    #expect(
      try JSONValue(parsing: text)[path: "robot.parameters"]?.compact == #"{"z":{"a":null},"a":"no","b":3.0,"c":3}"#)
  }
}
