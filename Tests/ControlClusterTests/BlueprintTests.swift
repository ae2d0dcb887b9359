import CLinux
import Testing

@testable import ControlCluster

@Suite("Blueprints as bytes")
struct BlueprintTests {
  /// Every kind of buffer and field, with rows of odd sizes.
  static let varied: ClusterBlueprint = {
    var state = TestBuffer("state", .simulator, rows: 3)
    for type in ElementType.allCases { state.add("a_\(type.name)", type, [3]) }
    state.add("scalar", .f32, [])
    state.add("nothing", .f64, [0, 4])
    state.add("matrix", .f32, [2, 3, 4], columns: ["x", "y"], initial: [1, 2, 3])
    state.add("turn", .f64, [2, 4], convention: "xyzw")
    var goal = TestBuffer("goal", .tool, sync: .latest, rows: 3)
    goal.add("flags", .bool, [5])
    var clock = TestBuffer("clock", .server, per: .cluster, rows: 1)
    clock.add("time", .f64)
    var empty = TestBuffer("empty", .controller, rows: 3)
    empty.add("no_contacts", .f32, [0, 3])
    return ClusterBlueprint(
      name: "wéird 🤖", slots: 3, buffers: [state, goal, clock, empty].map(\.layout), description: "{\"a\": 1}",
      config: "name: x\n")
  }()

  /// Few tables, so that every bit of them can be tried.
  static let small: ClusterBlueprint = {
    var state = TestBuffer("state", .simulator, rows: 2)
    state.add("turn", .f64, [4], convention: "xyzw")
    state.add("matrix", .f32, [2, 3], columns: ["x", "y"])
    var goal = TestBuffer("goal", .tool, sync: .latest, rows: 2)
    goal.add("flag", .bool, [])
    return ClusterBlueprint(
      name: "small", slots: 2, buffers: [state.layout, goal.layout], description: "{}", config: "")
  }()

  private static func decode(_ image: [UInt8]) throws(ClusterError) -> ClusterBlueprint {
    // Exactly as large as the image, so that a sanitizer, or the end of the page, sees every byte read too far.
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: image.count, alignment: 64)
    defer { bytes.deallocate() }
    bytes.copyBytes(from: image)
    return try ClusterBlueprint(decoding: UnsafeRawBufferPointer(bytes))
  }

  @Test("what was encoded is read back, to the last name")
  func roundTrip() throws {
    for blueprint in [Self.varied, TestBlueprint(controllers: 5).make(), TestBlueprint(controllers: 1).make()] {
      let image = blueprint.encode()
      #expect(image.count % 4096 == 0)
      #expect(try Self.decode(image) == blueprint)
      #expect(try Self.decode(image + [1, 2, 3]) == blueprint)
      #expect(try Self.decode(image).encode() == image)
    }
  }

  @Test("same blueprint, same bytes; the hash follows what programs rely on, and nothing else")
  func hash() {
    var blueprint = TestBlueprint(name: "same")
    let first = blueprint.make()
    #expect(first.encode() == blueprint.make().encode())
    blueprint.solveTimeout = 1
    #expect(blueprint.make().layout.hash == first.layout.hash)
    blueprint.name = "other, and longer, so that all offsets move"
    #expect(blueprint.make().layout.hash == first.layout.hash)
    blueprint.controllers = 2
    #expect(blueprint.make().layout.hash != first.layout.hash)
    blueprint.controllers = 1
    blueprint.bulk = 8
    #expect(blueprint.make().layout.hash != first.layout.hash)
  }

  @Test("buffers start on pages, behind the tables, and do not overlap")
  func placement() {
    for layout in [Self.varied.layout, TestBlueprint(controllers: 7, bulk: 10_000).make().layout] {
      var end = 0
      for buffer in layout.buffers {
        #expect(buffer.offset % 4096 == 0 && buffer.offset >= end)
        end = buffer.offset + buffer.size
      }
      #expect(layout.size >= end)
      #expect(layout.buffers[0].offset >= 4096 + 8192 + 256 * layout.slots)
    }
  }

  @Test("an image that is cut off anywhere is an error")
  func truncated() {
    let image = Self.varied.encode()
    let used = image.lastIndex { $0 != 0 }! + 1
    for size in Array(0..<4200) + stride(from: 4201, to: used, by: 37) {
      #expect(throws: ClusterError.self, "\(size) bytes") { try Self.decode(Array(image[..<size])) }
    }
  }

  @Test("each wrong identity is its own error, with both values")
  func identity() throws {
    var image = Self.varied.encode()
    image[0] ^= 0xff
    #expect(throws: ClusterError.badMagic(segment: "image", found: 0x5245_5453_554c_43bc)) { try Self.decode(image) }
    image[0] ^= 0xff
    image[8] = 3
    #expect(throws: ClusterError.abiMismatch(segment: "image", found: 3, expected: 2)) { try Self.decode(image) }
    image[8] = 2
    image[MemoryLayout<ccluster_header>.offset(of: \.layout_hash)!] ^= 1
    let hash = Self.varied.layout.hash
    #expect(throws: ClusterError.layoutMismatch(segment: "image", found: hash ^ 1, expected: hash)) {
      try Self.decode(image)
    }
    // A newer minor version only adds.
    image = Self.varied.encode()
    image[12] = 9
    #expect(try Self.decode(image) == Self.varied)
  }

  /// Right as far as a program relies on it: the hash holds, and everything lies inside the object and aligned.
  private func isSound(_ blueprint: ClusterBlueprint, like original: ClusterBlueprint) -> Bool {
    let layout = blueprint.layout
    return layout.computeHash() == original.layout.hash && layout.slots == original.layout.slots
      && layout.buffers.allSatisfy { buffer in
        buffer.offset % 4096 == 0 && buffer.offset >= 12288 + 256 * layout.slots
          && buffer.offset + buffer.size <= layout.size && buffer.initialRow.count == buffer.rowStride
          && buffer.fields.allSatisfy { $0.offset + $0.size <= buffer.rowSize }
      }
  }

  @Test("every single flipped bit of the tables is an error, or leaves a sound layout")
  func flippedBits() {
    let original = Self.small
    let image = original.encode()
    let sections = SegmentSections(layout: original.layout, description: original.description, config: original.config)
    var errors = 0
    for place in Array(0..<200) + Array(sections.buffers..<sections.initialRows) {
      for bit in 0..<8 {
        var damaged = image
        damaged[place] ^= 1 << bit
        do {
          let read = try Self.decode(damaged)
          #expect(isSound(read, like: original), "byte \(place), bit \(bit)")
        } catch { errors += 1 }
      }
    }
    #expect(errors > 1000)
  }

  @Test("random damage, even with a hash that fits again, never crashes", arguments: 1...4)
  func randomDamage(_ seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed))
    let original = seed % 2 == 0 ? Self.varied : TestBlueprint(name: "damaged", controllers: 2).make()
    let image = original.encode()
    let sections = SegmentSections(layout: original.layout, description: original.description, config: original.config)
    let tables = sections.buffers..<sections.initialRows
    var sound = 0
    for _ in 0..<1500 {
      var damaged = image
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place =
          Bool.random(using: &generator)
          ? Int.random(in: 16..<200, using: &generator) : Int.random(in: tables, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: damaged[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        default:
          // A whole word of the kind that overflows.
          let word = [UInt64.max, UInt64(Int64.max), 1 << 62, 1 << 46, 0, 1].randomElement(using: &generator)!
          for byte in 0..<8 where place & ~7 + byte >= 16 {
            damaged[place & ~7 + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte))
          }
        }
      }
      do {
        let read = try Self.decode(damaged)
        #expect(isSound(read, like: original), "seed \(seed)")
        sound += 1
      } catch ClusterError.layoutMismatch(_, _, let expected) {
        // An attacker would write the hash that fits.
        for byte in 0..<8 {
          damaged[MemoryLayout<ccluster_header>.offset(of: \.layout_hash)! + byte] = UInt8(
            truncatingIfNeeded: expected >> (8 * byte))
        }
        if let read = try? Self.decode(damaged) {
          #expect(isSound(read, like: read), "seed \(seed)")
          sound += 1
        }
      } catch {}
    }
    #expect(sound > 10)
  }
}
