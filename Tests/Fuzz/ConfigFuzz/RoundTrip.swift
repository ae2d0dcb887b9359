import ClusterConfig
import ClusterPlan

/// The resolved config is itself a config, of the same plan.
enum RoundTrip {
  /// Smaller than the defaults, which test_hostile.py reaches: an input that goes up to them takes the time of thousands.
  private static let limits = {
    var limits = ConfigLimits()
    limits.nodes = 1 << 14
    limits.rows = 1 << 20
    return limits
  }()
  private static let maximumControllers = 1 << 12

  static func check(_ input: FuzzInput) throws(ConfigError) {
    let resolved = try ClusterConfig.load(
      paths: input.paths, overrides: input.overrides, surroundings: input.surroundings, limits: limits)
    for warning in resolved.warnings { Diagnostics.check(warning) }
    let text = resolved.yaml(withOrigins: false)
    guard resolved.config.controllers.count <= maximumControllers else { return }
    let plan = plan(of: resolved.config, text)
    let again = reload(text)
    require(again.yaml(withOrigins: false) == text, "the resolved config, resolved again, is another one")
    require(self.plan(of: again.config, text) == plan, "the resolved config has another plan")
    require(reload(resolved.yaml(withOrigins: true)).config == resolved.config, "origins change the config")
  }

  /// What validation has passed can be planned.
  private static func plan(of config: ClusterConfig, _ text: String) -> ClusterPlan {
    do {
      return try ClusterPlan(config, configText: text)
    } catch {
      fatalError("a valid config has no plan: \(error)")
    }
  }

  private static func reload(_ text: String) -> ResolvedConfig {
    let path = "/elsewhere/resolved.yaml"
    let surroundings = ConfigSurroundings(files: [path: Array(text.utf8)]) { _ in nil }
    do {
      return try ClusterConfig.load(path: path, surroundings: surroundings, limits: limits)
    } catch {
      fatalError("the resolved config is no config: \(error)")
    }
  }
}
