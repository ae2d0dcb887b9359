import ClusterConfig
import ControlCluster
import Glibc
import Testing

@testable import ClusterLaunch

@Suite("Logs that are put aside when they are full")
struct RotatingFileTests {
  private static func withDirectory(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/ccluster-logs-XXXXXX".utf8CString)
    let directory = String(cString: try #require(mkdtemp(&template)))
    defer { FileTree.remove(directory) }
    try body(directory)
  }

  @Test("no file is longer than its limit, none ends within a line, and the newest lines are all there")
  func rotation() throws {
    try Self.withDirectory { directory in
      let file = RotatingFile(directory + "/log", .init(size: 100, keep: 2))
      // Batches that fit, that end at the limit, and that fill several files at once.
      var number = 0
      for count in [1, 3, 9, 10, 1, 35, 2] {
        for _ in 0..<count {
          file.append("line \(10000 + number)")
          number += 1
        }
        try file.flush()
      }
      #expect(System.names(in: directory).sorted() == ["log", "log.1", "log.2"])
      var lines: [Substring] = []
      for name in ["log.2", "log.1", "log"] {
        let text = try #require(System.contents(of: "\(directory)/\(name)"))
        #expect(text.utf8.count <= 100 && text.hasSuffix("\n"), "\(name)")
        lines += text.split(separator: "\n")
      }
      let expected = (number - lines.count..<number).map { "line \(10000 + $0)" }
      #expect(lines.map(String.init) == expected && lines.count > 2 * 9)
    }
  }

  @Test("a line that fits no file has one of its own") func long() throws {
    try Self.withDirectory { directory in
      let file = RotatingFile(directory + "/log", .init(size: 10, keep: 3))
      for line in ["a", String(repeating: "x", count: 50), "b"] { file.append(line) }
      try file.flush()
      #expect(System.contents(of: directory + "/log.1")?.utf8.count == 51)
      #expect(System.contents(of: directory + "/log.2") == "a\n" && System.contents(of: directory + "/log") == "b\n")
    }
  }

  @Test("with none to keep a full one is dropped, and the new one is another file") func none() throws {
    try Self.withDirectory { directory in
      let file = RotatingFile(directory + "/log", .init(size: 4, keep: 0))
      file.append("one")
      try file.flush()
      var before = stat()
      var after = stat()
      // Held open, as by who follows it: its number is not used again.
      let reader = open(directory + "/log", O_RDONLY)
      defer { close(reader) }
      #expect(fstat(reader, &before) == 0)
      file.append("two")
      try file.flush()
      #expect(stat(directory + "/log", &after) == 0 && before.st_ino != after.st_ino)
      #expect(System.contents(of: directory + "/log") == "two\n" && System.names(in: directory) == ["log"])
    }
  }

  @Test("what cannot be written is an error each time, and lines come through again afterwards") func full() throws {
    try Self.withDirectory { directory in
      let file = RotatingFile(directory + "/later/log", .init())
      for _ in 0..<2 {
        file.append("lost")
        #expect { try file.flush() } throws: { "\($0)".contains("later/log") }
        #expect(!file.hasPending)
      }
      try RunDirectory(directory + "/later").create()
      file.append("kept")
      try file.flush()
      #expect(System.contents(of: directory + "/later/log") == "kept\n")
    }
  }

  @Test(
    "the level of a line is its logger's word",
    arguments: [
      ("ERROR: no solution", .error), ("2026-11-25 22:10:05,123 WARNING root: slow", .warning), ("[debug] x", .debug),
      ("Traceback (most recent call last):", .error), ("warning: unused", .warning), ("solved without error", .info),
      ("ValueError: bad", .info), ("error_count=0", .info), ("[rank0] [Warn] y", .warning), ("", .info),
      ("a b c d e f g h ERROR", .info), ("<err> disk", .error), ("no ERRORS here", .info),
    ] as [(String, LogLevel)])
  func level(line: String, expected: LogLevel) { #expect(LogLevel(of: line) == expected) }
}
