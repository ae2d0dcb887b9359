import ControlCluster

/// FlyingFox has one of that name as well.
typealias JSONValue = ControlCluster.JSONValue
