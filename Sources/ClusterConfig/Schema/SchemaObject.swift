/// A mapping of the schema: keys that it fixes, or names that are the user's own.
final class SchemaObject {
  /// Keys that stand for one value together.
  struct Group {
    var keys: [String]
    /// The key that says the same in another way.
    var alternative: String
    /// What must be there once one of them is.
    var required: [String]
  }

  /// In the order of reading.
  private(set) var properties: [(key: String, value: SchemaNode)] = []
  private(set) var required: [String] = []
  private(set) var group: Group?
  /// The value behind each of the user's own names, what stands for these in documentation, and their pattern; `nil` when
  /// the keys are fixed.
  private(set) var named: (value: SchemaNode, placeholder: String, pattern: String?)?

  /// The node of a key that is read now.
  func property(_ key: String, _ documentation: String, unit: String = "", absence: String = "") -> SchemaNode {
    let node = SchemaNode(documentation, unit: unit, absence: absence)
    properties.append((key, node))
    return node
  }

  /// The mapping behind a key, whose own keys are read now.
  func section(_ key: String, _ documentation: String) -> SchemaObject {
    let node = SchemaNode(documentation, isSection: true)
    let object = SchemaObject()
    node.add(.object(object))
    properties.append((key, node))
    return object
  }

  func require(_ key: String) { required.append(key) }

  func setNamed(_ value: SchemaNode, placeholder: String, pattern: String?) { named = (value, placeholder, pattern) }

  /// What `read` requires is required only once one of the keys is there.
  func group<Value>(_ keys: [String], alternative: String, _ read: () -> Value?) {
    let before = required.count
    _ = read()
    group = Group(keys: keys, alternative: alternative, required: Array(required[before...]))
    required.removeSubrange(before...)
  }
}
