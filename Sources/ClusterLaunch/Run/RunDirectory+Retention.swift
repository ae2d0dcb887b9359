import ClusterConfig
import ControlCluster
import Glibc

// Old runs make room for new ones.
extension RunDirectory {
  /// Removes runs in this directory that are too many or too old. It takes only what a launch has named and written there, and
  /// nothing that is being written: a run is kept by giving its directory another name.
  /// - Parameter isTrial: whether they are only looked at.
  /// - Returns: what was removed.
  public func prune(_ runs: ClusterConfig.Runs, isTrial: Bool = false) -> [RunDirectory] {
    // Names sort like the times they are made of.
    let own = inside.filter(\.isRunOfOurs)
    let tooMany = Set(own.dropLast(runs.keep).map(\.path))
    return own.filter { run in
      guard tooMany.contains(run.path) || run.age > runs.age, let lock = try? run.lock()
      else { return false }
      defer { close(lock) }
      if isTrial { return true }
      FileTree.remove(run.path)
      return access(run.path, F_OK) != 0
    }
  }

  /// Whether a launch has made it: by its name, and by what is in it. A link is none.
  var isRunOfOurs: Bool {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid() else { return false }
    let name = path.split(separator: "/").last ?? ""
    return Self.isTimed(String(name)) && (facts != nil || access("\(path)/sweep.json", F_OK) == 0)
  }

  /// `2026-11-25T22-10-05Z`, or with `.2` behind it.
  static func isTimed(_ name: String) -> Bool {
    let pattern = "dddd-dd-ddTdd-dd-ddZ"
    let matches = zip(name, pattern).allSatisfy { $1 == "d" ? $0.isASCII && $0.isNumber : $0 == $1 }
    let rest = name.dropFirst(pattern.count)
    guard matches, name.count >= pattern.count else { return false }
    return rest.isEmpty
      || rest.first == "." && rest.count > 1 && rest.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// s since something was last written there; what was moved or copied here is as old as its files are.
  public var age: Double {
    var newest = 0
    for name in System.names(in: path) {
      var status = stat()
      if lstat("\(path)/\(name)", &status) == 0 { newest = max(newest, status.st_mtim.tv_sec) }
    }
    return Double(time(nil) - newest)
  }
}
