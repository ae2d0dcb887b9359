import ClusterConfig
import Testing

@Suite("Explanations of diagnostics")
struct ExplanationTests {
  @Test(
    "the example of a diagnostic yields that one, and its cure none",
    arguments: Diagnostic.ID.allCases.filter { !Diagnostic.ID.robotDescriptions.contains($0) })
  func example(id: Diagnostic.ID) {
    let explanation = id.explanation
    #expect(Set(explanation.broken.diagnostics.map(\.id)) == [id], "\(explanation.broken.rendered())")
    #expect(explanation.cured.diagnostics.isEmpty, "\(explanation.cured.rendered())")
  }

  @Test("an explanation is a paragraph of whole sentences", arguments: Diagnostic.ID.allCases)
  func paragraph(id: Diagnostic.ID) {
    let meaning = id.explanation.meaning
    #expect(meaning.count > 60 && meaning.hasSuffix(".") && !meaning.contains("\n") && !meaning.contains("  "))
  }

  @Test("no two diagnostics are explained by the same words") func ownWords() {
    #expect(Set(Diagnostic.ID.allCases.map(\.explanation.meaning)).count == Diagnostic.ID.allCases.count)
  }

  @Test("an id is a word that can be typed and searched for", arguments: Diagnostic.ID.allCases)
  func words(id: Diagnostic.ID) {
    #expect(id.rawValue.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 })
  }

  @Test("a misspelled id has the one told that was probably meant") func nearest() {
    #expect(Diagnostic.ID.nearest(to: "unkown-key") == .unknownKey)
    #expect(Diagnostic.ID.nearest(to: "Locked-Value") == .lockedValue)
    #expect(Diagnostic.ID.nearest(to: "something else") == nil)
  }

  @Test("control characters of an example are shown, never sent to a terminal") func visible() throws {
    let file = try #require(Diagnostic.ID.notText.explanation.broken.files.first)
    #expect(file.text.contains("\u{7}") && !file.shown.contains("\u{7}") && file.shown.contains("\u{FFFD}"))
  }

  @Test("the command of an example can be pasted into a shell") func command() {
    #expect(
      Diagnostic.ID.overridePath.explanation.broken.commandLine
        == "ccluster validate arm.yaml --set 'robot.joints[3]=gripper'")
    #expect(
      Diagnostic.ID.variableSyntax.explanation.cured.commandLine
        == "ROBOT_VERSION=1.0.0 ccluster validate arm.yaml --overlay example.yaml")
  }
}
