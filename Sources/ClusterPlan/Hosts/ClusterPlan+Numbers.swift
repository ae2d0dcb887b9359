import ControlCluster

extension ClusterPlan {
  /// Of the controllers that have a slot in this host's memory.
  public var numbers: ControllerNumbers {
    ControllerNumbers(first: host == 0 ? 0 : shares[host].first, count: blueprint.layout.slots)
  }
}
