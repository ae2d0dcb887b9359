import ControlCluster

/// The states and commands of all robots as a simulator has them: a dense matrix a field.
final class RowMatrices {
  let states: [Block]
  let commands: [Block]

  /// One field of all rows, with the matrix that it is copied from or to.
  struct Block {
    let view: ColumnView<Float>
    let matrix: UnsafeMutableBufferPointer<Float>

    /// Bytes of the field in one row.
    var rowBytes: Int { view.columns * MemoryLayout<Float>.stride }
  }

  init(_ client: ControlClusterClient) throws {
    func blocks(_ buffer: String, _ fields: [BenchBuffers.Field]) throws -> [Block] {
      try fields.map {
        let view = try client.columns(buffer, $0.name, as: Float.self)
        let matrix = UnsafeMutableBufferPointer<Float>.allocate(capacity: view.rows * view.columns)
        matrix.initialize(repeating: 1)
        return Block(view: view, matrix: matrix)
      }
    }
    states = try blocks("robot_state", BenchBuffers.base + BenchBuffers.impedance)
    commands = try blocks("rhc_commands", BenchBuffers.impedance)
  }

  deinit { for block in states + commands { block.matrix.deallocate() } }

  /// Of all matrices.
  var bytes: Int { (states + commands).reduce(0) { $0 + $1.matrix.count * MemoryLayout<Float>.stride } }

  func writeStates() { for block in states { block.view.write(UnsafeBufferPointer(block.matrix)) } }
  func readCommands() { for block in commands { block.view.read(into: block.matrix) } }
}
