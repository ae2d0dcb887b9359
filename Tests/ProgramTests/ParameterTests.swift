import ControlCluster
import Testing

@testable import ccluster_controller
@testable import ccluster_simulator

@Suite("Parameters of the built-in programs")
struct ParameterTests {
  @Test("without parameters the defaults hold")
  func defaults() throws {
    for none in [.null, .object([])] as [JSONValue] {
      let parameters = try ReferenceParameters(none)
      #expect(parameters.weights == MPCWeights())
      #expect(parameters.accelerationLimit == 50)
      #expect(parameters.inertia == 0)
      #expect(parameters.failure == nil && parameters.delay == nil)
    }
  }

  @Test("the reference controller takes what it documents; terminal weights follow the others unless they are given")
  func reference() throws {
    let parameters = try ReferenceParameters([
      "weights": ["q": 2, "v": 0.1, "a": 0.01, "terminal_v": 3], "acceleration_limit": 20, "inertia": 0.5,
      "fail_at": ["controller": 3, "step": 100], "delay": ["controller": 2, "step": 50, "seconds": 1.5],
    ])
    #expect(
      parameters.weights
        == MPCWeights(position: 2, velocity: 0.1, acceleration: 0.01, terminalPosition: 20, terminalVelocity: 3))
    #expect(parameters.accelerationLimit == 20)
    #expect(parameters.inertia == 0.5)
    #expect(parameters.failure == .init(controller: 3, step: 100))
    #expect(parameters.delay == .init(controller: 2, step: 50, seconds: 1.5))
  }

  @Test(
    "what makes no sense is refused in words",
    arguments: [
      (
        ["wieghts": 1],
        "controllers.parameters has no 'wieghts'; known are weights, acceleration_limit, inertia, fail_at, delay"
      ),
      (["weights": 3], "controllers.parameters.weights is 3; it must be a mapping"),
      (["weights": ["a": 0]], "controllers.parameters.weights.a is 0; it must be positive"),
      (["weights": ["q": -1]], "controllers.parameters.weights.q is -1; it must be not negative"),
      (["acceleration_limit": "fast"], "controllers.parameters.acceleration_limit is \"fast\"; it must be positive"),
      (["fail_at": ["step": 3]], "controllers.parameters.fail_at lacks 'controller'"),
      (
        ["fail_at": ["controller": 1.5, "step": 3]],
        "controllers.parameters.fail_at.controller is 1.5; it must be a whole number that is not negative"
      ),
      ([1], "controllers.parameters is [1]; it must be a mapping"),
    ] as [(JSONValue, String)])
  func refused(parameters: JSONValue, sentence: String) {
    #expect(throws: ClusterError.parameter(sentence)) { try ReferenceParameters(parameters) }
  }

  private func simulator(_ parameters: JSONValue, report: String? = nil) throws -> SimulatorParameters {
    var test = TestBlueprint()
    test.simulatorParameters = parameters
    let cluster = try ClusterDescription(json: test.blueprint(named: "parameters").description)
    return try SimulatorParameters(cluster) { $0 == "CCLUSTER_REPORT" ? report : nil }
  }

  @Test("gains are one number for all joints, or a number by name")
  func gains() throws {
    let parameters = try simulator(["stiffness": 60, "damping": ["knee_l": 4], "perturbation": 0, "seed": 9])
    #expect(parameters.joints.map(\.stiffness) == [60, 60, 60, 60])
    #expect(parameters.joints.map(\.damping) == [10, 4, 10, 10])
    #expect(parameters.joints.map(\.inertia) == [0.1, 0.1, 0.1, 0.1])
    #expect(parameters.joints[1].name == "knee_l")
    #expect(parameters.joints[1].homing == 0.6)
    #expect(parameters.joints[1].upper == 1.5 && parameters.joints[1].effortLimit == 40)
    #expect(parameters.perturbation == 0 && parameters.seed == 9)
    #expect(parameters.tolerance == nil)
    #expect(
      throws: ClusterError.parameter(
        "simulator.parameters.damping has no 'ankle'; known are hip_l, knee_l, hip_r, knee_r")
    ) { try simulator(["damping": ["ankle": 1]]) }
    #expect(throws: ClusterError.parameter("simulator.parameters.inertia.hip_l is 0; it must be positive")) {
      try simulator(["inertia": ["hip_l": 0]])
    }
  }

  @Test("the environment has the last word on the report's format")
  func format() throws {
    #expect(try !simulator(.null).reportsJSON)
    #expect(try simulator(["report": "json"]).reportsJSON)
    #expect(try simulator(.null, report: "json").reportsJSON)
    #expect(try !simulator(["report": "json"], report: "text").reportsJSON)
    #expect(throws: ClusterError.environment(name: "CCLUSTER_REPORT", value: "yaml")) {
      try simulator(.null, report: "yaml")
    }
    #expect(throws: ClusterError.parameter("simulator.parameters.report is \"yaml\"; it must be text or json")) {
      try simulator(["report": "yaml"])
    }
  }
}
