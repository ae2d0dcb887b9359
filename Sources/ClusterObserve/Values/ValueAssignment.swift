import ControlCluster

/// Values that chosen elements are to have: `PATH=VALUE`, where the path leads to one field.
///
/// ```text
/// rhc_references.root_linear_velocity.x@3=0.5      one element of one controller
/// rhc_references.root_linear_velocity=[0.5, 0, 0]  as many as were chosen, of all controllers
/// rhc_references.contact=true                      one for all that were chosen
/// ```
public struct ValueAssignment: Sendable, Equatable {
  public let selection: ValueSelection
  /// One for each chosen element of a row.
  public let values: [ElementValue]

  public var field: ValueSelection.Field { selection.fields[0] }

  /// - Parameter first: the number of slot 0's controller, which rows are named by.
  /// - Throws: `syntax`, `unknown`, `row`; `notWritable` when the buffer is not a tool's; `value` for one that the field cannot hold,
  ///   or that says nothing: NaN, infinity, an orientation that is none.
  public init(_ text: String, in layout: ClusterLayout, first: Int = 0) throws(ValueError) {
    guard let sign = text.firstIndex(of: "=") else { throw .syntax(text, "an assignment is PATH=VALUE") }
    try self.init(
      ValueSelection(ValuePath(String(text[..<sign])), in: layout, first: first),
      String(text[text.index(after: sign)...]))
  }

  private init(_ selection: ValueSelection, _ text: String) throws(ValueError) {
    self.selection = selection
    let path = selection.path
    guard path.field != nil else {
      throw .syntax(
        path.text,
        "a field is set, and not a whole buffer: \(path.text).\(selection.fields.first?.layout.name ?? "FIELD")")
    }
    guard selection.buffer.writer == .tool else {
      throw .notWritable(buffer: selection.buffer.name, writer: selection.buffer.writer)
    }
    let field = selection.fields[0]
    let words = Self.words(text, of: field)
    guard words.count == 1 || words.count == field.elements.count else {
      let chosen =
        "\(Quantity.count(field.elements.count, "element")) \(field.elements.count == 1 ? "is" : "are") chosen"
      throw .value(
        path.text, "\(chosen), and \(Quantity.count(words.count, "value")) given; one value goes into all of them")
    }
    var values: [ElementValue] = []
    for word in words { values.append(try ElementValue(parsing: word, for: field, path.text)) }
    self.values = values.count == 1 ? Array(repeating: values[0], count: field.elements.count) : values
    try checkOrientation()
  }

  /// Brackets only group.
  private static func words(_ text: String, of field: ValueSelection.Field) -> [String] {
    if field.layout.elementType == .char { return [text] }
    return text.filter { !"[]".contains($0) }.split(separator: ",", omittingEmptySubsequences: false)
      .map { String($0.trimmingSpaces()) }
  }

  /// How far a quaternion's norm may be from 1: a few digits were typed.
  private static let normTolerance = 0.01

  private func checkOrientation() throws(ValueError) {
    guard field.layout.convention.count == 4, field.shape == [4] else { return }
    guard field.elements.count == 4 else {
      throw .value(
        selection.path.text,
        "a quaternion is set as a whole, or its norm is not 1: \(field.layout.name)=\(field.layout.convention) in brackets"
      )
    }
    let norm = values.reduce(0) { $0 + $1.number * $1.number }.squareRoot()
    guard abs(norm - 1) > Self.normTolerance else { return }
    let unit = values.map { norm > 0 ? ElementValue.short($0.number / norm) : $0.short }.joined(separator: ", ")
    throw .value(
      selection.path.text,
      "a quaternion (\(field.layout.convention)) has norm 1, and this one \(ElementValue.short(norm))"
        + (norm > 0 ? "; did you mean [\(unit)]?" : ""))
  }
}

extension ElementValue {
  /// - Parameter path: for the error.
  fileprivate init(parsing word: String, for field: ValueSelection.Field, _ path: String) throws(ValueError) {
    let type = field.layout.elementType
    func refused(_ what: String) -> ValueError { .value(path, "'\(word)' \(what)") }
    func integer<Value: FixedWidthInteger>(_: Value.Type) throws(ValueError) -> Value {
      if let value = Value(word) ?? Double(word).flatMap(Value.init(exactly:)) { return value }
      throw refused(
        Double(word) == nil
          ? "is no whole number" : "does not fit \(type.name): whole numbers from \(Value.min) to \(Value.max)")
    }
    func number(upTo limit: Double) throws(ValueError) -> Double {
      guard let value = Double(word) else { throw refused("is no number") }
      guard value.isFinite else { throw refused("is no value to act on") }
      guard abs(value) <= limit else { throw refused("does not fit \(type.name)") }
      return value
    }
    switch type {
    case .bool:
      guard let value = ["true": true, "1": true, "false": false, "0": false][word] else {
        throw refused("is neither true nor false")
      }
      self = .bool(value)
    case .i8: self = .integer(Int(try integer(Int8.self)))
    case .i16: self = .integer(Int(try integer(Int16.self)))
    case .i32: self = .integer(Int(try integer(Int32.self)))
    case .i64: self = .integer(Int(try integer(Int64.self)))
    case .u8: self = .integer(Int(try integer(UInt8.self)))
    case .u16: self = .integer(Int(try integer(UInt16.self)))
    case .u32: self = .integer(Int(try integer(UInt32.self)))
    case .u64: self = .unsigned(try integer(UInt64.self))
    case .f32: self = .single(Float(try number(upTo: Double(Float.greatestFiniteMagnitude))))
    case .f64: self = .double(try number(upTo: .greatestFiniteMagnitude))
    case .char:
      guard word.utf8.count <= field.length else {
        throw refused("has \(word.utf8.count) bytes, and the field \(field.length)")
      }
      self = .text(word)
    }
  }
}

extension StringProtocol {
  fileprivate func trimmingSpaces() -> SubSequence {
    guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else {
      return prefix(0)
    }
    return self[first...last]
  }
}

extension ValueAssignment {
  /// {"buffer", "field", "elements", "rows", "values"}
  public var json: JSONValue {
    [
      "buffer": .string(selection.buffer.name), "field": .string(field.layout.name),
      "elements": .array(field.names.map(JSONValue.string)), "rows": .array(selection.numbers.map(JSONValue.integer)),
      "values": .array(values.map(\.json)),
    ]
  }
}
