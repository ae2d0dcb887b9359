import CLinux
import Synchronization

/// Rows of one buffer as bytes: where they lie, and how a `latest` row is read and written whole. A class, so that the step
/// path passes one reference on and not a copy of the layout.
package final class RowAccess {
  package let buffer: BufferLayout
  let segment: Segment
  private let base: UnsafeMutableRawPointer

  package init(_ segment: Segment, _ buffer: BufferLayout) {
    self.segment = segment
    self.buffer = buffer
    base = segment.base + buffer.offset
  }

  /// A `step` row in place.
  func row(_ index: Int) -> UnsafeMutableRawPointer {
    precondition(index >= 0 && index < buffer.rows, "row \(index) of \(buffer.rows)")
    return base + index * buffer.rowStride
  }

  /// Copies a row out, complete.
  /// - Returns: how often it had been written, with its initial values for the first time; 0 for a `step` row.
  @discardableResult
  package func read(_ index: Int, into destination: UnsafeMutableRawPointer) -> UInt64 {
    switch buffer.sync {
    case .step:
      destination.copyMemory(from: row(index), byteCount: buffer.rowSize)
      return 0
    case .latest: return readLatest(index, into: destination)
    }
  }

  /// Copies a row in, complete.
  package func write(_ index: Int, from source: UnsafeRawPointer) {
    switch buffer.sync {
    case .step: row(index).copyMemory(from: source, byteCount: buffer.rowSize)
    case .latest: writeLatest(index, from: source)
    }
  }

  // MARK: Several copies and a sequence word

  private func sequence(_ index: Int) -> SharedWord<UInt64> { sequenceWord(index, 0) }

  /// One of the words of a `latest` row's cache line: the sequence word is the first.
  func sequenceWord(_ index: Int, _ word: Int) -> SharedWord<UInt64> {
    precondition(index >= 0 && index < buffer.rows, "row \(index) of \(buffer.rows)")
    return SharedWord(base + buffer.sequenceOffset + index * BufferLayout.sequenceStride + 8 * word)
  }

  private func copy(_ sequence: UInt64, of index: Int) -> UnsafeMutableRawPointer {
    row(index) + Int(sequence % UInt64(BufferLayout.latestCopies)) * buffer.copyStride
  }

  /// The sequence counts writes, and so says which copy is the newest. The writer fills the one behind it, then counts up: a
  /// writer that dies in between leaves all complete copies.
  private func writeLatest(_ index: Int, from source: UnsafeRawPointer) {
    let sequence = sequence(index)
    let current = sequence.loadRelaxed()
    // Whoever sees a byte of the new copy must also see that `current` was published (Boehm, Can Seqlocks Get Along With
    // Programming Language Memory Models?, 2012).
    atomicMemoryFence(ordering: .releasing)
    SharedBytes.store(buffer.rowSize, from: source, to: copy(current &+ 1, of: index))
    sequence.store(current &+ 1)
  }

  /// Copies the newest copy out, again if the writer may have come round to it meanwhile: that write begins once all other
  /// copies have been published.
  private func readLatest(_ index: Int, into destination: UnsafeMutableRawPointer) -> UInt64 {
    let sequence = sequence(index)
    while true {
      let before = sequence.load()
      SharedBytes.copy(buffer.rowSize, from: copy(before, of: index), to: destination)
      atomicMemoryFence(ordering: .acquiring)
      if sequence.loadRelaxed() &- before < UInt64(BufferLayout.latestCopies - 1) { return before }
      linux_cpu_relax()
    }
  }
}
