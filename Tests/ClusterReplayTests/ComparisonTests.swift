import ControlCluster
import Testing

@testable import ClusterReplay

@Suite("which rows differ, and where")
struct ComparisonTests {
  /// A row as it is recorded, behind its version, and as it is in memory.
  private static let position = (
    recorded: FieldLayout(
      name: "q", elementType: .f32, shape: [3], offset: 8, unit: "rad", columns: ["hip", "thigh", "calf"]),
    replayed: FieldLayout(
      name: "q", elementType: .f32, shape: [3], offset: 0, unit: "rad", columns: ["hip", "thigh", "calf"])
  )
  private static let force = (
    recorded: FieldLayout(name: "f", elementType: .f64, shape: [2, 2], offset: 24, columns: ["left", "right"]),
    replayed: FieldLayout(name: "f", elementType: .f64, shape: [2, 2], offset: 16, columns: ["left", "right"])
  )

  private func comparison(_ tolerance: Tolerance = Tolerance()) throws -> Comparison {
    Comparison(
      [
        try #require(ComparedField(buffer: "b", recorded: Self.position.recorded, replayed: Self.position.replayed)),
        try #require(ComparedField(buffer: "b", recorded: Self.force.recorded, replayed: Self.force.replayed)),
      ], tolerance)
  }

  private func rows(q: [Float], f: [Double], version: UInt64 = 7) -> (recorded: [UInt64], replayed: [UInt64]) {
    var recorded = [UInt64](repeating: 0, count: 7)
    var replayed = [UInt64](repeating: 0, count: 6)
    recorded[0] = version
    recorded.withUnsafeMutableBytes { row in
      for (index, value) in q.enumerated() { row.storeBytes(of: value, toByteOffset: 8 + 4 * index, as: Float.self) }
      for (index, value) in f.enumerated() { row.storeBytes(of: value, toByteOffset: 24 + 8 * index, as: Double.self) }
    }
    replayed.withUnsafeMutableBytes { row in
      for (index, value) in q.enumerated() { row.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self) }
      for (index, value) in f.enumerated() { row.storeBytes(of: value, toByteOffset: 16 + 8 * index, as: Double.self) }
    }
    return (recorded, replayed)
  }

  private func compare(
    _ comparison: inout Comparison, step: Int, controller: Int = 0, recorded: [UInt64], replayed: [UInt64]
  ) -> Bool {
    recorded.withUnsafeBytes { before in
      replayed.withUnsafeBytes { after in
        let moment = ReplayMoment(step: step, time: Double(step) / 50)
        let results = (0..<2).map {
          comparison.compare($0, of: controller, before.baseAddress!, after.baseAddress!, at: moment)
        }
        return results.allSatisfy { $0 }
      }
    }
  }

  @Test("rows of the same values are the same, wherever their fields lie")
  func same() throws {
    var comparison = try comparison()
    let row = rows(q: [1, 2, 3], f: [4, 5, 6, 7])
    #expect(compare(&comparison, step: 0, recorded: row.recorded, replayed: row.replayed))
    #expect(comparison.values == 7)
    #expect(comparison.worstFirst().isEmpty)
  }

  @Test("a difference is told by its element, with the first step, the worst one and how many there are")
  func difference() throws {
    var comparison = try comparison()
    for (step, by) in [(3, Float(0.25)), (4, 0.5), (6, 0.125)] {
      let recorded = rows(q: [1, 2, 3], f: [4, 5, 6, 7]).recorded
      let replayed = rows(q: [1, 2 + by, 3], f: [4, 5, 6, 7]).replayed
      #expect(!compare(&comparison, step: step, controller: 5, recorded: recorded, replayed: replayed))
    }
    let found = try #require(comparison.worstFirst().first)
    #expect(comparison.worstFirst().count == 1)
    #expect(found.name == "b.q[thigh]")
    #expect((found.controller, found.first.step, found.worst.step, found.steps) == (5, 3, 4, 3))
    #expect((found.value.recorded, found.value.replayed, found.unit) == (2, 2.5, "rad"))
  }

  @Test("the worst is what is largest beside what its field holds, not in its unit")
  func worst() throws {
    var comparison = try comparison()
    let recorded = rows(q: [1, 2, 4], f: [1000, 2000, 3000, 4000]).recorded
    let replayed = rows(q: [1, 2, 4.5], f: [1000, 2000, 3001, 4000]).replayed
    #expect(!compare(&comparison, step: 0, recorded: recorded, replayed: replayed))
    #expect(comparison.worstFirst().map(\.name) == ["b.q[calf]", "b.f[right,0]"])
  }

  @Test("what becomes NaN is the worst of all")
  func notANumber() throws {
    var comparison = try comparison(Tolerance(absolute: 0.1))
    let recorded = rows(q: [1, 2, 4], f: [1, 2, 3, 4]).recorded
    let replayed = rows(q: [1, .nan, 40], f: [1, 2, 3, 4.05]).replayed
    #expect(!compare(&comparison, step: 0, recorded: recorded, replayed: replayed))
    #expect(comparison.worstFirst().map(\.name) == ["b.q[thigh]", "b.q[calf]"])
  }

  @Test("a field of another type, shape or order of columns is none to compare")
  func otherFields() {
    let field = Self.position.recorded
    func isComparable(_ change: (inout FieldLayout) -> Void) -> Bool {
      var other = Self.position.replayed
      change(&other)
      return ComparedField(buffer: "b", recorded: field, replayed: other) != nil
    }
    #expect(isComparable { $0.offset = 64 })
    #expect(!isComparable { $0.elementType = .i32 })
    #expect(!isComparable { $0.shape = [4] })
    #expect(!isComparable { $0.columns.swapAt(0, 1) })
  }
}
