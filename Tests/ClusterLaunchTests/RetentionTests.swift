import ClusterConfig
import ControlCluster
import Glibc
import Testing

@testable import ClusterLaunch

@Suite("Which runs make room for new ones")
struct RetentionTests {
  private static let facts = #"{"version": 1, "name": "n", "launcher": 1}"#

  private static func with(_ names: [String], _ body: (RunDirectory) throws -> Void) throws {
    var template = Array("/tmp/ccluster-runs-XXXXXX".utf8CString)
    let path = String(cString: try #require(mkdtemp(&template)))
    defer { FileTree.remove(path) }
    for name in names {
      try RunDirectory("\(path)/\(name)/logs").create()
      try NewFile("\(path)/\(name)/run.json").write(facts, replacing: false)
    }
    try body(RunDirectory(path))
  }

  private static func names(_ count: Int) -> [String] { (1...count).map { "2026-11-0\($0)T00-00-00Z" } }

  @Test("the newest stay, and who has a run open keeps it") func count() throws {
    try Self.with(Self.names(6)) { parent in
      let lock = try RunDirectory(parent.path + "/2026-11-02T00-00-00Z").lock()
      defer { close(lock) }
      #expect(RunDirectory(parent.path + "/2026-11-02T00-00-00Z").isRunning)
      let removed = parent.prune(.init(keep: 2))
      #expect(removed.map { $0.path.suffix(20) } == [1, 3, 4].map { "2026-11-0\($0)T00-00-00Z" })
      #expect(parent.inside.map { $0.path.suffix(20) } == [2, 5, 6].map { "2026-11-0\($0)T00-00-00Z" })
    }
  }

  @Test("what is too old goes, however few there are") func age() throws {
    try Self.with(Self.names(2)) { parent in
      let old = parent.path + "/2026-11-02T00-00-00Z"
      var times = [timeval(tv_sec: time(nil) - 100, tv_usec: 0), timeval(tv_sec: time(nil) - 100, tv_usec: 0)]
      for name in ["run.json", "logs"] { #expect(utimes("\(old)/\(name)", &times) == 0) }
      #expect(parent.prune(.init(keep: 9, age: 50)).map(\.path) == [old])
    }
  }

  @Test("nothing else is touched: other names, directories that no launch has written, links, files")
  func others() throws {
    try Self.with(["kept for the paper", "2026-11-01", "2026-11-01T00-00-00Zx", "2026-11-01T00-00-00Z"]) { parent in
      let elsewhere = parent.path + "/kept for the paper"
      #expect(symlink(elsewhere, parent.path + "/2026-01-01T00-00-00Z") == 0)
      try RunDirectory(parent.path + "/2026-01-02T00-00-00Z").create()
      try NewFile(parent.path + "/2026-01-03T00-00-00Z").write("a file", replacing: false)
      try RunDirectory(parent.path + "/2026-01-04T00-00-00Z").create()
      try NewFile(parent.path + "/2026-01-04T00-00-00Z/run.json").write("{}", replacing: false)
      let before = System.names(in: parent.path).sorted()
      #expect(parent.prune(.init(keep: 0)).count == 1, "one of them is ours")
      #expect(System.names(in: parent.path).sorted() == before.filter { $0 != "2026-11-01T00-00-00Z" })
      #expect(System.names(in: elsewhere).sorted() == ["logs", "run.json"])
    }
  }

  @Test(
    "names that a launch gives",
    arguments: [
      ("2026-11-25T22-10-05Z", true), ("2026-11-25T22-10-05Z.2", true), ("2026-11-25T22-10-05Z.", false),
      ("2026-11-25T22-10-05", false), ("latest", false), ("2026-11-25T22-10-05Z.old", false), ("", false),
    ])
  func timed(name: String, expected: Bool) { #expect(RunDirectory.isTimed(name) == expected) }
}
