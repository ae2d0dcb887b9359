import ControlCluster

extension Recording {
  /// Calls `body` with one step after the other, until it returns false.
  /// - Parameter first: the number of the first step that is wanted.
  /// - Throws: ``RecordingError`` for what is damaged, and what `body` throws.
  public func forEachStep(from first: Int = 0, _ body: (RecordedStep) throws -> Bool) throws {
    let chunks = file.contents.chunks
    var assembly = Assembly(self)
    for index in try (first > 0 ? chunk(of: first) : 0)..<chunks.count {
      let chunk = try file.chunk(chunks[index])
      var records = chunk.records
      while !records.isAtEnd {
        var (kind, record) = try records.record()
        guard kind == 0x05, let step = try assembly.add(&record), step.number >= first else { continue }
        guard try body(step) else { return }
      }
    }
    // What a recorder that was killed had not written is missed by nobody: the step that it belongs to was not whole.
    if let last = try assembly.finish(cut != nil), last.number >= first { _ = try body(last) }
  }

  /// The numbers of the first and the last step; `nil` when there is none.
  public func range() throws -> ClosedRange<Int>? {
    var first: Int?
    try forEachStep {
      first = $0.number
      return false
    }
    guard let first else { return nil }
    var last = first
    for index in file.contents.chunks.indices.reversed() {
      let numbers = try stepNumbers(of: index)
      guard let newest = numbers.last else { continue }
      last = max(first, newest)
      break
    }
    return first...last
  }

  /// The chunk in which that step begins, or would.
  private func chunk(of step: Int) throws -> Int {
    var (low, high) = (0, file.contents.chunks.count)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if let number = try stepNumbers(of: middle).first, number > step { high = middle } else { low = middle }
    }
    return low
  }

  private func stepNumbers(of index: Int) throws -> [Int] {
    let chunk = try file.chunk(file.contents.chunks[index])
    var records = chunk.records
    var numbers: [Int] = []
    while !records.isAtEnd {
      var (kind, record) = try records.record()
      guard kind == 0x05 else { continue }
      let message = try Message(&record)
      if stepChannels.contains(message.channel) { numbers.append(try step(message, record).number) }
    }
    return numbers
  }

  private func step(_ message: Message, _ record: ByteCursor) throws -> RecordedStep {
    do throws(ClusterError) { return try RecordedStep(message.data, at: message.time) } catch {
      throw record.error("\(error)")
    }
  }

  private struct Message {
    var channel: UInt16
    var time: UInt64
    var data: ArraySlice<UInt8>

    init(_ record: inout ByteCursor) throws(RecordingError) {
      channel = try record.number("a message's channel")
      _ = try record.number("a message's number", as: UInt32.self)
      time = try record.number("a message's time")
      _ = try record.number("a message's second time", as: UInt64.self)
      data = record[record.rest]
    }
  }

  /// Puts the messages of each step together: they follow one another, the step's own first.
  private struct Assembly {
    private let recording: Recording
    private let wanted: Int
    private var step: RecordedStep?
    /// The number of the last one.
    private var last: Int?

    init(_ recording: Recording) {
      self.recording = recording
      wanted = Set(recording.buffers.map(\.name)).count
    }

    /// - Returns: the step before, when this message begins the next one.
    mutating func add(_ record: inout ByteCursor) throws -> RecordedStep? {
      let message = try Message(&record)
      if recording.stepChannels.contains(message.channel) {
        let before = try finish(false)
        let next = try recording.step(message, record)
        if let last, next.number <= last { throw record.error("step \(next.number) is behind step \(last)") }
        (step, last) = (next, next.number)
        return before
      }
      guard let buffer = recording.bufferChannels[message.channel], step != nil else { return nil }
      guard let rows = RecordedRows(buffer, message.data) else {
        throw record.error("the message of '\(buffer.name)' is too short for its \(buffer.rows) rows")
      }
      step?.rows.append(rows)
      return nil
    }

    /// - Parameter mayLackRows: whether a step that is not whole is left out, and no error.
    mutating func finish(_ mayLackRows: Bool) throws -> RecordedStep? {
      guard let step else { return nil }
      self.step = nil
      if step.rows.count == wanted { return step }
      if mayLackRows { return nil }
      throw RecordingError(
        path: recording.path,
        what: "step \(step.number) has the rows of \(step.rows.count) buffers, and the recording is of \(wanted)")
    }
  }
}
