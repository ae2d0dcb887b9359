import ControlCluster

/// Where the rows of a run of slots lie that go to a host with a step, and those that come back: one block of memory a buffer.
enum RowBlocks {
  /// What controllers read in a step: their rows, and the rows that all of them share.
  static func orders(in segment: Segment, rows: Range<Int>) -> [UnsafeMutableRawBufferPointer] {
    segment.layout.buffers.filter { $0.sync == .step && $0.writer == .simulator && $0.rowSize > 0 }.map {
      block(of: $0, in: segment, rows: $0.per == .cluster ? 0..<1 : rows)
    }
  }

  /// What they write.
  static func answers(in segment: Segment, rows: Range<Int>) -> [UnsafeMutableRawBufferPointer] {
    segment.layout.buffers.filter(\.isAnswer).map { block(of: $0, in: segment, rows: rows) }
  }

  private static func block(
    of buffer: BufferLayout, in segment: Segment, rows: Range<Int>
  ) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      start: segment.base + buffer.offset + rows.lowerBound * buffer.rowStride,
      count: rows.count * buffer.rowStride)
  }
}

/// Memory of one record and some more of another kind behind it, as it travels.
struct RecordBlock<Head: BitwiseCopyable, Element: BitwiseCopyable>: ~Copyable {
  let bytes: UnsafeMutableRawBufferPointer
  private let headSize: Int
  private let elementSize: Int
  private let count: Int

  init(headSize: Int, elementSize: Int, count: Int) {
    self.headSize = headSize
    self.elementSize = elementSize
    self.count = count
    bytes = .allocate(byteCount: headSize + elementSize * count, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { bytes.deallocate() }

  var head: Head {
    get { bytes.load(as: Head.self) }
    nonmutating set { bytes.storeBytes(of: newValue, as: Head.self) }
  }

  subscript(index: Int) -> Element {
    get { bytes.loadUnaligned(fromByteOffset: place(of: index), as: Element.self) }
    nonmutating set { bytes.storeBytes(of: newValue, toByteOffset: place(of: index), as: Element.self) }
  }

  private func place(of index: Int) -> Int {
    precondition(index >= 0 && index < count)
    return headSize + index * elementSize
  }
}

typealias OrderBlock = RecordBlock<StepOrder, UInt8>
typealias AnswerBlock = RecordBlock<StepAnswer, SlotAnswer>

extension OrderBlock {
  init(slots: Int) { self.init(headSize: StepOrder.size, elementSize: 1, count: slots) }
}

extension AnswerBlock {
  init(slots: Int) { self.init(headSize: StepAnswer.size, elementSize: SlotAnswer.size, count: slots) }
}
