import ControlCluster

/// A controller that computes nothing: what is left of a step is the step itself.
final class EmptyController: RHController {
  override func solve() {}
}
