import Glibc

// Who writes a tool's row. A `latest` row has one writer at a time, or two would fill the same copy; of simulator, controller and
// server there is but one, of tools there may be any number. So a tool claims the row for as long as it takes to write it, by one
// compare-and-swap of its identity, as the client claims the cluster. One that dies in between has published nothing, and whoever
// comes next takes its claim over.
extension RowAccess {
  /// How long a claim is waited for, ns. Rows are written within microseconds: whoever holds one for longer is stopped.
  private static let patience: UInt64 = 200_000_000

  /// Publishes a whole row, alone.
  /// - Throws: `notWritable` when another role writes the buffer, `rowTaken` naming a tool that holds the row and does not go on.
  package func publish(_ index: Int, from source: UnsafeRawPointer) throws(ClusterError) {
    try update(index) { $0.copyMemory(from: source, byteCount: buffer.rowSize) }
  }

  /// Changes a row: nobody else writes it between the reading and the publishing.
  /// - Parameter body: gets a private copy of the row, of `rowStride` bytes.
  /// - Returns: how often the row has been written then; 0 for a `step` row.
  /// - Throws: as ``publish(_:from:)``.
  @discardableResult
  package func update(_ index: Int, _ body: (UnsafeMutableRawPointer) -> Void) throws(ClusterError) -> UInt64 {
    guard segment.mayWrite(buffer) else { throw .notWritable(buffer: buffer.name, writer: buffer.writer.name) }
    guard buffer.writer == .tool, buffer.sync == .latest else { return change(index, body) }
    try claim(index, for: segment.identity)
    let version = change(index, body)
    lastWriter(index).store(segment.identity.word)
    claimant(index).store(ProcessIdentity.nobody.word)
    return version
  }

  /// The tool that has written a row last; nobody before the first has.
  package func writer(of index: Int) -> ProcessIdentity {
    buffer.writer == .tool && buffer.sync == .latest ? ProcessIdentity(word: lastWriter(index).load()) : .nobody
  }

  private func claimant(_ index: Int) -> SharedWord<UInt64> { sequenceWord(index, 1) }
  private func lastWriter(_ index: Int) -> SharedWord<UInt64> { sequenceWord(index, 2) }

  private func change(_ index: Int, _ body: (UnsafeMutableRawPointer) -> Void) -> UInt64 {
    withUnsafeTemporaryAllocation(byteCount: max(buffer.rowStride, 8), alignment: 64) { row in
      let version = read(index, into: row.baseAddress!)
      body(row.baseAddress!)
      write(index, from: row.baseAddress!)
      return buffer.sync == .latest ? version &+ 1 : 0
    }
  }

  private func claim(_ index: Int, for writer: ProcessIdentity) throws(ClusterError) {
    let claimant = claimant(index)
    let end = System.monotonicNanoseconds + Self.patience
    while true {
      let holder = ProcessIdentity(word: claimant.load())
      // One's own is another thread's.
      if !holder.isAlive, claimant.exchange(holder.word, for: writer.word) { return }
      guard System.monotonicNanoseconds < end else {
        throw .rowTaken(buffer: buffer.name, row: index, owner: holder.pid)
      }
      usleep(100)
    }
  }
}
