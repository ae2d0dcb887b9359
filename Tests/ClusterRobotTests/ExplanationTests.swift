import ClusterConfig
import Testing

@testable import ClusterRobot

/// The examples of `ccluster explain` lie below the import, and hold what it says as text.
@Suite("Explanations of what an import says")
struct ImportExplanationTests {
  @Test(
    "the example of a diagnostic yields that one, in these words, and its cure none",
    arguments: Diagnostic.ID.robotDescriptions)
  func example(id: Diagnostic.ID) throws {
    let broken = try Self.diagnostics(id.explanation.broken)
    #expect(broken.map(\.id) == [id])
    #expect(broken.map { $0.rendered(relativeTo: "/example") }.joined() == id.explanation.broken.rendered())
    #expect(try Self.diagnostics(id.explanation.cured).isEmpty && id.explanation.cured.rendered().isEmpty)
  }

  private static func diagnostics(_ example: ConfigExample) throws -> [Diagnostic] {
    var options = ImportOptions()
    for (option, value) in zip(example.importArguments, example.importArguments.dropFirst()) {
      switch option {
      case "--base": options.base = ClusterConfig.Robot.Base(rawValue: value)
      case "--homing": options.homing = value
      case "--contacts": options.contacts = value
      default: break
      }
    }
    let sources = example.files.map { SourceText(file: "/example/\($0.name)", bytes: Array($0.text.utf8)) }
    do {
      return try ImportedRobot(
        urdf: sources[0], srdf: sources.count > 1 ? sources[1] : nil, options: options
      ).warnings
    } catch {
      return error.diagnostics
    }
  }
}
