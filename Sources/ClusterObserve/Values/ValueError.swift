import ControlCluster

/// What is wrong with a path, or with a value that was to be set: the facts. Who tells it adds the nearest of the `known` names.
public enum ValueError: Error, Sendable, Equatable {
  public enum Kind: String, Sendable {
    case buffer, field, column
  }

  case syntax(String, String)
  case unknown(Kind, String, of: String, known: [String])
  /// Rows are numbered from `first`; `count` is 1 for a buffer that all controllers share.
  case row(Int, buffer: String, first: Int, count: Int)
  /// The buffer is not a tool's to write.
  case notWritable(buffer: String, writer: Writer)
  case value(String, String)
}

extension ValueError: CustomStringConvertible {
  /// The sentence, without the names that there are.
  public var description: String {
    switch self {
    case .syntax(let path, let what): "'\(path)': \(what)"
    case .unknown(let kind, let name, let owner, _): "\(owner) has no \(kind) '\(name)'"
    case .row(let row, let buffer, let first, let count):
      count == 1 && first == 0
        ? "'\(buffer)' has one row, 0, and none of its own for controller \(row)"
        : "there is no controller \(row): '\(buffer)' has \(count) rows, from \(first)"
    case .notWritable(let buffer, .simulator):
      "'\(buffer)' is written by the simulator only; the config leaves it to tools with 'buffers: {\(buffer): {writer: tool, sync: latest}}'"
    case .notWritable(let buffer, let writer): "'\(buffer)' is written by the \(writer.name) only"
    case .value(let path, let what): "\(path): \(what)"
    }
  }

  /// Names of which one was meant.
  public var candidates: (name: String, known: [String])? {
    if case .unknown(_, let name, _, let known) = self { (name, known) } else { nil }
  }
}
