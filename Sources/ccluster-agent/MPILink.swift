#if MPI
  import CMPI
  import ClusterHosts

  /// A link over MPI: a step's blocks are one message each way, sent from where they lie by a request that is made once; notes
  /// are messages of their own.
  final class MPILink: HostLink {
    private enum Tag {
      static let step: Int32 = 1
      static let note: Int32 = 2
    }

    private let rank: Int32
    private var sending: MPI_Request?
    private var receiving: MPI_Request?
    private(set) var isStepSent = true
    private(set) var hasStepArrived = false
    private var isExpecting = false
    private var notes: [OutgoingNote] = []
    /// What has come, and has not been asked for.
    private var incoming: [[UInt8]] = []
    private var failure: HostError?

    /// - Parameters:
    ///   - rank: the other end's.
    ///   - outgoing: what a step sends, in as many blocks as the other end receives bytes for.
    ///   - incoming: where the other end's step lands.
    init(
      to rank: Int32, outgoing: [UnsafeMutableRawBufferPointer], incoming: [UnsafeMutableRawBufferPointer]
    ) throws(HostError) {
      self.rank = rank
      try Self.check(cmpi_prepare_send(Self.type(of: outgoing), rank, Tag.step, &sending))
      try Self.check(cmpi_prepare_receive(Self.type(of: incoming), rank, Tag.step, &receiving))
    }

    private static func type(of blocks: [UnsafeMutableRawBufferPointer]) throws(HostError) -> MPI_Datatype {
      let blocks = blocks.filter { $0.count > 0 }
      for block in blocks where block.count > Int32.max {
        throw .mismatch("a buffer of \(block.count) bytes a host is more than a message of MPI holds")
      }
      let sizes = blocks.map { Int32($0.count) }
      let addresses = blocks.map { Int(bitPattern: $0.baseAddress) }
      var type: MPI_Datatype?
      try check(cmpi_blocks(Int32(blocks.count), sizes, addresses, &type))
      return type!
    }

    static func check(_ code: Int32) throws(HostError) {
      if cmpi_is_success(code) != 0 { return }
      var text = [CChar](repeating: 0, count: Int(cmpi_error_size()))
      cmpi_describe(code, &text)
      throw .unreachable(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// What cannot throw leaves its failure to ``look()``.
    private func keep(_ code: Int32) {
      do throws(HostError) { try Self.check(code) } catch { failure = failure ?? error }
    }

    func sendStep() {
      isStepSent = false
      keep(cmpi_start(&sending))
    }

    func expectStep() {
      hasStepArrived = false
      isExpecting = true
      keep(cmpi_start(&receiving))
    }

    func send(_ note: [UInt8]) {
      let note = OutgoingNote(note)
      keep(note.start(to: rank, tag: Tag.note))
      notes.append(note)
    }

    func receive() -> [UInt8]? { incoming.isEmpty ? nil : incoming.removeFirst() }

    func look() throws(HostError) {
      if let failure { throw failure }
      var isDone: Int32 = 0
      if !isStepSent {
        try Self.check(cmpi_test(&sending, &isDone))
        isStepSent = isDone != 0
      }
      if isExpecting {
        try Self.check(cmpi_test(&receiving, &isDone))
        if isDone != 0 { (isExpecting, hasStepArrived) = (false, true) }
      }
      while let first = notes.first, try first.hasGone() { notes.removeFirst() }
      try takeNotes()
    }

    private func takeNotes() throws(HostError) {
      while true {
        var (hasCome, count): (Int32, Int32) = (0, 0)
        var message: MPI_Message?
        try Self.check(cmpi_look(rank, Tag.note, &hasCome, &count, &message))
        if hasCome == 0 { return }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        try Self.check(cmpi_receive(&bytes, count, &message))
        incoming.append(bytes)
      }
    }
  }

  /// A note on its way, whose bytes stay until it has gone.
  private final class OutgoingNote {
    private let bytes: UnsafeMutableRawBufferPointer
    private var request: MPI_Request?

    init(_ note: [UInt8]) {
      bytes = .allocate(byteCount: note.count, alignment: 1)
      bytes.copyBytes(from: note)
    }

    deinit { bytes.deallocate() }

    func start(to rank: Int32, tag: Int32) -> Int32 {
      cmpi_send(bytes.baseAddress, Int32(bytes.count), rank, tag, &request)
    }

    func hasGone() throws(HostError) -> Bool {
      var isDone: Int32 = 0
      try MPILink.check(cmpi_test(&request, &isDone))
      return isDone != 0
    }
  }
#endif
