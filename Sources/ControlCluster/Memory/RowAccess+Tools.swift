import Glibc

// Who writes a tool's row. A `latest` row has one writer at a time, or two would fill the same copy; of simulator, controller and
// server there is but one, of tools there may be any number. So a tool claims the row for as long as it takes to write it, by one
// compare-and-swap of its identity, as the client claims the cluster. One that dies in between has published nothing, and whoever
// comes next takes its claim over.
extension RowAccess {
  /// How long a claim is waited for, ns. Rows are written within microseconds, but on a machine with too much to do it may take
  /// seconds until whoever holds one is let on again.
  private static let patience: UInt64 = 5_000_000_000
  /// How long one is waited for that a process holds which is stopped, ns.
  private static let patienceWithStopped: UInt64 = 200_000_000

  /// Publishes a whole row, alone.
  /// - Throws: `notWritable` when another role writes the buffer, `rowTaken` naming a tool that holds the row and does not go on.
  package func publish(_ index: Int, from source: UnsafeRawPointer) throws(ClusterError) {
    try alone(index) { write(index, from: source) }
  }

  /// Changes a row: nobody else writes it between the reading and the publishing.
  /// - Parameter body: gets a private copy of the row, of `rowStride` bytes.
  /// - Returns: how often the row has been written then; 0 for a `step` row.
  /// - Throws: as ``publish(_:from:)``.
  @discardableResult
  package func update(_ index: Int, _ body: (UnsafeMutableRawPointer) -> Void) throws(ClusterError) -> UInt64 {
    var version: UInt64 = 0
    try alone(index) {
      withUnsafeTemporaryAllocation(byteCount: max(buffer.rowStride, 8), alignment: 64) { row in
        version = read(index, into: row.baseAddress!)
        body(row.baseAddress!)
        write(index, from: row.baseAddress!)
      }
    }
    return buffer.sync == .latest ? version &+ 1 : 0
  }

  /// The tool that has written a row last; nobody before the first has.
  package func writer(of index: Int) -> ProcessIdentity {
    isTools ? ProcessIdentity(word: lastWriter(index).load()) : .nobody
  }

  private var isTools: Bool { buffer.writer == .tool && buffer.sync == .latest }
  private func claimant(_ index: Int) -> SharedWord<UInt64> { sequenceWord(index, 1) }
  private func lastWriter(_ index: Int) -> SharedWord<UInt64> { sequenceWord(index, 2) }

  private func alone(_ index: Int, _ body: () -> Void) throws(ClusterError) {
    guard segment.mayWrite(buffer) else { throw .notWritable(buffer: buffer.name, writer: buffer.writer.name) }
    guard isTools else { return body() }
    try claim(index)
    body()
    lastWriter(index).store(segment.identity.word)
    claimant(index).store(ProcessIdentity.nobody.word)
  }

  private func claim(_ index: Int) throws(ClusterError) {
    let claimant = claimant(index)
    let began = System.monotonicNanoseconds
    while true {
      let holder = ProcessIdentity(word: claimant.load())
      // One's own is another thread's.
      if !holder.isAlive, claimant.exchange(holder.word, for: segment.identity.word) { return }
      let waited = System.monotonicNanoseconds - began
      if waited > Self.patience || waited > Self.patienceWithStopped && holder.isSuspended {
        throw .rowTaken(buffer: buffer.name, row: index, owner: holder.pid)
      }
      usleep(50)
    }
  }
}
