/// Why something cannot be said in the other side's language.
public enum ExportError: Error, Equatable, CustomStringConvertible {
  case unspeakable(String, reason: String)
  case tooShort(seconds: Int, least: Int)

  public var description: String {
    switch self {
    case .unspeakable(let text, let reason): "'\(text)' cannot stand in such a file: \(reason)"
    case .tooShort(let seconds, let least):
      "a time limit of \(seconds) s leaves nothing: the run is asked to end \(least) s before it"
    }
  }
}
