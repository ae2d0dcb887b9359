import Testing

@testable import ClusterObserve

@Suite("Columns of text")
struct TextWidthTests {
  @Test(
    "characters take what a terminal gives them",
    arguments: [
      ("", 0), ("go2", 3), ("é", 1), ("e\u{301}", 1), ("名前", 4), ("한글", 4), ("ｆ", 2), ("👍", 2), ("👩🏽‍🔬", 2),
      ("µ × ▁█ ‖", 8),
      ("\u{200B}", 0), ("☀\u{FE0F}", 2), ("🇨🇭", 2),
    ] as [(String, Int)])
  func columns(text: String, expected: Int) { #expect(TextWidth.columns(text) == expected) }

  @Test("text of others becomes harmless: no control characters, nothing that turns the line round")
  func printable() {
    #expect(TextWidth.printable("a\u{1B}[2J\r\nb\u{202E}c\u{7}\u{9B}") == "a [2J  bc  ".replacing("  b", with: " b"))
    #expect(TextWidth.printable("ok 解 👍") == "ok 解 👍")
  }

  @Test("a line is cut between characters, and says so")
  func cut() {
    var line = StyledLine("名前", .red)
    line.add("abc")
    #expect((0...8).map { line.cut(to: $0).text } == ["", "…", "…", "名…", "名…", "名前…", "名前a…", "名前abc", "名前abc"])
    #expect(line.cut(to: 5).spans.map(\.styles) == [[.red], []])
  }
}
