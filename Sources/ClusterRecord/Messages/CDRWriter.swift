/// Appends one message in ROS 2's encoding: little-endian CDR, each primitive on a multiple of its size from the message's
/// first byte behind the four that name the encoding (DDSI-RTPS 2.5, 10.5; OMG CDR).
struct CDRWriter {
  /// CDR_LE, and no options.
  static let encapsulation: [UInt8] = [0, 1, 0, 0]

  private let buffer: ByteBuffer
  private let start: Int

  init(_ buffer: ByteBuffer) {
    self.buffer = buffer
    Self.encapsulation.withUnsafeBytes { buffer.append($0) }
    start = buffer.count
  }

  /// Bytes behind the encoding.
  var count: Int { buffer.count - start }

  func align(to size: Int) { buffer.append(zeros: (size - count % size) % size) }

  func append<Integer: FixedWidthInteger>(_ value: Integer) {
    align(to: MemoryLayout<Integer>.size)
    buffer.append(value)
  }

  func append(_ value: Double) { append(value.bitPattern) }
  func append(_ value: Float) { append(value.bitPattern) }

  func append(_ text: String) {
    append(UInt32(text.utf8.count + 1))
    buffer.append(utf8: text)
    buffer.append(UInt8(0))
  }

  /// A sequence of unknown length.
  func append<Element>(sequence elements: [Element], _ each: (Element) -> Void) {
    append(UInt32(elements.count))
    for element in elements { each(element) }
  }

  /// `std_msgs/Header`.
  /// - Parameter stamp: ns
  func appendHeader(stamp: UInt64, frame: String = "") {
    append(Int32(clamping: stamp / 1_000_000_000))
    append(UInt32(stamp % 1_000_000_000))
    append(frame)
  }
}
