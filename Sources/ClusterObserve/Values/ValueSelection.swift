import ControlCluster

/// The values that a path chooses in a cluster.
public struct ValueSelection: Sendable, Equatable {
  /// Chosen elements of one field.
  public struct Field: Sendable, Equatable {
    public let layout: FieldLayout
    /// Their places in a row, row-major.
    public let elements: [Int]
    /// Their names along the axes, joined by dots: `FL_hip_joint`, `FL_foot.z`; a scalar's is empty.
    public let names: [String]
    /// Extents of the field as people see it: characters along its last axis are one text.
    public let shape: [Int]
    /// Elements of the layout that one of these is made of: more than one for a text only.
    public let length: Int
  }

  public let path: ValuePath
  public let buffer: BufferLayout
  /// One, or all of a buffer that hold anything.
  public let fields: [Field]
  /// In the order in which they were named; those of the memory.
  public let rows: [Int]
  /// What they are called: a controller's by its number in the whole cluster.
  public let numbers: [Int]

  /// - Parameter first: the number of slot 0's controller, which rows are named by.
  /// - Throws: `unknown`, `row`, `syntax`.
  public init(_ path: ValuePath, in layout: ClusterLayout, first: Int = 0) throws(ValueError) {
    self.path = path
    guard let buffer = layout[buffer: path.buffer] else {
      // Whoever names a field without its buffer is told where there is one.
      let owners = layout.buffers.filter { $0[field: path.buffer] != nil }.map { "\($0.name).\(path.buffer)" }
      throw .unknown(
        .buffer, path.buffer, of: "the cluster", known: owners.isEmpty ? layout.buffers.map(\.name) : owners)
    }
    self.buffer = buffer
    if let name = path.field {
      guard let field = buffer[field: name] else {
        throw .unknown(.field, name, of: "'\(buffer.name)'", known: buffer.fields.map(\.name))
      }
      fields = [try Field(field, path)]
    } else {
      var fields: [Field] = []
      for field in buffer.fields where field.count > 0 { fields.append(try Field(field, path)) }
      self.fields = fields
    }
    let numbers = ControllerNumbers(first: buffer.per == .controller ? first : 0, count: buffer.rows).all
    switch path.rows {
    case .any, .all: self.numbers = Array(numbers)
    case .some(let named):
      // Who asks for what controller 3 has of it means the row that all share.
      let controllers = ControllerNumbers(first: first, count: layout.slots).all
      let isShared = buffer.per == .cluster && named.allSatisfy(controllers.contains)
      self.numbers = isShared ? [0] : named
      for row in self.numbers where !numbers.contains(row) {
        throw .row(row, buffer: buffer.name, first: numbers.lowerBound, count: buffer.rows)
      }
    }
    rows = self.numbers.map { $0 - numbers.lowerBound }
  }

  /// Elements of all chosen fields together, of one row.
  public var width: Int { fields.reduce(0) { $0 + $1.elements.count } }

  /// How an element is called in full: `rhc_commands.joint_position.FL_hip_joint`.
  public func name(_ field: Field, _ element: Int) -> String {
    let name = "\(buffer.name).\(field.layout.name)"
    return field.names[element].isEmpty ? name : "\(name).\(field.names[element])"
  }
}

extension ValueSelection.Field {
  fileprivate init(_ layout: FieldLayout, _ path: ValuePath) throws(ValueError) {
    self.layout = layout
    let isText = layout.elementType == .char && !layout.shape.isEmpty
    length = isText ? layout.shape.last ?? 1 : 1
    shape = isText ? layout.shape.dropLast() : layout.shape
    let axes = Array(ElementNames.axes(of: layout).prefix(shape.count))
    var chosen = axes.map { Array($0.indices) }
    if let columns = path.columns {
      var selector = ColumnSelector(columns[...], axes: axes, path: path)
      try selector.choose(&chosen)
    }
    // All combinations, the last axis fastest.
    var places: [[Int]] = [[]]
    for indices in chosen { places = places.flatMap { place in indices.map { place + [$0] } } }
    names = places.map { ElementNames.name($0, axes) }
    elements = places.map { place in
      zip(place, layout.strides).reduce(0) { $0 + $1.0 * $1.1 } / layout.elementType.size
    }
  }
}

/// Reads what stands behind a field, a place for each axis.
private struct ColumnSelector {
  private var rest: Substring
  private let axes: [[String]]
  private let path: ValuePath

  init(_ text: Substring, axes: [[String]], path: ValuePath) {
    (rest, self.axes, self.path) = (text, axes, path)
  }

  /// - Parameter chosen: all indices of each axis; what is not mentioned stays.
  mutating func choose(_ chosen: inout [[Int]]) throws(ValueError) {
    var axis = 0
    while !rest.isEmpty {
      guard axis < axes.count else {
        throw .syntax(path.text, "\(field) has no further axis for '\(rest)'")
      }
      if let (found, indices) = names(from: axis) {
        chosen[found] = indices
        axis = found + 1
      } else {
        chosen[axis] = try numbers(axis)
        axis += 1
      }
    }
  }

  private var field: String { "'\(path.buffer).\(path.field ?? "")'" }

  /// Names, separated by commas, that all lie on one axis, the first that has them.
  private mutating func names(from first: Int) -> (axis: Int, indices: [Int])? {
    for axis in first..<axes.count {
      var rest = rest
      var indices: [Int] = []
      while let index = Self.takeName(&rest, axes[axis]) {
        if !indices.contains(index) { indices.append(index) }
        if rest.first == "," {
          rest = rest.dropFirst()
        } else {
          self.rest = rest.dropFirst()
          return (axis, indices)
        }
      }
    }
    return nil
  }

  /// The longest that the text begins with: names may hold dots and commas.
  private static func takeName(_ rest: inout Substring, _ names: [String]) -> Int? {
    let fitting = names.indices.filter { index in
      guard !names[index].isEmpty, rest.hasPrefix(names[index]) else { return false }
      let next = rest.dropFirst(names[index].count).first
      return next == nil || next == "." || next == ","
    }
    guard let best = fitting.max(by: { names[$0].count < names[$1].count }) else { return nil }
    rest = rest.dropFirst(names[best].count)
    return best
  }

  private mutating func numbers(_ axis: Int) throws(ValueError) -> [Int] {
    let place = rest.prefix { $0 != "." }
    guard let numbers = NumberList.numbers(place) else {
      throw .unknown(
        .column, String(place), of: field,
        known: axes[axis...].flatMap { $0 }.filter { Int($0) == nil })
    }
    for number in numbers where number >= axes[axis].count {
      throw .syntax(path.text, "there is no column \(number): axis \(axis) of \(field) has \(axes[axis].count), from 0")
    }
    rest = rest.dropFirst(place.count).dropFirst()
    return numbers
  }
}
