@testable import ClusterConfig
import ClusterPlan
import ControlCluster
import Testing

@Suite("The memory map")
struct MemoryMapTests {
  /// Fresh seeds each run beside the fixed ones; a failure names its seed.
  static let seeds = Array(0..<200 as Range<UInt64>) + (0..<50).map { _ in UInt64.random(in: 1000...UInt64.max) }

  @Test("the loader counts as many copies of a latest row as the runtime makes")
  func latestCopies() { #expect(Rules.latestCopies == BufferLayout.latestCopies) }

  @Test("fields, rows, buffers and tables never overlap, and all stand where their alignment asks", arguments: seeds)
  func geometry(seed: UInt64) throws {
    let config = ClusterConfig.random(seed: seed)
    let blueprint = try ClusterPlan(config, configText: "seed: \(seed)\n").blueprint
    let layout = blueprint.layout
    var end = blueprint.encode().count
    for (buffer, source) in zip(layout.buffers, config.buffers) {
      #expect(buffer.offset >= end, "\(buffer.name) starts inside what stands before it")
      end = buffer.offset + buffer.size
      #expect(buffer.rows == (source.per == .cluster ? 1 : config.controllers.count))
      #expect(buffer.rowStride >= buffer.rowSize)
      #expect(buffer.initialRow.count == buffer.rowStride)
      for row in 0..<buffer.rows {
        #expect((buffer.offset + row * buffer.rowStride).isMultiple(of: source.align))
      }
      if buffer.sync == .latest {
        #expect(buffer.rowStride.isMultiple(of: 8), "rows of \(buffer.name) are copied by 8-byte atomics")
        #expect(buffer.copyStride >= buffer.rows * buffer.rowStride)
      }
      var taken: [Range<Int>] = []
      for (field, source) in zip(buffer.fields, source.fields) {
        #expect(field.offset.isMultiple(of: source.dtype.size))
        #expect(field.size == source.shape.reduce(source.dtype.size, *))
        let bytes = field.offset..<field.offset + field.size
        #expect(bytes.upperBound <= buffer.rowSize)
        #expect(taken.allSatisfy { !$0.overlaps(bytes) }, "\(buffer.name).\(field.name)")
        taken.append(bytes)
      }
    }
    #expect(layout.size >= end)
    #expect(layout.buffers.count == config.buffers.count)
  }

  @Test("what is encoded decodes to the same blueprint, initial rows included", arguments: seeds)
  func roundTrip(seed: UInt64) throws {
    let config = ClusterConfig.random(seed: seed)
    let blueprint = try ClusterPlan(config, configText: "seed: \(seed)\n").blueprint
    let image = blueprint.encode()
    #expect(try image.withUnsafeBytes { try ClusterBlueprint(decoding: $0) } == blueprint)
  }

  @Test("the same config gives the same bytes", arguments: seeds.prefix(20))
  func deterministic(seed: UInt64) throws {
    let images = try (0..<2).map { _ in
      try ClusterPlan(.random(seed: seed), configText: "x").blueprint.encode()
    }
    #expect(images[0] == images[1])
  }

  @Test("fields are packed in their order at natural alignment, and the row is rounded up to align")
  func packing() throws {
    let buffer = ClusterConfig.Buffer.make(
      "b", align: 16, .make("flag", [], dtype: .bool), .make("wide", [], dtype: .f64), .make("tail", [3], dtype: .u8),
      .make("half", [], dtype: .i16))
    let layout = try #require(try plan(buffer)[buffer: "b"])
    #expect(layout.fields.map(\.offset) == [0, 8, 16, 20])
    #expect(layout.rowSize == 22)
    #expect(layout.rowStride == 32)
    #expect(layout.rows == 3)
    #expect(layout.size == 96)
  }

  @Test("align 4 makes rows of f32 one dense matrix")
  func dense() throws {
    let layout = try #require(try plan(.make("b", align: 4, .make("q", [3])))[buffer: "b"])
    #expect(layout.rowStride == 12)
  }

  @Test("an empty field stays in the tables and takes no bytes, wherever it stands")
  func emptyFields() throws {
    let layout = try #require(
      try plan(
        .make(
          "b", align: 8, .make("a", [0, 3], dtype: .f64), .make("x", [], dtype: .u8), .make("y", [4, 0], dtype: .f64)))[
          buffer: "b"])
    #expect(layout.fields.map(\.name) == ["a", "x", "y"])
    #expect(layout.fields.map(\.size) == [0, 1, 0])
    #expect(layout.rowSize == 1)
  }

  @Test("a buffer of nothing but empty fields has rows of no bytes", arguments: ClusterConfig.Buffer.Sync.allCases)
  func emptyRows(sync: ClusterConfig.Buffer.Sync) throws {
    let config = ClusterConfig.hopper(buffers: [
      .make("none", sync: sync, .make("a", [0])), .make("fieldless", sync: sync), .make("b", .make("q", [3])),
    ])
    let blueprint = try ClusterPlan(config, configText: "").blueprint
    #expect(blueprint.layout.buffers.prefix(2).map(\.rowStride) == [0, 0])
    #expect(blueprint.layout.buffers[0].rows == 3)
    #expect(try blueprint.encode().withUnsafeBytes { try ClusterBlueprint(decoding: $0) } == blueprint)
  }

  @Test("every dtype, writer, owner and sync mode of the config arrives in the tables under its own name")
  func vocabulary() throws {
    let fields = ClusterConfig.DType.allCases.map { ClusterConfig.Field.make($0.rawValue, [2], dtype: $0) }
    for writer in ClusterConfig.Buffer.Writer.allCases {
      for per in ClusterConfig.Buffer.Per.allCases {
        for sync in ClusterConfig.Buffer.Sync.allCases {
          let buffer = ClusterConfig.Buffer(
            name: "b", writer: writer, per: per, sync: sync, align: 64, fields: fields)
          let layout = try #require(try plan(buffer)[buffer: "b"])
          #expect(layout.writer.name == writer.rawValue)
          #expect(layout.per.name == per.rawValue)
          #expect(layout.sync.name == sync.rawValue)
          #expect(layout.fields.map(\.elementType.name) == layout.fields.map(\.name))
        }
      }
    }
  }

  @Test("what could never be mapped is an error, not a trap")
  func tooLarge() {
    let huge = [1 << 40, 1 << 40]
    for shape in [huge, huge + [0], [0] + huge, [Int.max], [Int.max, 2], [1 << 30]] {
      #expect(throws: PlanError.tooLarge(buffer: "b")) { try plan(.make("b", .make("q", shape))) }
    }
    // Rows that fit, but not so many of them; buffers that fit, but not all together.
    let row = ClusterConfig.Buffer.make("b", .make("q", [1 << 18]))
    let rows = 1 << 27
    #expect(throws: PlanError.tooLarge(buffer: "b")) {
      try ClusterPlan(.hopper(controllers: rows * 2, perProcess: rows, buffers: [row]), configText: "")
    }
    let buffers = [row, .make("c", .make("q", [1 << 18]))]
    #expect(throws: PlanError.tooLarge(buffer: "c")) {
      try ClusterPlan(.hopper(controllers: rows, perProcess: rows, buffers: buffers), configText: "")
    }
    #expect(throws: PlanError.controllers(-1)) { try ClusterPlan(.hopper(controllers: -1), configText: "") }
    #expect(throws: PlanError.controllers(.max)) { try ClusterPlan(.hopper(controllers: .max), configText: "") }
  }

  @Test("shapes and alignments that the tables cannot hold are errors")
  func unfit() {
    #expect(throws: PlanError.shape(buffer: "b", field: "q", shape: [1, 1, 1, 1, 1, 1, 1, 1, 1])) {
      try plan(.make("b", .make("q", [Int](repeating: 1, count: 9))))
    }
    #expect(throws: PlanError.shape(buffer: "b", field: "q", shape: [2, -1])) {
      try plan(.make("b", .make("q", [2, -1])))
    }
    for align in [-4, 0, 2, 12, 8192] {
      #expect(throws: PlanError.align(buffer: "b", align: align)) {
        try plan(.make("b", align: align, .make("q", [1])))
      }
    }
  }

  private func plan(_ buffer: ClusterConfig.Buffer) throws -> ClusterLayout {
    try ClusterPlan(.hopper(buffers: [buffer]), configText: "").blueprint.layout
  }
}
