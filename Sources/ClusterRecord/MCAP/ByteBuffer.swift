/// Bytes that grow, and keep their room when they are emptied. Integers are little-endian, as MCAP and our CDR have them.
final class ByteBuffer {
  private(set) var bytes: UnsafeMutableRawPointer
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 1024) {
    self.capacity = max(capacity, 16)
    bytes = .allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit { bytes.deallocate() }

  var view: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: count) }

  func removeAll() { count = 0 }

  /// Makes room for `more` bytes, which the caller fills: where they begin.
  func extend(by more: Int) -> UnsafeMutableRawPointer {
    if count + more > capacity {
      capacity = max(2 * capacity, count + more)
      let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
      larger.copyMemory(from: bytes, byteCount: count)
      bytes.deallocate()
      bytes = larger
    }
    defer { count += more }
    return bytes + count
  }

  /// Makes room for up to `more` bytes, of which `body` says how many it has filled.
  func append(upTo more: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows {
    let start = count
    let room = extend(by: more)
    count = start
    count = start + (try body(UnsafeMutableRawBufferPointer(start: room, count: more)))
  }

  func append(_ source: UnsafeRawPointer, count: Int) {
    if count > 0 { extend(by: count).copyMemory(from: source, byteCount: count) }
  }

  func append(_ source: UnsafeRawBufferPointer) {
    if let start = source.baseAddress { append(start, count: source.count) }
  }

  func append<Integer: FixedWidthInteger>(_ value: Integer) {
    extend(by: MemoryLayout<Integer>.size).storeBytes(of: value.littleEndian, as: Integer.self)
  }

  /// Overwrites what was appended before.
  func store<Integer: FixedWidthInteger>(_ value: Integer, at offset: Int) {
    (bytes + offset).storeBytes(of: value.littleEndian, as: Integer.self)
  }

  func append(zeros: Int) {
    if zeros > 0 { extend(by: zeros).initializeMemory(as: UInt8.self, repeating: 0, count: zeros) }
  }

  /// UTF-8, without anything around it.
  func append(utf8 text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }
}
