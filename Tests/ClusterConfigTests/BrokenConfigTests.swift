import ClusterConfig
import Glibc
import Testing

/// Each broken config in `Broken` stands beside the text that a user is shown for it. `name.set` holds `--set`
/// arguments and `name.overlays` further files, one a line. Files are also found in `Broken/shared`. With `CCLUSTER_UPDATE_EXPECTED=1` the texts are written anew; then read them.
@Suite struct BrokenConfigTests {
  static let directory = Files.tests + "/Broken"

  static let cases: [String] = Files.names(in: directory).flatMap { name in
    if name.hasSuffix(".yaml") { return [String(name.dropLast(5))] }
    return Files.read("\(directory)/\(name)/cluster.yaml") == nil ? [] : ["\(name)/cluster"]
  }

  @Test("a broken config is refused with the expected diagnostics", arguments: cases)
  func diagnostics(name: String) throws {
    let path = "\(Self.directory)/\(name)"
    let overlays = Self.lines(of: path + ".overlays").map { "\(Self.directory)/\($0)" }
    let error = try #require(throws: ConfigError.self) {
      _ = try ClusterConfig.load(
        paths: [path + ".yaml"] + overlays, overrides: Self.lines(of: path + ".set"), surroundings: Self.surroundings)
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

  @Test("there is a broken config for every diagnostic that a config can cause") func everyRuleIsShown() {
    // They are being written while this runs.
    guard getenv("CCLUSTER_UPDATE_EXPECTED") == nil else { return }
    let shown = Self.cases.map { String(decoding: Files.read("\(Self.directory)/\($0).expected") ?? [], as: UTF8.self) }
      .joined()
    // A warning alone refuses nothing.
    let others = [.noBuffers, .machineMemory, .machineCores] + Diagnostic.ID.robotDescriptions
    for id in Diagnostic.ID.allCases where !others.contains(id) {
      #expect(shown.contains("[\(id.rawValue)]"), "no broken config shows \(id.rawValue)")
    }
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
