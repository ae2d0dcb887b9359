@testable import ClusterConfig
import ClusterPlan
import ControlCluster
import Testing

@Suite("Initial rows")
struct InitialRowTests {
  @Test("a scalar fills the field, a list is taken element by element")
  func scalarAndList() throws {
    let row = try layout(
      .make("fill", [2, 2], initial: .scalar(1.5)), .make("list", [3], dtype: .f64, initial: .list([1, -2, 0.1])),
      .make("none", [2]))
    #expect(row.initial("fill", as: Float.self) == [1.5, 1.5, 1.5, 1.5])
    #expect(row.initial("list", as: Double.self) == [1, -2, 0.1])
    #expect(row.initial("none", as: Float.self) == [0, 0])
  }

  @Test("homing runs along the joints, again for every node")
  func homing() throws {
    let row = try layout(
      .make("q", [2], initial: .homing), .make("horizon", [3, 2], initial: .homing),
      .make("per_joint", [2, 3], columns: ["hip", "knee"], columnsAxis: 0, initial: .homing),
      .make("cube", [1, 2, 2], columns: ["hip", "knee"], columnsAxis: 1, initial: .homing))
    #expect(row.initial("q", as: Float.self) == [0.25, -0.5])
    #expect(row.initial("horizon", as: Float.self) == [0.25, -0.5, 0.25, -0.5, 0.25, -0.5])
    #expect(row.initial("per_joint", as: Float.self) == [0.25, 0.25, 0.25, -0.5, -0.5, -0.5])
    #expect(row.initial("cube", as: Float.self) == [0.25, 0.25, -0.5, -0.5])
    #expect(row.fields.map(\.initialIsHoming) == [true, true, true, true])
  }

  @Test("homing follows the names of the columns: a subset, another order")
  func homingByName() throws {
    let row = try layout(
      .make("one", [1], columns: ["knee"], initial: .homing),
      .make("swapped", [2], columns: ["knee", "hip"], initial: .homing))
    #expect(row.initial("one", as: Float.self) == [-0.5])
    #expect(row.initial("swapped", as: Float.self) == [-0.5, 0.25])
  }

  @Test("numbers become the nearest value of the dtype, at its bounds too")
  func conversion() throws {
    let numbers: [Double] = [0, 1.4, -1.6, 1e30, -1e30, .nan]
    func converted<Element: BitwiseCopyable>(_ dtype: ClusterConfig.DType, _: Element.Type) throws -> [Element] {
      try layout(.make("x", [6], dtype: dtype, initial: .list(numbers))).initial("x")
    }
    #expect(try converted(.bool, UInt8.self) == [0, 1, 1, 1, 1, 1])
    #expect(try converted(.i8, Int8.self) == [0, 1, -2, 127, -128, 0])
    #expect(try converted(.i16, Int16.self) == [0, 1, -2, .max, .min, 0])
    #expect(try converted(.i32, Int32.self) == [0, 1, -2, .max, .min, 0])
    #expect(try converted(.i64, Int64.self) == [0, 1, -2, .max, .min, 0])
    #expect(try converted(.u8, UInt8.self) == [0, 1, 0, 255, 0, 0])
    #expect(try converted(.u16, UInt16.self) == [0, 1, 0, .max, 0, 0])
    #expect(try converted(.u32, UInt32.self) == [0, 1, 0, .max, 0, 0])
    #expect(try converted(.u64, UInt64.self) == [0, 1, 0, .max, 0, 0])
    #expect(try converted(.f32, Float.self).prefix(5) == [0, 1.4, -1.6, 1e30, -1e30])
    #expect(try converted(.f64, Double.self).prefix(5) == [0, 1.4, -1.6, 1e30, -1e30])
  }

  @Test("char fields and padding are zero")
  func zeroBytes() throws {
    let row = try layout(
      .make("text", [5], dtype: .char, initial: .scalar(65)), .make("x", [], dtype: .f64, initial: .scalar(-1)))
    #expect(row.initialRow[..<8] == [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(row.initialRow[16...].allSatisfy { $0 == 0 })
    #expect(row.initialRow.count == 64)
  }

  @Test("a list of another length than the field fills what it reaches")
  func otherLength() throws {
    let row = try layout(
      .make("short", [3], initial: .list([1])), .make("long", [1], initial: .list([2, 3])), .make("next", [1]))
    #expect(row.initial("short", as: Float.self) == [1, 0, 0])
    #expect(row.initial("long", as: Float.self) == [2])
    #expect(row.initial("next", as: Float.self) == [0])
  }

  private func layout(_ fields: ClusterConfig.Field...) throws -> BufferLayout {
    let buffer = ClusterConfig.Buffer(
      name: "b", writer: .controller, per: .controller, sync: .step, align: 64, fields: fields)
    let plan = try ClusterPlan(.hopper(buffers: [buffer]), configText: "")
    return try #require(plan.blueprint.layout[buffer: "b"])
  }
}
