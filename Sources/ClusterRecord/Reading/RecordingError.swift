/// Why a recording cannot be read, and where.
public struct RecordingError: Error, Equatable, Sendable {
  public enum Place: Equatable, Sendable {
    /// The file as a whole.
    case file
    /// Bytes from the start of the file.
    case byte(UInt64)
    /// In the contents of the chunk that begins at that byte of the file.
    case chunk(at: UInt64, byte: Int)
  }

  public var path: String
  public var place: Place
  public var what: String

  public init(path: String, place: Place = .file, what: String) {
    self.path = path
    self.place = place
    self.what = what
  }
}

extension RecordingError: CustomStringConvertible {
  public var description: String { "\(path)\(place): \(what)" }
}

extension RecordingError.Place: CustomStringConvertible {
  /// With a comma in front; nothing for the whole file.
  public var description: String {
    switch self {
    case .file: ""
    case .byte(let offset): ", byte \(offset)"
    case .chunk(let offset, let byte): ", byte \(byte) of the chunk at byte \(offset)"
    }
  }
}
