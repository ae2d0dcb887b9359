import CLinux
import Synchronization

/// Rows of one buffer as bytes: where they lie, and how a `latest` row is read and written whole. A class, so that the step
/// path passes one reference on and not a copy of the layout.
final class RowAccess {
  let buffer: BufferLayout
  private let segment: Segment
  private let base: UnsafeMutableRawPointer

  init(_ segment: Segment, _ buffer: BufferLayout) {
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
  func read(_ index: Int, into destination: UnsafeMutableRawPointer) {
    switch buffer.sync {
    case .step: destination.copyMemory(from: row(index), byteCount: buffer.rowSize)
    case .latest: readLatest(index, into: destination)
    }
  }

  /// Copies a row in, complete.
  func write(_ index: Int, from source: UnsafeRawPointer) {
    switch buffer.sync {
    case .step: row(index).copyMemory(from: source, byteCount: buffer.rowSize)
    case .latest: writeLatest(index, from: source)
    }
  }

  // MARK: Two copies and a sequence word

  private func sequence(_ index: Int) -> SharedWord<UInt64> {
    SharedWord(base + buffer.sequenceOffset + index * BufferLayout.sequenceStride)
  }

  /// The low bit of the sequence says which copy is complete. The writer fills the other one, then counts up: a writer that
  /// dies in between leaves the last complete copy.
  private func writeLatest(_ index: Int, from source: UnsafeRawPointer) {
    let sequence = sequence(index)
    let current = sequence.loadRelaxed()
    // Whoever sees a byte of the new copy must also see that `current` was published (Boehm, Can Seqlocks Get Along With
    // Programming Language Memory Models?, 2012).
    atomicMemoryFence(ordering: .releasing)
    let target = row(index) + Int((current + 1) & 1) * buffer.copyStride
    SharedBytes.store(buffer.rowSize, from: source, to: target)
    sequence.store(current + 1)
  }

  /// Copies the complete copy, again while the writer has come round to it meanwhile.
  private func readLatest(_ index: Int, into destination: UnsafeMutableRawPointer) {
    let sequence = sequence(index)
    while true {
      let before = sequence.load()
      let source = row(index) + Int(before & 1) * buffer.copyStride
      SharedBytes.copy(buffer.rowSize, from: source, to: destination)
      atomicMemoryFence(ordering: .acquiring)
      if sequence.loadRelaxed() == before { return }
      linux_cpu_relax()
    }
  }
}
