import CLinux
import Glibc

/// What a process may write. It maps the whole object read-only, and then opens only its own pages for writing, so that a
/// program that writes where it must not faults in its own process.
///
/// The words of the step and the slots are of everybody who takes part: a stray write there is not caught, and neither is one
/// into another controller's row of the same buffer.
public enum SegmentRole: Sendable {
  /// Everything.
  case server
  /// Header (for its claim), control block, slots, and the buffers whose writer is the simulator.
  case simulator
  /// Control block without the step times, slots, and the buffers whose writer is the controller.
  case controller
  /// Control block without the step times, slots (for requests), and the buffers whose writer is a tool.
  case tool
  /// Nothing.
  case observer

  fileprivate func writes(_ writer: Writer) -> Bool {
    switch self {
    case .server: true
    case .simulator: writer == .simulator
    case .controller: writer == .controller
    case .tool: writer == .tool
    case .observer: false
    }
  }
}

/// A cluster's shared memory, mapped into this process. Views keep it alive; the last reference unmaps it.
public final class Segment: @unchecked Sendable {
  /// The object's name, `/ccluster.<uid>.<namespace>`.
  public let name: String
  public let role: SegmentRole
  public let blueprint: ClusterBlueprint
  public let cluster: ClusterDescription
  package let base: UnsafeMutableRawPointer
  /// Of a tool, or of a server that is one, which claim rows with it.
  let identity: ProcessIdentity

  public var layout: ClusterLayout { blueprint.layout }

  /// Takes over a mapping of `blueprint.layout.size` bytes.
  init(mapping base: UnsafeMutableRawPointer, name: String, role: SegmentRole, blueprint: ClusterBlueprint)
    throws(ClusterError)
  {
    self.base = base
    self.name = name
    self.role = role
    self.blueprint = blueprint
    identity = role == .tool || role == .server ? .current() : .nobody
    do throws(ClusterError) {
      cluster = try ClusterDescription(json: blueprint.description)
      guard cluster.controllers.count == blueprint.layout.slots else {
        throw ClusterError.corrupt(segment: name, what: "its description contradicts its slots")
      }
    } catch {
      munmap(base, blueprint.layout.size)
      throw error
    }
  }

  deinit { munmap(base, layout.size) }

  /// Attaches to a published cluster.
  /// - Parameters:
  ///   - name: the cluster's namespace, or the object's full name.
  ///   - role: what this process will write.
  ///   - patience: how long to wait for a memory that is only just being published, ms.
  /// - Throws: `notFound`, `otherUser`, `notReady`, `stale`, `badMagic`, `abiMismatch`, `layoutMismatch`, `corrupt`.
  public static func attach(to name: String, as role: SegmentRole, patience: Int = 1000) throws(ClusterError) -> Segment
  {
    let segment = SegmentName.of(name)
    let descriptor = shm_open(segment, role == .observer ? O_RDONLY : O_RDWR, 0)
    if descriptor < 0 {
      let code = errno
      if let owner = SegmentName.foreignOwner(of: segment, errno: code) {
        throw .otherUser(segment: segment, owner: owner)
      }
      if code == ENOENT { throw .notFound(segment: segment) }
      throw .system(call: "shm_open '\(segment)'", errno: code)
    }
    defer { close(descriptor) }
    let size = try publishedSize(descriptor, segment, patience)
    guard let base = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
      throw .system(call: "mmap '\(segment)'", errno: errno)
    }
    let blueprint: ClusterBlueprint
    do throws(ClusterError) {
      blueprint = try ClusterBlueprint(decoding: UnsafeRawBufferPointer(start: base, count: size), segment: segment)
      guard blueprint.layout.size == size else {
        throw ClusterError.corrupt(segment: segment, what: "it has \(size) bytes, not \(blueprint.layout.size)")
      }
    } catch {
      munmap(base, size)
      throw error
    }
    let attached = try Segment(mapping: base, name: segment, role: role, blueprint: blueprint)
    guard attached.server.isAlive else { throw .stale(segment: segment) }
    try attached.openOwnPages()
    return attached
  }

  /// Attaches to the cluster that this process was launched in (`CCLUSTER_SEGMENT`), and makes standard output line-buffered,
  /// so that the launcher shows lines as they come. Under a real-time policy it first locks this process's memory.
  /// - Throws: `environment`, `failed` when memory cannot be locked, and what ``attach(to:as:patience:)`` throws.
  public static func fromEnvironment(as role: SegmentRole, patience: Int = 1000) throws(ClusterError) -> Segment {
    guard let name = System.environment("CCLUSTER_SEGMENT") else {
      throw .environment(name: "CCLUSTER_SEGMENT", value: nil)
    }
    linux_buffer_output_by_line()
    try MemoryLock.lockIfAsked()
    return try attach(to: name, as: role, patience: patience)
  }

  /// Waits for the phase word to say that all else may be read.
  private static func publishedSize(_ descriptor: Int32, _ segment: String, _ patience: Int) throws(ClusterError) -> Int
  {
    for _ in 0..<max(1, patience) {
      var status = stat()
      try System.call("fstat '\(segment)'") { fstat(descriptor, &status) }
      if status.st_size >= Int(CCLUSTER_PAGE) {
        guard let page = mmap(nil, Int(CCLUSTER_PAGE), PROT_READ, MAP_SHARED, descriptor, 0), page != MAP_FAILED else {
          throw .system(call: "mmap '\(segment)'", errno: errno)
        }
        defer { munmap(page, Int(CCLUSTER_PAGE)) }
        let phase = SharedWord<UInt32>(page + MemoryLayout<ccluster_header>.offset(of: \.phase)!).load()
        if phase != CCLUSTER_EMPTY.rawValue { return Int(status.st_size) }
      }
      usleep(1000)
    }
    throw .notReady(segment: segment)
  }

  private func openOwnPages() throws(ClusterError) {
    if role == .observer { return }
    if role == .server || role == .simulator { try openForWriting(0, SegmentSections.page) }
    let stepTimes = SegmentSections.control + SegmentSections.page
    try openForWriting(SegmentSections.control, SegmentSections.page)
    if role == .server || role == .simulator { try openForWriting(stepTimes, SegmentSections.words - stepTimes) }
    let slotsEnd = layout.slotsOffset + layout.slots * MemoryLayout<ccluster_slot>.stride
    try openForWriting(SegmentSections.words, slotsEnd - SegmentSections.words)
    for buffer in layout.buffers where role.writes(buffer.writer) && buffer.size > 0 {
      try openForWriting(buffer.offset, buffer.size)
    }
  }

  private func openForWriting(_ offset: Int, _ size: Int) throws(ClusterError) {
    try System.call("mprotect '\(name)'") {
      mprotect(base + offset, size.roundedUp(to: SegmentSections.page), PROT_READ | PROT_WRITE)
    }
  }

  package func mayWrite(_ buffer: BufferLayout) -> Bool { role.writes(buffer.writer) }
}

// MARK: - Words of the header (offsets as asserted in segment.h) and the control block

extension Segment {
  var phaseWord: SharedWord<UInt32> { SharedWord(base + 0x218) }
  var clientWord: SharedWord<UInt64> { SharedWord(base + 0x210) }
  var serverWord: SharedWord<UInt64> { SharedWord(base + 0x200) }
  var launcherWord: SharedWord<UInt64> { SharedWord(base + 0x208) }

  /// The process that owns the object.
  public var server: ProcessIdentity { ProcessIdentity(word: serverWord.load()) }
  public var launcher: ProcessIdentity { ProcessIdentity(word: launcherWord.load()) }
  /// The one client, or nobody.
  public var client: ProcessIdentity { ProcessIdentity(word: clientWord.load()) }

  /// `empty → ready → stopping → closed`.
  public var phase: ClusterPhase { ClusterPhase(rawValue: phaseWord.load()) ?? .closed }

  var control: ControlBlock { ControlBlock(base + SegmentSections.control) }

  func slot(_ index: Int) -> Slot {
    precondition(index >= 0 && index < layout.slots, "slot \(index) of \(layout.slots)")
    return stepProtocol.slot(index)
  }

  /// The buffer of that name.
  /// - Throws: `unknownBuffer`, naming those that there are.
  public func buffer(_ name: String) throws(ClusterError) -> BufferLayout {
    guard let buffer = layout[buffer: name] else {
      throw .unknownBuffer(name, known: layout.buffers.map(\.name))
    }
    return buffer
  }

  /// The field of that name, with its buffer.
  /// - Throws: `unknownBuffer`, `unknownField`, naming those that there are.
  public func field(_ bufferName: String, _ name: String) throws(ClusterError) -> (BufferLayout, FieldLayout) {
    let buffer = try self.buffer(bufferName)
    guard let field = buffer[field: name] else {
      throw .unknownField(buffer: bufferName, field: name, known: buffer.fields.map(\.name))
    }
    return (buffer, field)
  }
}

/// Where a cluster is in its life.
public enum ClusterPhase: UInt32, Sendable {
  case empty, ready, stopping, closed
}
