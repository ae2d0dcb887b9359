/// What the decoder would accept for one value, as recorded from the decoding functions themselves.
///
/// They are run on samples, one of each kind of YAML value, and take the branches that they take for a user's value.
/// What reads the sample adds its form here instead.
final class SchemaNode {
  let documentation: String
  let unit: String
  /// What an absent key means, in words; empty when the default says it, or when the key must be there.
  let absence: String
  private(set) var forms: [SchemaForm] = []
  /// What an absent key means; `nil` when that is no fixed value.
  private(set) var defaultValue: ConfigValue?
  /// Whether its keys are read even when it is absent, so that those that are required make it required.
  let isSection: Bool

  init(_ documentation: String, unit: String = "", absence: String = "", isSection: Bool = false) {
    self.documentation = documentation
    self.unit = unit
    self.absence = absence
    self.isSection = isSection
  }

  func add(_ form: SchemaForm) {
    if !forms.contains(where: form.isSame) { forms.append(form) }
  }

  /// - Parameter default: What an absent key means.
  func record<Value>(_ decode: (ValueReader) -> Value?, default: some SchemaDefault) {
    record(decode)
    // Durations are seconds and sizes bytes once they are read, and are written with a unit.
    if case .duration? = forms.first, let seconds = `default` as? Double {
      defaultValue = .seconds(seconds)
    } else if case .size? = forms.first, let bytes = `default` as? Int {
      defaultValue = .bytes(bytes)
    } else {
      defaultValue = `default`.schemaValue
    }
  }

  /// A reader for each kind of value, all of which record here.
  var readers: [ValueReader] {
    Self.samples.map { ValueReader($0, "", DiagnosticCollector(), schema: self) }
  }

  func record<Value>(_ decode: (ValueReader) -> Value?) {
    for reader in readers { _ = decode(reader) }
  }

  /// Where samples come from: nowhere.
  static let place = Span.whole(SourceText(file: "", bytes: []))

  private static let samples = [
    Node(.scalar(Scalar(text: "", isPlain: false)), place), Node(.sequence([]), place), Node(.mapping([]), place),
  ]
}
