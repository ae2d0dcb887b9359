import ControlCluster

/// Takes the streams of several hosts apart that `mpirun` has put into one.
///
/// Each host's launcher writes JSON texts, and none of them has a line break: mpirun forwards whatever a rank has written so far,
/// up to 4096 bytes, and the next bytes may be another rank's. With `--tag-output` it puts `[1,RANK]<stdout>:` before each piece,
/// and a line break behind it in some versions. Texts are escaped so that they hold no tag.
struct HostStream {
  /// Ends each text; JSON has it escaped.
  static let terminator: UInt8 = 0x1e

  private var buffer: [UInt8] = []
  /// What each rank has sent since its last whole text.
  private var partial: [Int: [UInt8]] = [:]
  private var rank: Int?

  /// A text that never ends is dropped there, bytes.
  private static let longest = 1 << 22

  /// An event as a host's launcher writes it.
  static func encode(_ event: LaunchEvent) -> [UInt8] {
    var bytes: [UInt8] = []
    // It stands in strings only, where JSON lets it be escaped; without it no text holds a tag.
    for byte in event.json.compact.utf8 {
      if byte == UInt8(ascii: "<") { bytes += "\\u003c".utf8 } else { bytes.append(byte) }
    }
    return bytes + [terminator]
  }

  /// - Returns: the events that have become whole, with the ranks that sent them.
  mutating func feed(_ bytes: some Sequence<UInt8>) -> [(rank: Int, event: LaunchEvent)] {
    buffer += bytes
    var events: [(rank: Int, event: LaunchEvent)] = []
    var start = 0
    while let bracket = buffer[start...].firstIndex(of: UInt8(ascii: "[")) {
      take(buffer[start..<bracket], &events)
      start = bracket
      switch Self.tag(buffer[bracket...]) {
      case .whole(let rank, let length):
        self.rank = rank
        start = bracket + length
      case .none:
        take(buffer[bracket...bracket], &events)
        start = bracket + 1
      // The rest of it is still to come.
      case .begun:
        buffer.removeFirst(start)
        return events
      }
    }
    take(buffer[start...], &events)
    buffer.removeAll(keepingCapacity: true)
    return events
  }

  private mutating func take(_ piece: ArraySlice<UInt8>, _ events: inout [(rank: Int, event: LaunchEvent)]) {
    guard let rank, !piece.isEmpty else { return }
    var text = partial.removeValue(forKey: rank) ?? []
    for byte in piece {
      switch byte {
      case Self.terminator:
        if let json = try? JSONValue(parsing: String(decoding: text, as: UTF8.self)), let event = LaunchEvent(json) {
          events.append((rank, event))
        }
        text.removeAll(keepingCapacity: true)
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): break
      default: if text.count < Self.longest { text.append(byte) }
      }
    }
    partial[rank] = text
  }

  private enum Tag {
    case whole(rank: Int, length: Int)
    case begun
    case none
  }

  /// `[1,2]<stdout>:` in Open MPI 4, `[prterun-host-4711@1,2]<stdout>:` in Open MPI 5.
  private static func tag(_ bytes: ArraySlice<UInt8>) -> Tag {
    let end = Array("]<stdout>:".utf8)
    // A job's name is made of the host's, which has 64 bytes.
    let head = bytes.prefix(160)
    guard let close = head.firstIndex(of: UInt8(ascii: "]")) else {
      let isPlausible = head.dropFirst().allSatisfy(isOfTag)
      return isPlausible && head.count == bytes.count && bytes.count < 160 ? .begun : .none
    }
    let inside = bytes[bytes.startIndex + 1..<close]
    guard inside.allSatisfy(isOfTag), let comma = inside.lastIndex(of: UInt8(ascii: ",")),
      let rank = Int(String(decoding: inside[(comma + 1)...], as: UTF8.self))
    else { return .none }
    let rest = bytes[close...].prefix(end.count)
    guard end.starts(with: rest) else { return .none }
    if rest.count < end.count { return .begun }
    return .whole(rank: rank, length: close + end.count - bytes.startIndex)
  }

  private static func isOfTag(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: ","), UInt8(ascii: "@"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
