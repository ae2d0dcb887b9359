import ClusterConfig
import ControlCluster

extension JSONValue {
  /// The same value as JSON.
  public init(_ value: ConfigValue) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(value)
    case .sequence(let elements): self = .array(elements.map(JSONValue.init))
    case .mapping(let entries):
      self = .object(entries.map { Member(key: $0.key, value: JSONValue($0.value)) })
    }
  }
}
