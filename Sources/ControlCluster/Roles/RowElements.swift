/// The elements of one field of one row as `Double`, in another order than they are stored in. A class, so that a controller
/// that passes a field on counts one reference and not two.
final class RowElements {
  private let address: UnsafeMutableRawPointer
  private let type: ElementType
  let count: Int
  /// For each element, its place in the field.
  private let map: [Int]
  /// Whether the order is the same: almost always, and then whole fields are converted in one go.
  private let isInOrder: Bool
  // Keeps the memory.
  private let owner: AnyObject

  init(_ row: UnsafeMutableRawPointer, _ field: FieldLayout, map: [Int], owner: AnyObject) {
    address = row + field.offset
    type = field.elementType
    count = map.count
    self.map = map
    isInOrder = map.enumerated().allSatisfy { $0 == $1 }
    self.owner = owner
  }

  // Of the types that robots' fields have each is asked for by itself: a look into the tables of all of them is a page more
  // that a step touches.
  subscript(index: Int) -> Double {
    get {
      let place = map[index]
      if type == .f32 { return Double((address + place * 4).load(as: Float.self)) }
      if type == .f64 { return (address + place * 8).load(as: Double.self) }
      return ElementCodec.load(address + place * type.size, type)
    }
    set {
      let place = map[index]
      if type == .f32 { return (address + place * 4).storeBytes(of: Float(newValue), as: Float.self) }
      if type == .f64 { return (address + place * 8).storeBytes(of: newValue, as: Double.self) }
      ElementCodec.store(newValue, address + place * type.size, type)
    }
  }

  func read(into values: inout [Double]) {
    precondition(values.count == count, "\(values.count) values for \(count)")
    values.withUnsafeMutableBufferPointer { values in
      guard isInOrder, type == .f32, let target = values.baseAddress else {
        for index in values.indices { values[index] = self[index] }
        return
      }
      let floats = address.assumingMemoryBound(to: Float.self)
      for index in 0..<count { target[index] = Double(floats[index]) }
    }
  }

  func write(_ values: [Double]) {
    precondition(values.count == count, "\(values.count) values for \(count)")
    values.withUnsafeBufferPointer { values in
      guard isInOrder, type == .f32, let source = values.baseAddress else {
        for index in values.indices { self[index] = values[index] }
        return
      }
      let floats = address.assumingMemoryBound(to: Float.self)
      for index in 0..<count { floats[index] = Float(source[index]) }
    }
  }
}
