extension Rules {
  /// `CCLUSTER_MAX_RANK` of the memory map.
  static let maximumRank = 8

  func rank(_ field: FieldSpec) {
    guard let shape = field.shape, shape.value.count > Self.maximumRank else { return }
    collector.report(
      .rank, "a shape has at most \(Self.maximumRank) axes, and this one has \(shape.value.count)", at: shape.span)
  }

  func quaternion(_ field: FieldSpec) {
    guard let convention = field.convention, !convention.value.isEmpty else { return }
    let valid = ["wxyz", "xyzw"]
    guard valid.contains(convention.value) else {
      return collector.report(
        .quaternion, "\(field.label).convention cannot be \(quoted(convention.value))", at: convention.span,
        notes: ValueReader.valueNotes(for: convention.value, among: valid))
    }
    guard let extents = field.extents, extents.last != 4 else { return }
    let last =
      extents.last.map { "the last extent of \(quoted(field.name.value)) is \($0)" }
      ?? "\(quoted(field.name.value)) is a single number"
    collector.report(
      .quaternion, "a quaternion has 4 elements, and \(last)", at: field.shape?.span ?? convention.span,
      notes: [.init("the convention is declared here", at: convention.span)])
  }

  func columns(_ field: FieldSpec) {
    guard let columns = field.columns, let extents = field.extents, let shape = field.shape else { return }
    guard let names = names(of: columns.value) else { return }
    if case .names = columns.value, names.isEmpty { return }
    if field.axis(of: names.count, called: columns.value.dimension) != nil { return }
    let count = names.count == 1 ? "1 column is" : "\(names.count) columns are"
    let lack =
      extents.isEmpty ? "\(quoted(field.name.value)) is a single number" : "no axis of \(extents) has that extent"
    collector.report(
      .columns, "\(count) named, and \(lack)", at: columns.span,
      notes: [.init("the shape is here", at: shape.span)])
  }

  /// `nil` when the robot's own list could not be read.
  func names(of columns: FieldSpec.Columns) -> [String]? {
    switch columns {
    case .names(let names): names.map(\.value)
    case .dimension("joints"): spec.robot?.joints?.map(\.value)
    case .dimension: spec.robot?.contacts?.map(\.value)
    }
  }

  func initial(_ field: FieldSpec) {
    guard let initial = field.initial, let dtype = field.dtype else { return }
    switch initial.value {
    case .scalar(let number): representable(number, dtype, initial.span)
    case .list(let numbers):
      for number in numbers { representable(number.value, dtype, number.span) }
      guard let extents = field.extents, let count = product(extents), count != numbers.count else { return }
      collector.report(
        .initial, "\(field.label) has \(count) element\(count == 1 ? "" : "s"), and initial lists \(numbers.count)",
        at: initial.span, notes: [.init("write one number for each element, or a single one for all")])
    case .homing:
      guard dtype == .f32 || dtype == .f64 else {
        return collector.report(
          .initial, "homing is in radians or metres, and does not fit \(dtype.rawValue)", at: initial.span)
      }
      guard let extents = field.extents, let joints = spec.robot?.joints else { return }
      if field.axis(of: joints.count, called: "joints") != nil { return }
      collector.report(
        .initial, "homing needs an axis that spans the \(joints.count) joints, and \(extents) has none",
        at: initial.span)
    }
  }

  private func representable(_ number: Double, _ dtype: ClusterConfig.DType, _ span: Span) {
    if let range = dtype.wholeRange {
      if number == number.rounded(), range.contains(number) { return }
      let bounds =
        dtype == .bool
        ? "only true and false" : "whole numbers from \(range.lowerBound.shortText) to \(range.upperBound.shortText)"
      collector.report(.initial, "\(dtype.rawValue) holds \(bounds), not \(number.shortText)", at: span)
    } else if dtype == .f32, !Float(number).isFinite {
      collector.report(.initial, "\(number.shortText) is too large for f32", at: span)
    }
  }
}

extension FieldSpec {
  /// The axis that `count` names go along: the last one written as that very dimension, or else the last one of that
  /// extent. So three contacts name the rows of `[contacts, 3]`, not its x, y and z.
  func axis(of count: Int, called dimension: String?) -> Int? {
    guard let extents, let shape else { return nil }
    let written = shape.value.lastIndex { extent in
      if case .name(let name) = extent.expression.kind { name == dimension } else { false }
    }
    return written ?? extents.lastIndex(of: count)
  }
}

extension FieldSpec.Columns {
  var dimension: String? {
    if case .dimension(let name) = self { name } else { nil }
  }
}

extension ClusterConfig.DType {
  /// The whole numbers that the type holds, of those that a Double holds exactly; `nil` for floating point.
  var wholeRange: ClosedRange<Double>? {
    switch self {
    case .bool: 0...1
    case .i8: -0x1p7...0x1p7 - 1
    case .i16: -0x1p15...0x1p15 - 1
    case .i32: -0x1p31...0x1p31 - 1
    case .i64: -0x1p63...0x1p63 - 1024
    case .u8, .char: 0...255
    case .u16: 0...0x1p16 - 1
    case .u32: 0...0x1p32 - 1
    case .u64: 0...0x1p64 - 2048
    case .f32, .f64: nil
    }
  }
}
