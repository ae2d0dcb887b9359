import Glibc

/// What went wrong in the runtime: a stable code, and the facts that make its sentence.
public enum ClusterError: Error, Equatable, Sendable {
  /// A system call failed: the call with its subject, and errno.
  case system(call: String, errno: Int32)
  /// No cluster of that name runs here.
  case notFound(segment: String)
  /// Another user's cluster has the name, and its memory is closed to this one.
  case otherUser(segment: String, owner: UInt32)
  /// A live cluster holds the name; 0 when its owner is only just starting.
  case inUse(segment: String, owner: Int32)
  /// The object is left over from a server that is gone.
  case stale(segment: String)
  /// The object is there, but was not published in time.
  case notReady(segment: String)
  /// /dev/shm has less room than the cluster needs. Bytes.
  case noMemory(segment: String, needed: Int)
  /// The object is no cluster's, or of another version.
  case badMagic(segment: String, found: UInt64)
  case abiMismatch(segment: String, found: UInt32, expected: UInt32)
  case layoutMismatch(segment: String, found: UInt64, expected: UInt64)
  case corrupt(segment: String, what: String)
  /// The cluster is stopping or its server has ended.
  case stopped(segment: String)
  case serverGone(segment: String)
  /// Another live process is the client.
  case clientTaken(segment: String, owner: Int32)
  /// `wait()` without `trigger()`, or `trigger()` twice.
  case stepOutOfOrder(String)
  case unknownBuffer(String, known: [String])
  case unknownField(buffer: String, field: String, known: [String])
  /// A path that leads to nothing in the description.
  case unknownValue(path: String)
  /// A field was asked for as another type than it has.
  case wrongElementType(field: String, found: String, expected: String)
  case notWritable(buffer: String, writer: String)
  /// A tool holds a row of its own kind, and does not go on.
  case rowTaken(buffer: String, row: Int, owner: Int32)
  case wrongCount(what: String, found: Int, expected: Int)
  /// The sync mode of a buffer does not allow that access.
  case wrongSync(buffer: String, what: String)
  case slotTaken(slot: Int, owner: Int32)
  case slotOutOfRange(slot: Int, count: Int)
  /// The memory is one host's of several, and that controller is on another.
  case controllerElsewhere(Int, here: Range<Int>)
  /// An environment variable is missing or makes no sense.
  case environment(name: String, value: String?)
  case parameter(String)
  /// Controllers, in words, that have not carried a request out in time.
  case unanswered(by: String, seconds: Double)
  case registrationTimeout(missing: [String], seconds: Double)
  case failed(String)
}

extension ClusterError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let call, let errno): "\(call): \(System.message(for: errno))"
    case .notFound(let segment):
      "there is no cluster '\(segment)' on this machine; 'ccluster launch FILE' starts one"
    case .otherUser(let segment, let owner):
      "the cluster '\(SegmentName.namespace(of: segment))' belongs to user \(owner), and not to this one (\(getuid())): clusters "
        + "are open to the user who launched them only"
    case .inUse(let segment, let owner):
      owner == 0
        ? "'\(segment)' is being started by another launch at this moment"
        : "'\(segment)' is in use by a running cluster (server pid \(owner)); stop it, or launch with --name OTHER"
    case .stale(let segment): "'\(segment)' is left over from a server that is gone; launching again replaces it"
    case .notReady(let segment): "'\(segment)' exists, but its server has not published it"
    case .noMemory(let segment, let needed):
      "/dev/shm has no room for the \(needed) bytes of '\(segment)'; free some (ls -l /dev/shm) or make it larger "
        + "(mount -o remount,size=… /dev/shm)"
    case .badMagic(let segment, let found):
      "'\(segment)' is not a cluster's memory (magic 0x\(String(found, radix: 16)))"
    case .abiMismatch(let segment, let found, let expected):
      "'\(segment)' has memory layout version \(found), this program was built for \(expected)"
    case .layoutMismatch(let segment, let found, let expected):
      "'\(segment)' has layout hash 0x\(String(found, radix: 16)), expected 0x\(String(expected, radix: 16)): it was "
        + "launched from another config"
    case .corrupt(let segment, let what): "'\(segment)' is damaged: \(what)"
    case .stopped(let segment): "the cluster '\(segment)' is stopping"
    case .serverGone(let segment): "the server of '\(segment)' is gone"
    case .clientTaken(let segment, let owner): "'\(segment)' already has a client: process \(owner)"
    case .stepOutOfOrder(let what): what
    case .unknownBuffer(let name, let known): "there is no buffer '\(name)'; there are \(known.joined(separator: ", "))"
    case .unknownField(let buffer, let field, let known):
      "buffer '\(buffer)' has no field '\(field)'; it has \(known.joined(separator: ", "))"
    case .unknownValue(let path): "the cluster's description has no value '\(path)'"
    case .wrongElementType(let field, let found, let expected):
      "field '\(field)' holds \(found), but was opened as \(expected)"
    case .notWritable(let buffer, let writer): "buffer '\(buffer)' is written by the \(writer) only"
    case .rowTaken(let buffer, let row, let owner):
      "row \(row) of '\(buffer)' is being written by process \(owner), which does not go on: is it suspended?"
    case .wrongCount(let what, let found, let expected): "\(what): got \(found) values, expected \(expected)"
    case .wrongSync(let buffer, let what): "buffer '\(buffer)': \(what)"
    case .slotTaken(let slot, let owner): "controller \(slot) is already run by process \(owner)"
    case .slotOutOfRange(let slot, let count): "there is no controller \(slot): the cluster has \(count), from 0"
    case .controllerElsewhere(let number, let here):
      "there is no controller \(number) on this host: it has \(Quantity.ranges(Array(here)))"
    case .environment(let name, nil): "\(name) is not set; this program is started by 'ccluster launch'"
    case .environment(let name, let value?): "\(name) is '\(value)', which makes no sense"
    case .parameter(let what): what
    case .unanswered(let controllers, let seconds): "no answer within \(seconds) s from \(controllers)"
    case .registrationTimeout(let missing, let seconds):
      "not registered within \(seconds) s: \(missing.joined(separator: ", "))"
    case .failed(let what): what
    }
  }
}
