extension ClusterPlan {
  /// Source code that gives typed access to the shared memory of clusters of this plan's layout, and refuses all others.
  /// The same config gives the same text; no name of this machine is in it.
  /// - Throws: `clash` when two names of the config cannot be told apart in generated code; see ``BindingName``.
  public func binding(in language: BindingLanguage) throws(BindingError) -> String {
    let model = try BindingModel(self)
    switch language {
    case .c: return try CBinding(model).text
    case .python: return try PythonBinding(model: model).text
    case .swift: return try SwiftBinding(model: model).text
    }
  }
}
