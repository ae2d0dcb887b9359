import Glibc

extension SourceText {
  /// One file whatever it is called: links and `..` lead to the same identity.
  package enum Identity: Hashable {
    case file(device: UInt64, inode: UInt64)
    case inMemory(path: String)
  }

  package struct ReadingFailure: Error {
    package var path: String
    package var id: Diagnostic.ID
    /// Whether there is nothing of that name.
    var isMissing = false
    /// Goes on after the file's name: "… is a directory".
    package var predicate: String
  }

  /// Reads one of `files`, as the file system's are read.
  static func read(_ path: String, among files: [String: [UInt8]], limit: Int) throws(ReadingFailure)
    -> (SourceText, Identity)
  {
    guard let bytes = files[path] else {
      throw ReadingFailure(path: path, id: .unreadableFile, isMissing: true, predicate: predicate(ENOENT))
    }
    if bytes.count > limit { throw tooLarge(path, limit: limit) }
    return (SourceText(file: path, bytes: withoutByteOrderMark(bytes)), .inMemory(path: path))
  }

  /// Reads a regular file of at most `limit` bytes. Never blocks: a FIFO or a device is refused unread.
  package static func read(_ path: String, limit: Int) throws(ReadingFailure) -> (SourceText, Identity) {
    func failure(_ code: Int32) -> ReadingFailure {
      .init(
        path: path, id: .unreadableFile, isMissing: code == ENOENT || code == ENOTDIR, predicate: predicate(code))
    }
    func refused(_ predicate: String) -> ReadingFailure {
      .init(path: path, id: .unreadableFile, predicate: predicate)
    }
    let descriptor = retryingInterrupts { open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) }
    if descriptor < 0 { throw failure(errno) }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw failure(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw refused("is a directory; name the file in it")
    default: throw refused("is not a regular file")
    }
    if status.st_size > limit { throw tooLarge(path, limit: limit) }

    // Read to the end whatever the size says: it is 0 for the kernel's own files.
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(max(Int(status.st_size) + 1, 4096), limit + 1))
    while true {
      let count = chunk.withUnsafeMutableBytes { buffer in
        retryingInterrupts { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
      }
      if count < 0 { throw failure(errno) }
      if count == 0 { break }
      bytes += chunk[..<count]
      if bytes.count > limit { throw tooLarge(path, limit: limit) }
    }
    let identity = Identity.file(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    return (SourceText(file: path, bytes: withoutByteOrderMark(bytes)), identity)
  }

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private static func withoutByteOrderMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(byteOrderMark.count)) : bytes
  }

  private static func tooLarge(_ path: String, limit: Int) -> ReadingFailure {
    .init(path: path, id: .tooLarge, predicate: "is larger than the \(limit) bytes that it may have")
  }

  private static func predicate(_ code: Int32) -> String {
    switch code {
    case ENOENT: "does not exist"
    case ENOTDIR: "does not exist: part of its path is a file"
    case EACCES, EPERM: "may not be read: permission denied"
    case ENXIO: "is not a regular file"
    case ELOOP: "is a link that leads in a circle"
    case ENAMETOOLONG: "has too long a name"
    default: "cannot be read: \(String(cString: strerror(code)))"
    }
  }

  private static func retryingInterrupts<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}

extension SourceText {
  /// Reports the first byte that cannot stand in a text file, and says whether there was none.
  /// - Parameter format: what the text is, for the message.
  package func checkIsText(_ collector: DiagnosticCollector, as format: String = "YAML") -> Bool {
    var index = 0
    func refuse(_ message: String, length: Int = 1) -> Bool {
      // In a program or an image, the first byte that is not text says little.
      if bytes[index] != 0, bytes.contains(0) {
        let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        let message = isUTF16 ? "this file is UTF-16; save it as UTF-8" : "this is not a text file"
        collector.report(.notText, message, at: .whole(self))
      } else {
        collector.report(.notText, message, at: Span(self, index..<index + length))
      }
      return false
    }
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case 0: return refuse("a NUL byte cannot stand in \(format); delete it")
      case 0x09, 0x0A, 0x0D, 0x20...0x7E: index += 1
      case 0x00...0x1F, 0x7F:
        return refuse("the control character 0x\(hexadecimal(byte)) cannot stand in \(format); delete it")
      default:
        if bytes[index...].starts(with: Self.byteOrderMark) {
          let orEscape = format == "YAML" ? ", or write \\uFEFF in double quotes" : ""
          return refuse(
            "an invisible byte order mark (U+FEFF) stands here; delete it\(orEscape)", length: Self.byteOrderMark.count)
        }
        guard let length = utf8Length(at: index) else {
          return refuse("this is not valid UTF-8 (byte 0x\(hexadecimal(byte))); save the file as UTF-8")
        }
        index += length
      }
    }
    return true
  }

  /// Bytes of the well-formed multi-byte sequence at `index` (Unicode 16, table 3-7).
  private func utf8Length(at index: Int) -> Int? {
    let second: ClosedRange<UInt8>
    let length: Int
    switch bytes[index] {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return nil }
    for offset in 2..<max(2, length) where bytes[index + offset] & 0xC0 != 0x80 { return nil }
    return length
  }
}

func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return digits.count == 1 ? "0" + digits : digits
}
