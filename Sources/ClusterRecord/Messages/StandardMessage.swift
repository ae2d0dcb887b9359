import ControlCluster

/// A message of one of ROS 2's own types, of one controller. All of one channel have the same size, and differ in their stamp
/// and numbers: they are copies of a template in which those are put.
struct StandardMessage {
  let topic: String
  let definition: MessageDefinition
  /// The recorded buffer that its numbers come from, and the row.
  let buffer: Int
  let row: Int
  private let template: [UInt8]
  private let moves: [Move]

  /// A number of a row, and its place in the message.
  struct Move {
    /// From the start of the row.
    var source: Int
    var isDouble: Bool
    /// From the start of the template; a float64.
    var target: Int
  }

  /// - Parameter body: appends the message behind its header, and for each number of a row a zero and its place.
  init(
    topic: String, _ definition: MessageDefinition, frame: String, buffer: Int, row: Int,
    _ body: (CDRWriter, (FieldLayout, Int) -> Void) -> Void
  ) {
    (self.topic, self.definition, self.buffer, self.row) = (topic, definition, buffer, row)
    let bytes = ByteBuffer()
    let message = CDRWriter(bytes)
    message.appendHeader(stamp: 0, frame: frame)
    var moves: [Move] = []
    body(message) { field, element in
      message.append(0.0)
      let type = field.elementType
      moves.append(
        Move(
          source: field.offset + element * type.size, isDouble: type == .f64,
          target: bytes.count - MemoryLayout<Double>.size))
    }
    (template, self.moves) = (Array(bytes.view), moves)
  }

  /// Appends the message's data.
  /// - Parameters:
  ///   - stamp: ns
  ///   - source: the row.
  func write(stamp: UInt64, row source: UnsafeRawPointer, into buffer: ByteBuffer) {
    let target = buffer.extend(by: template.count)
    template.withUnsafeBytes { target.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    let stampOffset = CDRWriter.encapsulation.count
    target.storeBytes(
      of: Int32(clamping: stamp / 1_000_000_000).littleEndian, toByteOffset: stampOffset, as: Int32.self)
    target.storeBytes(
      of: UInt32(stamp % 1_000_000_000).littleEndian, toByteOffset: stampOffset + 4, as: UInt32.self)
    for move in moves {
      let value =
        move.isDouble
        ? source.loadUnaligned(fromByteOffset: move.source, as: Double.self)
        : Double(source.loadUnaligned(fromByteOffset: move.source, as: Float.self))
      (target + move.target).storeBytes(of: value.bitPattern.littleEndian, as: UInt64.self)
    }
  }
}
