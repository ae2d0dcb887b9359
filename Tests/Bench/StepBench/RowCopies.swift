import ControlCluster
import Glibc

/// What a simulator does around a step for 64 robots: writes every field of every state, reads every field of every
/// command, as dense matrices.
final class RowCopies {
  private let cluster: BenchCluster
  private let states: [Block]
  private let commands: [Block]
  private let bytes: Int
  // The far side of the plain copies, as large and as shared as the real one.
  private let shared: UnsafeMutableRawPointer
  private let mine: UnsafeMutableRawPointer

  /// One field of all rows, with a matrix that it is copied from or to.
  private struct Block {
    let view: ColumnView<Float>
    let matrix: UnsafeMutableBufferPointer<Float>
    /// Bytes from the start of the buffer.
    let offset: Int

    var rowBytes: Int { view.columns * MemoryLayout<Float>.stride }
  }

  init() throws {
    cluster = try BenchCluster(controllers: 64, workers: 1)
    let client = cluster.client
    var bytes = 0
    func blocks(_ buffer: String, _ fields: [BenchBuffers.Field]) throws -> [Block] {
      try fields.map {
        let view = try client.columns(buffer, $0.name, as: Float.self)
        let matrix = UnsafeMutableBufferPointer<Float>.allocate(capacity: view.rows * view.columns)
        matrix.initialize(repeating: 1)
        bytes += matrix.count * MemoryLayout<Float>.stride
        return Block(view: view, matrix: matrix, offset: view.field.offset)
      }
    }
    states = try blocks("robot_state", BenchBuffers.base + BenchBuffers.impedance)
    commands = try blocks("rhc_commands", BenchBuffers.impedance)
    self.bytes = bytes
    let room = 1 << 20
    shared = mmap(nil, room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    mine = .allocate(byteCount: room, alignment: 64)
    shared.initializeMemory(as: UInt8.self, repeating: 1, count: room)
    mine.initializeMemory(as: UInt8.self, repeating: 1, count: room)
  }

  deinit {
    for block in states + commands { block.matrix.deallocate() }
    munmap(shared, 1 << 20)
    mine.deallocate()
  }

  /// Beside one `memcpy` of as many bytes.
  func besideOneCopy(_ effort: Effort) -> Comparison {
    Comparison.measure(turns: effort.turns, { repeated(effort, copyFields) }, { repeated(effort, copyAtOnce) })
  }

  /// Beside a `memcpy` of each row of each field: the same bytes between the same strides.
  func besideCopiesOfRows(_ effort: Effort) -> Comparison {
    Comparison.measure(turns: effort.turns, { repeated(effort, copyFields) }, { repeated(effort, copyRows) })
  }

  /// ns of a copy, each the mean of 100: one alone is too short for the clock.
  private func repeated(_ effort: Effort, _ copy: () -> Void) -> [UInt64] {
    var times: [UInt64] = []
    let end = Clock.now + effort.turnTime / 4
    repeat {
      let began = Clock.now
      for _ in 0..<100 { copy() }
      times.append((Clock.now - began) / 100)
    } while Clock.now < end
    return times
  }

  @inline(never) private func copyFields() {
    for block in states { block.view.write(UnsafeBufferPointer(block.matrix)) }
    for block in commands { block.view.read(into: block.matrix) }
  }

  @inline(never) private func copyAtOnce() { memcpy(shared, mine, bytes) }

  @inline(never) private func copyRows() {
    for block in states {
      let target = shared + block.offset
      for row in 0..<block.view.rows {
        memcpy(
          target + row * block.view.stride, UnsafeRawPointer(block.matrix.baseAddress!) + row * block.rowBytes,
          block.rowBytes)
      }
    }
    for block in commands {
      let source = shared + block.offset
      for row in 0..<block.view.rows {
        memcpy(
          UnsafeMutableRawPointer(block.matrix.baseAddress!) + row * block.rowBytes, source + row * block.view.stride,
          block.rowBytes)
      }
    }
  }
}
