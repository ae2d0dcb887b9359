/// A key that was pressed.
public enum TopKey: Sendable, Equatable {
  case character(Character)
  case up, down, left, right, pageUp, pageDown, home, end
  case enter, escape, backspace
  /// Ctrl-L: what is on the screen is no longer what was drawn.
  case redraw
}

/// Makes keys of what a terminal sends.
public struct TopKeyDecoder: Sendable {
  private var bytes: [UInt8] = []

  public init() {}

  /// Whether what has come so far may be the beginning of a key, or be the key Escape.
  public var isWaiting: Bool { !bytes.isEmpty }

  public mutating func feed(_ more: some Sequence<UInt8>) -> [TopKey] {
    bytes += more
    var keys: [TopKey] = []
    while let (key, length) = next() {
      bytes.removeFirst(length)
      if let key { keys.append(key) }
    }
    return keys
  }

  /// Nothing more has come: an escape character was the key.
  public mutating func giveUp() -> [TopKey] {
    defer { bytes = [] }
    return bytes == [0x1B] ? [.escape] : []
  }

  /// The first key with the number of its bytes; `nil` for the key is one that means nothing here.
  private func next() -> (TopKey?, Int)? {
    guard let first = bytes.first else { return nil }
    switch first {
    case 0x1B: return escapeSequence()
    case 0x0D, 0x0A: return (.enter, 1)
    case 0x7F, 0x08: return (.backspace, 1)
    case 0x0C: return (.redraw, 1)
    case ..<0x20: return (nil, 1)
    default:
      // The length of a character in UTF-8 stands in the first of its bytes.
      let length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      guard bytes.count >= length else { return nil }
      return (String(validating: bytes[..<length], as: UTF8.self)?.first.map { .character($0) }, length)
    }
  }

  private func escapeSequence() -> (TopKey?, Int)? {
    guard bytes.count > 1 else { return nil }
    // Escape, and then another key.
    guard bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else { return (.escape, 1) }
    // CSI or SS3: parameters, then a final byte (ECMA-48).
    guard let end = bytes[2...].firstIndex(where: { (0x40...0x7E).contains($0) }) else {
      return bytes.count > 16 ? (nil, bytes.count) : nil
    }
    let parameters = String(decoding: bytes[2..<end], as: UTF8.self)
    let key: TopKey? =
      switch (bytes[end], parameters) {
      case (UInt8(ascii: "A"), _): .up
      case (UInt8(ascii: "B"), _): .down
      case (UInt8(ascii: "C"), _): .right
      case (UInt8(ascii: "D"), _): .left
      case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), "1"), (UInt8(ascii: "~"), "7"): .home
      case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), "4"), (UInt8(ascii: "~"), "8"): .end
      case (UInt8(ascii: "~"), "5"): .pageUp
      case (UInt8(ascii: "~"), "6"): .pageDown
      case (UInt8(ascii: "M"), _): bytes[1] == UInt8(ascii: "O") ? .enter : nil
      default: nil
      }
    return (key, end + 1)
  }
}
