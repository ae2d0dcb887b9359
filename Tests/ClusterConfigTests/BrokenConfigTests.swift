import ClusterConfig
import Glibc
import Testing

/// Each broken config in `Broken` stands beside the text that a user is shown for it. `name.set` holds `--set`
/// arguments and `name.overlays` further files, one a line. Files are also found in `Broken/shared`. With
/// `CCLUSTER_UPDATE_EXPECTED=1` the texts are written anew; then read them.
@Suite struct BrokenConfigTests {
  static let directory = Files.tests + "/Broken"

  static let cases: [String] = Files.names(in: directory).flatMap { name in
    if name.hasSuffix(".yaml") { return [String(name.dropLast(5))] }
    return Files.read("\(directory)/\(name)/cluster.yaml") == nil ? [] : ["\(name)/cluster"]
  }

  @Test("a broken config is refused with the expected diagnostics", arguments: cases)
  func diagnostics(name: String) throws {
    let path = "\(Self.directory)/\(name)"
    let (paths, overrides) = Self.commandLine(of: name)
    let error = try #require(throws: ConfigError.self) {
      _ = try ClusterConfig.load(paths: paths, overrides: overrides, surroundings: Self.surroundings)
    }
    // Absolute paths in notes differ from machine to machine.
    let text = error.rendered(relativeTo: Self.directory).replacing(Self.directory + "/", with: "")
    if getenv("CCLUSTER_UPDATE_EXPECTED") != nil { Files.write(Array(text.utf8), to: path + ".expected") }
    let expected = String(decoding: Files.read(path + ".expected") ?? [], as: UTF8.self)
    if text != expected {
      let difference = Self.difference(from: expected, to: text)
      Issue.record("\(name): lines with - are expected, lines with + are shown\n\(difference)")
    }
  }

  private static let shown: String = cases.map {
    String(decoding: Files.read("\(directory)/\($0).expected") ?? [], as: UTF8.self)
  }.joined()

  /// Why no broken config shows them.
  private static let shownElsewhere: [Diagnostic.ID: String] = [
    .noBuffers: "a warning alone refuses nothing", .idleHost: "likewise", .missingProgram: "of the machine",
    .machineMemory: "of the machine",
    .machineCores: "of the machine", .machinePlacement: "of the machine", .machineScheduling: "of the machine",
  ]

  @Test("there is a broken config for every diagnostic, or a reason why not", arguments: Diagnostic.ID.allCases)
  func everyRuleIsShown(id: Diagnostic.ID) {
    // They are being written while this runs.
    guard getenv("CCLUSTER_UPDATE_EXPECTED") == nil else { return }
    // What only a URDF or an SRDF can be blamed for is shown by the tests of their import.
    let isElsewhere = Self.shownElsewhere[id] != nil || Diagnostic.ID.robotDescriptions.contains(id)
    #expect(Self.shown.contains("[\(id.rawValue)]\n") != isElsewhere)
  }

  @Test("every diagnostic of a broken config has a place in one of its files or arguments", arguments: cases)
  func places(name: String) throws {
    let (paths, overrides) = Self.commandLine(of: name)
    let error = try #require(throws: ConfigError.self) {
      _ = try ClusterConfig.load(paths: paths, overrides: overrides, surroundings: Self.surroundings)
    }
    for diagnostic in error.diagnostics { try expectPlace(diagnostic.location, paths, overrides) }
    for note in error.diagnostics.flatMap(\.notes) {
      if let location = note.location { try expectPlace(location, paths, overrides) }
    }
  }

  private func expectPlace(_ location: Diagnostic.Location, _ paths: [String], _ overrides: [String]) throws {
    let isWhole = location.start == location.end && location.start.line == 1 && location.start.column == 1
    let text: [UInt8]
    if location.isOverride {
      let argument = String(location.file.dropFirst("--set ".count))
      #expect(overrides.contains(argument))
      text = Array(argument.utf8)
    } else if isWhole, paths.contains(location.file) {
      return  // It may be missing.
    } else {
      text = try #require(Files.read(location.file), "\(location.file) is no file")
    }
    let lines = text.split(omittingEmptySubsequences: false) { $0 == 10 || $0 == 13 }
    #expect((1...lines.count).contains(location.start.line) && location.start.column >= 1)
    #expect((location.start.line, location.start.column) <= (location.end.line, location.end.column))
    #expect(location.start.column <= lines[location.start.line - 1].count + 1)
  }

  private static func commandLine(of name: String) -> (paths: [String], overrides: [String]) {
    let path = "\(directory)/\(name)"
    return ([path + ".yaml"] + lines(of: path + ".overlays").map { "\(directory)/\($0)" }, lines(of: path + ".set"))
  }

  static let surroundings = ConfigSurroundings(
    searchPath: [directory + "/shared"], environment: { ["WORD": "words", "EMPTY": "", "NUMBER": "3"][$0] })

  private static func lines(of path: String) -> [String] {
    String(decoding: Files.read(path) ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private static func difference(from old: String, to new: String) -> String {
    var lines = old.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
    let newLines = new.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
    let changes = newLines.difference(from: lines)
    for case .remove(let offset, let line, _) in changes { lines[offset] = "-" + line.dropFirst() }
    var inserted = lines
    for case .insert(let offset, let line, _) in changes {
      // Removed lines stay in the text, before what takes their place.
      var position = 0
      var kept = 0
      while position < inserted.count, kept < offset || inserted[position].hasPrefix("-") {
        if !inserted[position].hasPrefix("-") { kept += 1 }
        position += 1
      }
      inserted.insert("+" + line.dropFirst(), at: position)
    }
    return inserted.filter { !$0.hasPrefix("  ") }.joined(separator: "\n")
  }
}
