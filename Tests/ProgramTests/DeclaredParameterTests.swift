import BuiltInPrograms
import ClusterConfig
import ClusterPlan
import ControlCluster
import Testing

@testable import ccluster_controller
@testable import ccluster_simulator

@Suite("Declared parameters")
struct DeclaredParameterTests {
  private static let joints = ["hip_l", "knee_l", "hip_r", "knee_r"]

  /// The parameters as a config's reader hands them over; `nil` when it refuses them.
  private func parameters(_ yaml: String, of program: BuiltInProgram, checked: Bool) -> ConfigValue? {
    let own = checked ? program.rawValue : "{command: [x]}"
    let (controllers, simulator) =
      program == .reference
      ? ("{count: 2, program: \(own), parameters: \(yaml)}", "external")
      : ("{count: 2}", "{program: \(own), parameters: \(yaml)}")
    let text = """
      name: demo
      robot: {joints: [\(Self.joints.joined(separator: ", "))]}
      controllers: \(controllers)
      simulator: \(simulator)
      """
    let surroundings = ConfigSurroundings(files: ["/cluster.yaml": Array(text.utf8)])
    guard let config = try? ClusterConfig.load(path: "/cluster.yaml", surroundings: surroundings).config else {
      return nil
    }
    return program == .reference ? config.controllers.parameters : config.simulator.parameters
  }

  private func isTaken(_ yaml: String, by program: BuiltInProgram) throws -> Bool {
    let value = JSONValue(try #require(self.parameters(yaml, of: program, checked: false), "\(yaml)"))
    do {
      switch program {
      case .reference: _ = try ReferenceParameters(value)
      case .stub:
        var test = TestBlueprint()
        test.simulatorParameters = value
        let cluster = try ClusterDescription(json: test.blueprint(named: "declared").description)
        try #require(cluster.robot.joints == Self.joints)
        _ = try SimulatorParameters(cluster) { _ in nil }
      }
      return true
    } catch is ClusterError {
      return false
    }
  }

  private static let values = [
    "true", "0", "1", "-1", "2.5", "1e-9", "text", "json", "\"1\"", "[]", "[1]", "{}", "{x: 1}", "null",
    "{hip_l: 2}", "{hip_l: 0}", "{hip_l: null}", "{hip_l: a}", "{ankle: 1}", "{q: 1, a: 0}", "{q: 0, terminal_v: 3}",
    "{step: 1}", "{controller: 1, step: 2}", "{controller: 1, step: 2, seconds: 0}", "{controller: 1.5, step: 2}",
    "{controller: 0, step: -1, seconds: 1}", "{controller: 0, step: 1, seconds: -1}",
  ]

  @Test(
    "a config is refused exactly when the built-in program would refuse its parameters",
    arguments: BuiltInProgram.allCases)
  func sameVerdict(program: BuiltInProgram) throws {
    var taken = 0
    for key in program.parameters.map(\.key) + ["unknown"] {
      for value in Self.values {
        let yaml = "{\(key): \(value)}"
        let isTaken = try isTaken(yaml, by: program)
        #expect((parameters(yaml, of: program, checked: true) != nil) == isTaken, "\(program): \(yaml)")
        taken += isTaken ? 1 : 0
      }
    }
    #expect(taken > 2 * program.parameters.count)
  }

  @Test("a program of the user's own takes any parameters")
  func ownPrograms() {
    #expect(parameters("{weights: heavy, anything: [1]}", of: .reference, checked: false) != nil)
    #expect(parameters("{weights: heavy}", of: .reference, checked: true) == nil)
  }
}
