/// The names of one scope of generated code: each is there once.
struct NameScope {
  private var owners: [String: String] = [:]

  /// - Parameter owner: what the name stands for, for the error: `field 'a.b'`.
  /// - Returns: The name.
  @discardableResult
  mutating func declare(_ name: String, for owner: String) throws(BindingError) -> String {
    if let first = owners.updateValue(owner, forKey: name) {
      throw .clash(name: name, first: first, second: owner)
    }
    return name
  }

  /// A name of that spelling, or with as many `_` behind it as it takes to be free.
  func free(_ name: String) -> String {
    owners[name] == nil ? name : free(name + "_")
  }
}
