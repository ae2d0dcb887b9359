import CLinux
import Glibc

/// The shared-memory object as its owner holds it: created, locked for life, published last, removed at the end.
///
/// The owner is who holds the `flock`, never who wrote a pid: only the holder of the lock unlinks, and a lock dies with
/// its process. An object that is not empty under a free lock is stale.
final class OwnedSegment {
  let segment: Segment
  private let lock: Int32
  private var isRemoved = false

  /// Creates the object, unpublished, with every row holding its initial values.
  /// - Throws: `inUse`, `noMemory`, `system`.
  init(creating blueprint: ClusterBlueprint, named name: String) throws(ClusterError) {
    let lock = try Self.createLocked(name)
    do throws(ClusterError) {
      segment = try Self.fill(lock, name, blueprint)
      self.lock = lock
    } catch {
      shm_unlink(name)
      close(lock)
      throw error
    }
  }

  deinit {
    remove()
    close(lock)
  }

  /// Lets openers in.
  func publish(launcher: ProcessIdentity) {
    segment.launcherWord.store(launcher.word)
    segment.phaseWord.store(ClusterPhase.ready.rawValue)
  }

  /// Tells everyone to end.
  func beginStopping() {
    if segment.phaseWord.exchange(ClusterPhase.ready.rawValue, for: ClusterPhase.stopping.rawValue) {
      segment.control.ringWorkers()
      segment.control.done.wake(.max)
    }
  }

  /// Removes the name; processes that still have the object mapped keep their memory.
  func remove() {
    guard !isRemoved else { return }
    isRemoved = true
    segment.phaseWord.store(ClusterPhase.closed.rawValue)
    segment.control.ringWorkers()
    if Self.holdsName(lock, segment.name) { shm_unlink(segment.name) }
  }

  // MARK: Creation

  /// How often an object that is locked but has no living owner is looked at again, a millisecond apart. Its holder is about
  /// to fill it, to remove a leftover, or to vanish: a killed owner's lock goes only when the kernel has cleaned up after it.
  /// Only once there is an owner can the error name it.
  private static let patience = 500

  /// An empty object under our lock, with its name still pointing to it.
  private static func createLocked(_ name: String) throws(ClusterError) -> Int32 {
    var attempts = 0
    while true {
      let descriptor = try System.call("shm_open '\(name)'") { shm_open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0o600) }
      var keep = false
      defer { if !keep { close(descriptor) } }
      var status = stat()
      try System.call("fstat '\(name)'") { fstat(descriptor, &status) }
      guard status.st_uid == geteuid() else { throw .system(call: "shm_open '\(name)'", errno: EPERM) }
      guard try takeLock(descriptor, name) else {
        let owner = owner(of: descriptor)
        attempts += 1
        if owner.isAlive || attempts > patience { throw .inUse(segment: name, owner: owner.pid) }
        usleep(1000)
        continue
      }
      guard holdsName(descriptor, name) else { continue }
      // Read again: the holder before us may have filled it and gone.
      try System.call("fstat '\(name)'") { fstat(descriptor, &status) }
      if status.st_size > 0 {
        // Its owner is gone, or it would hold the lock.
        shm_unlink(name)
        continue
      }
      keep = true
      return descriptor
    }
  }

  /// Whether the lock was free.
  private static func takeLock(_ descriptor: Int32, _ name: String) throws(ClusterError) -> Bool {
    do {
      try System.call("flock '\(name)'") { flock(descriptor, LOCK_EX | LOCK_NB) }
      return true
    } catch {
      if case .system(_, EWOULDBLOCK) = error { return false }
      throw error
    }
  }

  /// Whether the name still leads to this very object.
  private static func holdsName(_ descriptor: Int32, _ name: String) -> Bool {
    var mine = stat()
    var named = stat()
    return fstat(descriptor, &mine) == 0 && stat(SegmentName.path(of: name), &named) == 0 && mine.st_ino == named.st_ino
      && mine.st_dev == named.st_dev
  }

  /// Whom the header names as owner; nobody when that has not come so far.
  private static func owner(of descriptor: Int32) -> ProcessIdentity {
    var word: UInt64 = 0
    let offset = off_t(MemoryLayout<ccluster_header>.offset(of: \.server)!)
    return pread(descriptor, &word, 8, offset) == 8 ? ProcessIdentity(word: word) : .nobody
  }

  private static func fill(_ descriptor: Int32, _ name: String, _ blueprint: ClusterBlueprint) throws(ClusterError)
    -> Segment
  {
    let size = blueprint.layout.size
    // Reserved now, so that a full /dev/shm is this error and not a SIGBUS in the middle of a run.
    var code: Int32
    repeat { code = posix_fallocate(descriptor, 0, off_t(size)) } while code == EINTR
    if code == ENOSPC || code == ENOMEM || code == EFBIG { throw .noMemory(segment: name, needed: size) }
    guard code == 0 else { throw .system(call: "posix_fallocate '\(name)'", errno: code) }
    guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
      throw .system(call: "mmap '\(name)'", errno: errno)
    }
    blueprint.encode().withUnsafeBytes { base.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    let segment = try Segment(mapping: base, name: name, role: .server, blueprint: blueprint)
    segment.serverWord.store(ProcessIdentity.current().word)
    for buffer in blueprint.layout.buffers where buffer.rowSize > 0 {
      let access = RowAccess(segment, buffer)
      for row in 0..<buffer.rows { buffer.initialRow.withUnsafeBytes { access.write(row, from: $0.baseAddress!) } }
    }
    return segment
  }

  // MARK: Leftovers

  /// Removes the object if its owner is gone; whether it did. A live one is left alone.
  /// - Parameter isTrial: whether it is only looked at.
  @discardableResult
  static func removeStale(_ name: String, isTrial: Bool = false) -> Bool {
    let descriptor = shm_open(name, O_RDWR | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard (try? takeLock(descriptor, name)) == true, holdsName(descriptor, name) else { return false }
    return isTrial || shm_unlink(name) == 0
  }
}

extension Segment {
  /// Removes a cluster's object if its server is gone; whether it did. A live one is left alone.
  @discardableResult
  public static func removeStale(_ name: String) -> Bool { OwnedSegment.removeStale(SegmentName.of(name)) }

  /// Whether ``removeStale(_:)`` would remove it.
  public static func isStale(_ name: String) -> Bool {
    OwnedSegment.removeStale(SegmentName.of(name), isTrial: true)
  }
}
