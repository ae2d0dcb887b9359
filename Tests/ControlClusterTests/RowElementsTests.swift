import Testing

@testable import ControlCluster

@Suite("The elements of a row")
struct RowElementsTests {
  private static let types: [ElementType] = [.f32, .f64, .i16, .u8]

  @Test(
    "whole fields are read and written as their elements are, in any order",
    arguments: types, [[0, 1, 2, 3, 4], [4, 2, 0, 1, 3], [3, 1], []])
  func wholeFields(type: ElementType, map: [Int]) {
    let field = FieldLayout(name: "field", elementType: type, shape: [5], offset: 16)
    let row = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    defer { row.deallocate() }
    row.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
    let elements = RowElements(row, field, map: map, owner: self as AnyObject)
    let values = map.indices.map { Double($0) + 7 }

    elements.write(values)
    // As they are stored: each where the map says, and nothing beside.
    for place in 0..<5 {
      let expected = map.firstIndex(of: place).map { values[$0] } ?? 0
      #expect(ElementCodec.load(row + 16 + place * type.size, type) == expected)
    }
    let outside = [0..<16, (16 + field.size)..<64].joined()
    #expect(outside.allSatisfy { row.load(fromByteOffset: $0, as: UInt8.self) == 0 })

    var read = [Double](repeating: -1, count: map.count)
    elements.read(into: &read)
    #expect(read == values && map.indices.map { elements[$0] } == values)

    for index in map.indices { elements[index] = values[index] + 1 }
    elements.read(into: &read)
    #expect(read == values.map { $0 + 1 })
  }
}
