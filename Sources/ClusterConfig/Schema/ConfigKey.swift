/// A key of the config language as its documentation lists it, made of the decoder's own declarations.
public struct ConfigKey: Sendable, Equatable {
  /// What it means when the key is not there.
  public enum Absence: Sendable, Equatable {
    case required
    case value(ConfigValue)
    case meaning(String)
  }

  /// From the top; capitals stand for the user's own names: `robot`, `limits`, `JOINT`, `effort`.
  public let path: [String]
  /// The kinds of value that it takes, in words.
  public let type: String
  /// Of the numbers; empty where there are none.
  public let unit: String
  public let absence: Absence
  /// One or two whole sentences.
  public let meaning: String
  /// Whether other keys are inside.
  public let isMapping: Bool
}

extension ConfigSchema {
  /// Every key there is, in the order of the decoder, each before those inside it.
  public static var keys: [ConfigKey] { keys(of: recorded, []) }

  static func keys(of object: SchemaObject, _ path: [String]) -> [ConfigKey] {
    if let (value, placeholder, _) = object.named {
      return key(value, path + [placeholder], .meaning("none")) + inner(value, path + [placeholder])
    }
    return object.properties.flatMap { name, node in
      key(node, path + [name], absence(of: name, node, in: object)) + inner(node, path + [name])
    }
  }

  private static func key(_ node: SchemaNode, _ path: [String], _ absence: ConfigKey.Absence) -> [ConfigKey] {
    [
      ConfigKey(
        path: path, type: node.typeText, unit: node.unitText, absence: absence, meaning: node.documentation,
        isMapping: !node.objects.isEmpty)
    ]
  }

  private static func inner(_ node: SchemaNode, _ path: [String]) -> [ConfigKey] {
    node.objects.flatMap { keys(of: $0, path) }
  }

  private static func absence(of key: String, _ node: SchemaNode, in object: SchemaObject) -> ConfigKey.Absence {
    if object.required.contains(key) || node.isSection && node.requires { return .required }
    if let group = object.group, group.required.contains(key) { return .meaning("what `\(group.alternative)` says") }
    if let value = node.defaultValue { return .value(value) }
    // A section whose keys all have defaults.
    return node.isSection ? .value(.mapping([])) : .meaning(node.absence)
  }
}

extension SchemaNode {
  fileprivate var objects: [SchemaObject] {
    forms.compactMap { if case .object(let object) = $0 { object } else { nil } }
  }
}
