import ArgumentParser
import ClusterConfig
import ClusterPlan
import ControlCluster

/// A revision's files in a temporary directory, which nobody shall see: in messages they are `REVISION:PATH`, and the paths
/// in a config lead into the repository's own directory.
struct RevisionFiles {
  let name: String
  let directory: String
  /// The repository's directory.
  let top: String

  func plan(_ file: String, _ overlays: [String], _ values: ValueOptions) throws -> ClusterPlan {
    let resolved = try values.load(["\(directory)/\(file)"] + overlays)
    return try ClusterPlan(
      inRepository(resolved.config), configText: inRepository(resolved.yaml(withOrigins: false)))
  }

  func printingProblems(_ body: () throws -> ClusterPlan) throws -> ClusterPlan {
    do {
      return try body()
    } catch let error as ConfigError {
      let text = error.rendered(color: Terminal.error.hasColor)
      Terminal.error.write(text.replacing("\(directory)/", with: "\(name):"))
    } catch {
      Terminal.error.print("\(name): error: \(error)")
    }
    throw ExitCode(2)
  }

  private func inRepository(_ config: ClusterConfig) -> ClusterConfig {
    var config = config
    config.robot.urdf = config.robot.urdf.map(inRepository)
    config.robot.srdf = config.robot.srdf.map(inRepository)
    config.controllers.program = inRepository(config.controllers.program)
    config.simulator.program = inRepository(config.simulator.program)
    config.archive = config.archive.map(inRepository)
    return config
  }

  private func inRepository(_ program: ClusterConfig.Program) -> ClusterConfig.Program {
    guard case .command(let arguments, let environment, let directory) = program else { return program }
    return .command(
      arguments: arguments.map(inRepository), environment: environment, directory: directory.map(inRepository))
  }

  private func inRepository(_ text: String) -> String {
    text.replacing(directory, with: top)
  }
}
