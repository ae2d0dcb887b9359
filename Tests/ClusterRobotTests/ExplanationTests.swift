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
    let sources = example.files.map { SourceText(file: "/example/\($0.name)", bytes: Array($0.text.utf8)) }
    do {
      return try ImportedRobot(
        urdf: sources[0], srdf: sources.count > 1 ? sources[1] : nil, options: ImportOptions(example.importArguments)
      ).warnings
    } catch {
      return error.diagnostics
    }
  }
}
