import ControlCluster

extension Finding {
  /// `null` where there is nothing to say.
  public var json: JSONValue {
    [
      "id": .string(topic.rawValue), "severity": .string(severity.rawValue), "value": .string(value),
      "reason": reason.isEmpty ? .null : .string(reason), "cure": cure.map(JSONValue.string) ?? .null,
      "place": place.map(JSONValue.string) ?? .null, "concerns": isOfConfig ? "config" : "machine",
    ]
  }
}
