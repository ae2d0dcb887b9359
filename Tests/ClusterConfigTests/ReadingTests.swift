import ClusterConfig
import Glibc
import Testing

/// Files that are no config at all.
@Suite struct ReadingTests {
  private func message(_ path: String, limits: ConfigLimits = ConfigLimits()) throws -> String {
    let error = try #require(throws: ConfigError.self) { try ClusterConfig.load(path: path, limits: limits) }
    #expect(error.diagnostics.count == 1)
    return error.rendered(relativeTo: String(path[..<path.lastIndex(of: "/")!]))
  }

  @Test("a missing file, a directory, a FIFO, a device and a circular link are named as such", .timeLimit(.minutes(1)))
  func unreadable() throws {
    try Files.withTemporaryDirectory { directory throws in
      #expect(try message(directory + "/no.yaml") == "no.yaml: error: this file does not exist [unreadable-file]\n")
      mkfifo(directory + "/fifo", 0o600)
      #expect(try message(directory + "/fifo") == "fifo: error: this file is not a regular file [unreadable-file]\n")
      mkdir(directory + "/d", 0o700)
      let expected = "d: error: this file is a directory; name the file in it [unreadable-file]\n"
      #expect(try message(directory + "/d") == expected)
      symlink("loop", directory + "/loop")
      #expect(try message(directory + "/loop").contains("is a link that leads in a circle"))
      Files.write([], to: directory + "/file")
      #expect(try message(directory + "/file/cluster.yaml").contains("part of its path is a file"))
      #expect(try message("/dev/zero").contains("is not a regular file"))
      #expect(try message(directory + "/" + String(repeating: "n", count: 300)).contains("has too long a name"))
    }
  }

  @Test("a file without permission is named as such", .enabled(if: geteuid() != 0)) func permission() throws {
    try Files.withTemporaryDirectory { directory throws in
      Files.write("name: a".utf8, to: directory + "/secret")
      chmod(directory + "/secret", 0)
      #expect(try message(directory + "/secret").contains("permission denied"))
    }
  }

  @Test("size, depth and expanded aliases are limited, and just within the limit is fine") func limits() throws {
    func ids(_ text: String, _ change: (inout ConfigLimits) -> Void) throws -> [Diagnostic.ID] {
      var limits = ConfigLimits()
      change(&limits)
      return try Files.withTemporaryDirectory { directory throws in
        Files.write(text.utf8, to: directory + "/cluster.yaml")
        do {
          return try ClusterConfig.load(path: directory + "/cluster.yaml", limits: limits).warnings.map(\.id)
        } catch let error as ConfigError {
          return error.diagnostics.map(\.id)
        }
      }
    }
    let size = Good.smallest.utf8.count
    #expect(try ids(Good.smallest) { $0.fileSize = size } == [.noBuffers])
    #expect(try ids(Good.smallest) { $0.fileSize = size - 1 } == [.tooLarge])
    #expect(try ids(Good.smallest) { $0.depth = 3 } == [.noBuffers])
    #expect(try ids(Good.smallest) { $0.depth = 2 } == [.tooDeep])
    // The config, its 3 keys, the name; robot: itself, a key, the list, 3 joints; controllers: itself, a key, a number.
    let nodes = (1 + 3 + 1) + (1 + 1 + 1 + 3) + (1 + 1 + 1)
    #expect(try ids(Good.smallest) { $0.nodes = nodes } == [.noBuffers])
    #expect(try ids(Good.smallest) { $0.nodes = nodes - 1 } == [.tooLarge])
    let buffer = Good.smallest + "\nbuffers: {b: {writer: simulator, fields: {x: [1000]}}}"
    #expect(try ids(buffer) { $0.memory = 2 * 4064 } == [])
    #expect(try ids(buffer) { $0.memory = 2 * 4064 - 1 } == [.tooLarge])
    // A plan holds one row of each buffer, however many controllers there are.
    #expect(try ids(buffer) { $0.rows = 4064 } == [])
    #expect(try ids(buffer) { $0.rows = 4063 } == [.tooLarge])
    let two = buffer.dropLast() + ", c: {writer: simulator, fields: {x: [1000]}}}"
    #expect(try ids(String(two)) { $0.rows = 2 * 4064 - 1 } == [.tooLarge])
    // Nor can it hold strides that are larger, though a row of no elements has no bytes, nor leave out what aligns a field.
    #expect(try ids(buffer.replacing("[1000]", with: "[0, 1000000000000]")) { _ in } == [.tooLarge])
    let padded = buffer.replacing("x: [1000]", with: "w: {shape: [], dtype: i8}, x: [1000]")
    #expect(try ids(padded) { $0.rows = 4068 } == [])
    #expect(try ids(padded) { $0.rows = 4067 } == [.tooLarge])
  }

  @Test("files in memory take the place of the file system's, and are read by the same rules") func inMemory() throws {
    var surroundings = ConfigSurroundings(
      searchPath: ["/presets"],
      files: [
        "/robots/a.yaml": Array("\u{FEFF}extends: [../b.yaml, rhc.yaml]\nname: demo\ncontrollers: {count: 2}".utf8),
        "/b.yaml": Array("robot: {joints: [hip]}".utf8),
        "/presets/rhc.yaml": Array("horizon: {nodes: 9, dt: 0.5}".utf8),
      ])
    let resolved = try ClusterConfig.load(path: "/robots/a.yaml", surroundings: surroundings)
    #expect(resolved.config.robot.joints == ["hip"])
    #expect(resolved.config.horizon.nodes == 9)
    #expect(resolved.files == ["/robots/a.yaml", "/b.yaml", "/presets/rhc.yaml"])

    func problem(_ bytes: [UInt8], limits: ConfigLimits = ConfigLimits()) throws -> String? {
      surroundings.files = ["/b.yaml": bytes, "/etc/passwd": []]
      let error = try #require(throws: ConfigError.self) {
        try ClusterConfig.load(path: "/b.yaml", surroundings: surroundings, limits: limits)
      }
      return error.diagnostics.first?.message
    }
    #expect(try problem(Array("extends: /etc/hostname".utf8)) == "the extended file '/etc/hostname' does not exist")
    #expect(try problem(Array("extends: b.yaml".utf8)) == "files may not extend one another in a circle")
    var limits = ConfigLimits()
    limits.fileSize = 3
    #expect(
      try problem(Array("a: b".utf8), limits: limits) == "this file is larger than the 3 bytes that it may have")
  }

  @Test(
    "what is too large, too deep or no text ends in one diagnostic, in the config and in what it extends",
    .timeLimit(.minutes(1)), arguments: ["/main.yaml", "/base.yaml"])
  func hostile(path: String) throws {
    let bomb = (1...9).map { "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 10).joined(separator: ", "))]" }
    let cases: [(String, [UInt8], Diagnostic.ID)] = [
      ("aliases of aliases", Array("a0: &a0 [x]\n\(bomb.joined(separator: "\n"))".utf8), .tooLarge),
      ("10 MB in one text", Array("a: ".utf8) + [UInt8](repeating: 0x78, count: 10_000_000), .tooLarge),
      ("10,000 brackets", [UInt8](repeating: 0x5B, count: 10_000), .tooDeep),
      ("10,000 dashes", Array(String(repeating: "- ", count: 10_000).utf8), .tooDeep),
      ("10,000 braces", Array(String(repeating: "{a: ", count: 10_000).utf8), .tooDeep),
      ("invalid UTF-8", Array("a: ".utf8) + [0xC3, 0x28], .notText), ("a NUL", Array("a: \0".utf8), .notText),
      ("a byte order mark inside", Array("a: b\n\u{FEFF}c: d".utf8), .notText),
    ]
    for (name, bytes, id) in cases {
      var surroundings = ConfigSurroundings(files: ["/main.yaml": Array("extends: base.yaml".utf8)])
      surroundings.files?[path] = bytes
      let error = try #require(throws: ConfigError.self, "\(name)") {
        try ClusterConfig.load(path: "/main.yaml", surroundings: surroundings)
      }
      #expect(error.diagnostics.map(\.id) == [id], "\(name)")
    }
  }

  @Test("aliases that nest without brackets are limited in depth") func aliasDepth() {
    var text = "a0: &a0 [x]\n"
    for level in 1...200 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
    #expect(Good.problems(text).map(\.id) == [.tooDeep])
  }

  @Test("a long chain of dimensions is resolved, forwards and backwards", .timeLimit(.minutes(1))) func longChain()
    throws
  {
    let count = 6_000
    let links = (1..<count).map { "d\($0): d\($0 - 1) + 1" }
    for order in [["d0: 1"] + links, links.reversed() + ["d0: 1"]] {
      let config = try Good.load(Good.smallest + "\ndimensions: {\(order.joined(separator: ", "))}").config
      #expect(config.dimensions.map(\.value).max() == count)
    }
    let circle = ["d0: d\(count - 1)"] + links
    #expect(
      Good.problems(Good.smallest + "\ndimensions: {\(circle.joined(separator: ", "))}").map(\.id) == [.dimensionCycle])
  }

  @Test("of very many problems the first hundred are told, and the others counted") func manyProblems() throws {
    let keys = (0..<5000).map { "key\($0): 1" }.joined(separator: "\n")
    let error = try #require(throws: ConfigError.self) { try Good.load(Good.smallest + "\n" + keys) }
    #expect(error.diagnostics.count == 100)
    #expect(error.omitted == 4900)
    #expect(error.description.hasSuffix("… and 4900 more\n"))
  }
}
