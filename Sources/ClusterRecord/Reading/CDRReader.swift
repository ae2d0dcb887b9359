import ControlCluster

/// Reads the fields of a message in ROS 2's encoding, plain CDR: numbers stand at multiples of their size from behind the four
/// bytes in front.
struct CDRReader {
  private let data: ArraySlice<UInt8>
  private let start: Int
  private var position: Int

  /// - Throws: `failed` for another encoding than little-endian CDR.
  init(_ data: ArraySlice<UInt8>) throws(ClusterError) {
    guard data.count >= 4, data[data.startIndex] == 0, data[data.startIndex + 1] == 1 else {
      throw .failed("the message is not in little-endian CDR")
    }
    self.data = data
    start = data.startIndex + 4
    position = start
  }

  mutating func number<Value: FixedWidthInteger>(as type: Value.Type = Value.self) throws(ClusterError) -> Value {
    let size = MemoryLayout<Value>.size
    position = start + (position - start).roundedUp(to: size)
    let place = try take(size)
    return Value(
      littleEndian: data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place - data.startIndex, as: Value.self) })
  }

  /// The length of a sequence, which is never longer than the bytes that are left.
  mutating func count() throws(ClusterError) -> Int {
    let count = Int(try number(as: UInt32.self))
    guard count <= data.endIndex - position else { throw .failed("the message ends before what it holds") }
    return count
  }

  mutating func numbers<Value: FixedWidthInteger>(as type: Value.Type) throws(ClusterError) -> [Value] {
    var values: [Value] = []
    for _ in 0..<(try count()) { values.append(try number()) }
    return values
  }

  mutating func text() throws(ClusterError) -> String {
    let count = try count()
    let place = try take(count)
    return String(decoding: data[place..<(place + count)].prefix { $0 != 0 }, as: UTF8.self)
  }

  /// `std_msgs/Header`
  mutating func skipHeader() throws(ClusterError) {
    for _ in 0..<2 { _ = try number(as: UInt32.self) }
    _ = try text()
  }

  private mutating func take(_ count: Int) throws(ClusterError) -> Int {
    guard count <= data.endIndex - position else { throw .failed("the message ends before what it holds") }
    defer { position += count }
    return position
  }
}
