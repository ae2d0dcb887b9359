import ControlCluster
import Glibc

/// What a simulator does around a step for 64 robots, without the step: writes every field of every state, reads every field
/// of every command, as dense matrices.
final class RowCopies {
  private let cluster: BenchCluster
  private let rows: RowMatrices
  // The far side of the plain copies, as large and as shared as the real one.
  private let shared: UnsafeMutableRawPointer
  private let mine: UnsafeMutableRawPointer
  private static let room = 1 << 20

  init() throws {
    cluster = try BenchCluster(controllers: 64, workers: 1)
    rows = try RowMatrices(ControlClusterClient(attachingTo: cluster.server.segmentName))
    shared = mmap(nil, Self.room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    mine = .allocate(byteCount: Self.room, alignment: 64)
    shared.initializeMemory(as: UInt8.self, repeating: 1, count: Self.room)
    mine.initializeMemory(as: UInt8.self, repeating: 1, count: Self.room)
  }

  deinit {
    munmap(shared, Self.room)
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
    rows.writeStates()
    rows.readCommands()
  }

  @inline(never) private func copyAtOnce() { memcpy(shared, mine, rows.bytes) }

  @inline(never) private func copyRows() {
    for block in rows.states {
      let target = shared + block.view.field.offset
      for row in 0..<block.view.rows {
        memcpy(
          target + row * block.view.stride, UnsafeRawPointer(block.matrix.baseAddress!) + row * block.rowBytes,
          block.rowBytes)
      }
    }
    for block in rows.commands {
      let source = shared + block.view.field.offset
      for row in 0..<block.view.rows {
        memcpy(
          UnsafeMutableRawPointer(block.matrix.baseAddress!) + row * block.rowBytes, source + row * block.view.stride,
          block.rowBytes)
      }
    }
  }
}
