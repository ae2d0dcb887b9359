import ControlCluster
import Testing

@testable import ClusterObserve

@Suite("Paths of values")
struct ValuePathTests {
  private static func layout(
    shape: [Int], columns: [String] = [], axis: Int = 0, frame: String = "", convention: String = ""
  ) -> ClusterLayout {
    let field = FieldLayout(
      name: "field", elementType: .f32, shape: shape, offset: 0, convention: convention, frame: frame, columns: columns,
      columnsAxis: axis)
    let buffer = BufferLayout(
      name: "buffer", writer: .controller, per: .controller, sync: .step, align: 64, rows: 8, rowStride: 4096,
      rowSize: field.size, fields: [field], initialRow: Array(repeating: 0, count: 4096))
    return ClusterBlueprint(name: "c", slots: 8, buffers: [buffer], description: "", config: "").layout
  }

  private static func elements(_ columns: String, _ layout: ClusterLayout) throws -> [Int] {
    try ValueSelection(ValuePath("buffer.field" + (columns.isEmpty ? "" : ".\(columns)")), in: layout).fields[0]
      .elements
  }

  @Test("rows stand anywhere behind the buffer, in the order in which they are named")
  func rows() throws {
    for text in ["buffer.field.x@5,2-3,2", "buffer.field@5,2-3,2.x", "buffer@5,2-3,2.field.x"] {
      let path = try ValuePath(text)
      #expect((path.buffer, path.field, path.columns) == ("buffer", "field", "x"))
      #expect(path.rows == .some([5, 2, 3]))
    }
    #expect(try ValuePath("buffer").rows == .any)
    #expect(try ValuePath("buffer@all").rows == .all)
    for text in [
      "", ".", "a.", ".a", "a..b", "a@", "a@b", "a@1-", "a@-1", "a@2-1", "a@1,,2", "a@1-2-3", "a@99999999999999999999",
    ] {
      #expect(throws: ValueError.self, "\(text)") { try ValuePath(text) }
    }
  }

  @Test("a column is a name, a number or a range, a place for each axis; names find their axis")
  func columns() throws {
    let layout = Self.layout(shape: [4, 3], columns: ["a", "b", "a.b", "c,d"], frame: "world")
    #expect(try Self.elements("", layout) == Array(0..<12))
    #expect(try Self.elements("b", layout) == [3, 4, 5])
    #expect(try Self.elements("b.z", layout) == [5])
    #expect(try Self.elements("z", layout) == [2, 5, 8, 11])
    #expect(try Self.elements("0,2-3.1", layout) == [1, 7, 10])
    // Names of robots hold what they like: the longest that fits is meant.
    #expect(try Self.elements("a.b", layout) == [6, 7, 8])
    #expect(try Self.elements("a.b.x", layout) == [6])
    #expect(try Self.elements("a.x", layout) == [0])
    #expect(try Self.elements("c,d", layout) == [9, 10, 11])
    #expect(try Self.elements("c,d,b.y,x", layout) == [10, 9, 4, 3])
    for wrong in ["d", "b.w", "b.3", "4", "b.z.0", "a-b", "z.a"] {
      #expect(throws: ValueError.self, "\(wrong)") { try Self.elements(wrong, layout) }
    }
  }

  @Test("columns lie on any axis; quaternions have their letters; a scalar has no columns")
  func names() throws {
    let horizon = Self.layout(shape: [5, 2], columns: ["hip", "knee"], axis: 1)
    #expect(try Self.elements("knee", horizon) == [1, 3, 5, 7, 9])
    #expect(try Self.elements("3.knee", horizon) == [7])
    let orientation = Self.layout(shape: [4], frame: "world", convention: "xyzw")
    #expect(try Self.elements("w,x", orientation) == [3, 0])
    // Three numbers without a frame may be anything.
    #expect(throws: ValueError.self) { try Self.elements("x", Self.layout(shape: [3])) }
    #expect(try Self.elements("", Self.layout(shape: [])) == [0])
    #expect(throws: ValueError.self) { try Self.elements("0", Self.layout(shape: [])) }
  }

  @Test("who names what is not there is told what there is")
  func unknown() throws {
    let layout = Self.layout(shape: [2], columns: ["hip", "knee"])
    #expect(throws: ValueError.unknown(.buffer, "x", of: "the cluster", known: ["buffer"])) {
      try ValueSelection(ValuePath("x.field"), in: layout)
    }
    #expect(throws: ValueError.unknown(.buffer, "field", of: "the cluster", known: ["buffer.field"])) {
      try ValueSelection(ValuePath("field"), in: layout)
    }
    #expect(throws: ValueError.unknown(.field, "x", of: "'buffer'", known: ["field"])) {
      try ValueSelection(ValuePath("buffer.x"), in: layout)
    }
    #expect(throws: ValueError.unknown(.column, "x", of: "'buffer.field'", known: ["hip", "knee"])) {
      try ValueSelection(ValuePath("buffer.field.x"), in: layout)
    }
    #expect(throws: ValueError.row(8, buffer: "buffer", first: 0, count: 8)) {
      try ValueSelection(ValuePath("buffer@8"), in: layout)
    }
  }
}
