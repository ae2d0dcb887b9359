import ClusterConfig
import Glibc
import Testing

@testable import ClusterRobot

/// Each broken description in `Broken` stands beside the text that a user is shown for it: `name.urdf`, with `name.srdf` if there
/// is one, and options in `name.options`, one a line. With `CCLUSTER_UPDATE_EXPECTED=1` the texts are written anew; then read them.
@Suite struct BrokenDescriptionTests {
  static let directory = String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/")!)) + "/Broken"
  static let cases = Files.names(in: directory, with: ".urdf")

  @Test("a broken description is refused with the expected diagnostics", arguments: cases)
  func diagnostics(name: String) throws {
    let path = "\(Self.directory)/\(name)"
    let error = try #require(throws: ConfigError.self) {
      _ = try ImportedRobot(
        urdf: path + ".urdf", srdf: access(path + ".srdf", F_OK) == 0 ? path + ".srdf" : nil,
        options: ImportOptions((Files.read(path + ".options") ?? "").split { " \n".contains($0) }.map(String.init)))
    }
    let text = error.rendered(relativeTo: Self.directory).replacing(Self.directory + "/", with: "")
    if getenv("CCLUSTER_UPDATE_EXPECTED") != nil { Files.write(text, to: path + ".expected") }
    #expect(text == Files.read(path + ".expected"))
  }

  @Test("there is a broken description for every diagnostic that only they can cause")
  func everyRuleIsShown() {
    guard getenv("CCLUSTER_UPDATE_EXPECTED") == nil else { return }
    let shown = Self.cases.compactMap { Files.read("\(Self.directory)/\($0).expected") }.joined()
    for id in Diagnostic.ID.robotDescriptions { #expect(shown.contains("[\(id.rawValue)]"), "\(id.rawValue)") }
  }
}
