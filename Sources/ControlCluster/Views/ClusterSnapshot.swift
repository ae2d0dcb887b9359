/// A copy of `step` buffers that an observer takes at any moment, and that says which step its rows are of.
///
/// The observer maps the memory read-only, and neither side ever waits for the other's lock: a snapshot that could not be
/// taken within one step says so, row by row. Allocated once; one thread at a time may use it.
///
/// ```swift
/// let snapshot = try segment.snapshot(of: ["robot_state", "rhc_commands"])
/// let command = try snapshot.columns("rhc_commands", "joint_position", as: Float.self)
/// if case .step(let generation) = snapshot.take(within: 0.1) { print(generation, command[robot, joint]) }
/// ```
public final class ClusterSnapshot {
  /// What was asked for, in that order.
  public let buffers: [BufferLayout]
  /// What the last ``take(within:)`` returned; `nil` before the first.
  public internal(set) var moment: SnapshotMoment?

  let segment: Segment
  /// Those of the simulator, whose rows all change hands together.
  let inputs: [Copy]
  /// Those of the controllers, row i written by slot i.
  let answers: [Copy]
  var inputMoment = RowMoment.open
  var slots: [SlotCopy]
  /// What ``follow(after:)`` has begun with.
  var followed: Turn?
  /// Called between the stages of a taking: where tests change the memory.
  var onStage: ((Stage) -> Void)?

  enum Stage: Equatable {
    case waiting, copiedInputs
    case copiedAnswer(Int)
  }

  /// A buffer's rows, privately.
  final class Copy {
    let buffer: BufferLayout
    let source: UnsafeMutableRawPointer
    let bytes: UnsafeMutableRawPointer

    init(_ segment: Segment, _ buffer: BufferLayout) {
      self.buffer = buffer
      source = segment.base + buffer.offset
      bytes = .allocate(byteCount: max(buffer.copySize, 8), alignment: SegmentSections.page)
      bytes.initializeMemory(as: UInt8.self, repeating: 0, count: max(buffer.copySize, 8))
    }

    deinit { bytes.deallocate() }

    func take(row: Int) {
      let offset = row * buffer.rowStride
      SharedBytes.copy(buffer.rowSize, from: source + offset, to: bytes + offset)
    }
  }

  /// What a slot's rows turned out to be.
  struct SlotCopy {
    /// In this attempt at a step.
    var isTaken = false
    var outcome = SlotStatus.free
    var moment = RowMoment.safe(0)
    /// Of the process that was there when the step that is followed was begun with; `nil` when there was none.
    var incarnation: UInt32?
    /// When its rows were copied.
    var figures = SlotFigures()
  }

  init(_ segment: Segment, of names: [String]) throws(ClusterError) {
    self.segment = segment
    var buffers: [BufferLayout] = []
    for name in names {
      let buffer = try segment.buffer(name)
      guard buffer.sync == .step else {
        throw .wrongSync(buffer: name, what: "its rows are of no step; each is read whole with row(_:of:)")
      }
      guard buffer.writer == .simulator || (buffer.writer == .controller && buffer.per == .controller) else {
        throw .wrongSync(buffer: name, what: "nobody owns its rows in a step")
      }
      if !buffers.contains(buffer) { buffers.append(buffer) }
    }
    self.buffers = buffers
    inputs = buffers.filter { $0.writer == .simulator }.map { Copy(segment, $0) }
    answers = buffers.filter { $0.writer == .controller }.map { Copy(segment, $0) }
    slots = [SlotCopy](repeating: SlotCopy(), count: segment.layout.slots)
  }

  /// What moment a row is of.
  /// - Throws: `unknownBuffer` for one that was not asked for, `slotOutOfRange`.
  public func moment(of buffer: String, row: Int) throws(ClusterError) -> RowMoment {
    let copy = try copy(of: buffer)
    guard (0..<copy.buffer.rows).contains(row) else { throw .slotOutOfRange(slot: row, count: copy.buffer.rows) }
    return copy.buffer.writer == .simulator ? inputMoment : slots[row].moment
  }

  /// How a slot stood at the end of the snapshot's step; `free` when it took no part. In a snapshot that is of no one step, how
  /// it stands in the newest. Of the simulator's buffers alone a snapshot does not wait for an end, and knows of none.
  public func outcome(of slot: Int) -> SlotStatus { slots[slot].outcome }

  /// A field of the copies as [rows, shape…]; it shows what each next ``take(within:)`` brings.
  /// - Throws: `unknownBuffer` for one that was not asked for, `unknownField`, `wrongElementType`.
  public func columns<Element: FieldElement>(_ buffer: String, _ field: String, as type: Element.Type = Element.self)
    throws(ClusterError) -> SnapshotColumns<Element>
  {
    let copy = try copy(of: buffer)
    let (layout, found) = try segment.field(buffer, field)
    guard Element.canView(found.elementType) else {
      throw .wrongElementType(
        field: "\(buffer).\(field)", found: found.elementType.name, expected: "\(Element.self)")
    }
    return SnapshotColumns(layout, found, copy)
  }

  /// Lends a row's bytes, without the padding behind its last field.
  /// - Throws: `unknownBuffer` for one that was not asked for, `slotOutOfRange`.
  public func withRow<Result>(_ buffer: String, _ row: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws
    -> Result
  {
    let copy = try copy(of: buffer)
    guard (0..<copy.buffer.rows).contains(row) else {
      throw ClusterError.slotOutOfRange(slot: row, count: copy.buffer.rows)
    }
    return try body(
      UnsafeRawBufferPointer(start: copy.bytes + row * copy.buffer.rowStride, count: copy.buffer.rowSize))
  }

  private func copy(of name: String) throws(ClusterError) -> Copy {
    guard let copy = (inputs + answers).first(where: { $0.buffer.name == name }) else {
      throw .unknownBuffer(name, known: buffers.map(\.name))
    }
    return copy
  }
}

extension Segment {
  /// Prepares a copy of `step` buffers, to be taken at any moment, and of one step. Any role may.
  /// - Throws: `unknownBuffer`; `wrongSync` for a `latest` buffer.
  public func snapshot(of buffers: [String]) throws(ClusterError) -> ClusterSnapshot {
    try ClusterSnapshot(self, of: buffers)
  }
}
