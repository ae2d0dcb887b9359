/// A free-form YAML value, as users hand it to their controllers in `parameters`.
public indirect enum ConfigValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case sequence([ConfigValue])
  /// In the order of the file.
  case mapping([Entry])

  public struct Entry: Sendable, Equatable {
    public var key: String
    public var value: ConfigValue
    public init(key: String, value: ConfigValue) {
      self.key = key
      self.value = value
    }
  }

  /// As YAML on one line, in quotes where it would otherwise be read as something else.
  public var yaml: String { YAMLWriter.flow(self) }
}
