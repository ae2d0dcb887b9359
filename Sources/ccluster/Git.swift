import ControlCluster
import Glibc

/// The user's own git, run in the current directory.
struct Git {
  struct File {
    var path: String
    var isLink: Bool
    var isYAML: Bool { path.hasSuffix(".yaml") || path.hasSuffix(".yml") }
  }

  private let directory: TemporaryDirectory
  private let program: CapturedProgram

  /// - Parameter directory: what git reads and prints passes through files in it.
  init(_ directory: TemporaryDirectory) {
    self.directory = directory
    program = CapturedProgram("git", directory)
  }

  /// What a command prints, without the line break; `nil` when it fails.
  func line(_ arguments: [String]) throws -> String? {
    let (status, output) = try run(arguments)
    return status == 0 ? String(decoding: output.last == 10 ? output.dropLast() : output[...], as: UTF8.self) : nil
  }

  /// Files and links of a tree; what lies in submodules is not the revision's.
  func files(of tree: String) throws -> [File] {
    let (status, output) = try run(["ls-tree", "-r", "-z", "--full-tree", tree])
    guard status == 0 else { throw GitError.failed(try said()) }
    return output.split(separator: 0).compactMap { entry in
      // `100644 blob 3f…<tab>path`
      guard let tab = entry.firstIndex(of: 9), !entry.starts(with: "160000".utf8) else { return nil }
      return File(
        path: String(decoding: entry[(tab + 1)...], as: UTF8.self), isLink: entry.starts(with: "120000".utf8))
    }
  }

  /// As `git checkout` would write them, but elsewhere and with an index of their own.
  /// - Parameter top: the repository's directory, which the paths start at.
  func checkOut(_ files: [File], of tree: String, at top: String, into target: String) throws {
    let index = [("GIT_INDEX_FILE", "\(directory.path)/index")]
    let names = Array(files.map { $0.path + "\0" }.joined().utf8)
    let checkout = [
      "-C", top, "checkout-index", "--force", "--quiet", "-z", "--stdin", "--prefix=\(target)/",
    ]
    for (arguments, input) in [(["read-tree", tree], []), (checkout, names)] {
      guard try run(arguments, input: input, environment: index).status == 0 else {
        throw GitError.failed(try said())
      }
    }
  }

  private func run(
    _ arguments: [String], input: [UInt8] = [], environment: [(String, String)] = []
  ) throws -> (status: Int32, output: [UInt8]) {
    do { return try program.run(arguments, input: input, environment: environment) } catch {
      throw GitError.failed("\(error)")
    }
  }

  private func said() throws -> String {
    let text = try program.errors().split(separator: "\n").joined(separator: "; ")
    return text.isEmpty ? "git failed" : text
  }
}
