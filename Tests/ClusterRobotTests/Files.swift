import ClusterConfig
import Glibc

/// What tests need of the file system.
enum Files {
  static func read(_ path: String) -> String? {
    (try? SourceText.read(path, limit: 1 << 20)).map { String(decoding: $0.0.bytes, as: UTF8.self) }
  }

  static func write(_ text: String, to path: String) {
    guard let file = fopen(path, "w") else { preconditionFailure("cannot write \(path)") }
    defer { fclose(file) }
    precondition(fputs(text, file) >= 0)
  }

  /// Names of a directory's files that end so, without that end.
  static func names(in directory: String, with suffix: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob("\(directory)/*\(suffix)", 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).map {
      String(String(cString: found.gl_pathv[$0]!).dropFirst(directory.count + 1).dropLast(suffix.count))
    }
  }
}
