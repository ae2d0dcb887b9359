import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

/// Why a config of a git revision cannot be read.
enum GitError: Error, CustomStringConvertible {
  case noRepository
  case noRevision(String)
  case noFile(revision: String, path: String)
  /// What git itself said.
  case failed(String)

  var description: String {
    switch self {
    case .noRepository: "there is no such file, and REVISION:PATH needs a git repository around this directory"
    case .noRevision(let revision): "there is no revision '\(revision)' in this repository"
    case .noFile(let revision, let path):
      "there is no file '\(path)' in '\(revision)'; a path starts at the top of the repository, or here with ./"
    case .failed(let text): text
    }
  }
}

/// A config as a git revision has it: `HEAD~1:configs/robots/go2/cluster.yaml`.
struct GitRevision {
  let revision: String
  /// From the top of the repository, or from the current directory with `./` or `../`.
  let path: String

  /// `nil` when the text names a file that is there, or no revision: a file's name may hold a colon.
  init?(_ text: String) {
    guard access(text, F_OK) != 0, let colon = text.firstIndex(of: ":") else { return nil }
    revision = String(text[..<colon])
    path = String(text[text.index(after: colon)...])
    guard !revision.isEmpty, !path.isEmpty else { return nil }
  }

  /// The config's plan. What it extends is read from the same revision, out of a temporary directory that is removed
  /// whatever comes of it.
  /// - Parameters:
  ///   - overlays: Files laid over it, which are read as they are now.
  ///   - values: What goes into it beside its files.
  /// - Throws: `GitError`, or the exit status after problems of the config, which are printed.
  func plan(_ overlays: [String], _ values: ValueOptions) throws -> ClusterPlan {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    return try directory.holdingSignals { try plan(in: directory, overlays, values) }
  }

  private func plan(
    in directory: TemporaryDirectory, _ overlays: [String], _ values: ValueOptions
  ) throws -> ClusterPlan {
    let git = Git(directory)
    guard let top = try git.line(["rev-parse", "--show-toplevel"]) else { throw GitError.noRepository }
    guard let tree = try git.line(["rev-parse", "--verify", "--quiet", "--end-of-options", "\(revision)^{tree}"]) else {
      throw GitError.noRevision(revision)
    }
    let file = try fromTop(git)
    guard try git.line(["cat-file", "-t", "\(tree):\(file)"]) == "blob" else {
      throw GitError.noFile(revision: revision, path: file)
    }
    let files = RevisionFiles(name: revision, directory: "\(directory.path)/tree", top: top)
    let all = try git.files(of: tree)
    // A config extends YAML files, and links may lead to them. Should it extend others, they are all taken out.
    try git.checkOut(all.filter { $0.isLink || $0.path == file || $0.isYAML }, of: tree, at: top, into: files.directory)
    if let plan = try? files.plan(file, overlays, values) { return plan }
    try git.checkOut(all, of: tree, at: top, into: files.directory)
    return try files.printingProblems { try files.plan(file, overlays, values) }
  }

  /// The path from the top of the repository, without `.` and `..`.
  private func fromTop(_ git: Git) throws -> String {
    guard path.hasPrefix("./") || path.hasPrefix("../") else { return path }
    var parts: [Substring] = []
    let prefix = try git.line(["rev-parse", "--show-prefix"]) ?? ""
    for part in (prefix + path).split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(part)
      } else if parts.popLast() == nil {
        throw GitError.noFile(revision: revision, path: path)
      }
    }
    return parts.joined(separator: "/")
  }
}
