import Testing

@testable import ClusterConfig

@Suite struct RenderingTests {
  private func snippet(_ line: String, _ columns: Range<Int>) -> Snippet {
    snippet(line, columns.lowerBound, columns.upperBound, endLine: 1)
  }

  private func snippet(_ line: String, _ start: Int, _ end: Int, endLine: Int) -> Snippet {
    let location = Diagnostic.Location(
      file: "/f", isOverride: false, start: .init(line: 1, column: start),
      end: .init(line: endLine, column: end))
    return Snippet(line: line, location: location)
  }

  @Test("the caret stands under the culprit, whatever the width of what is before it") func caret() {
    let plain = snippet("abc def", 5..<8)
    #expect(plain.text == "abc def")
    #expect(plain.indent + plain.caret == "    ^~~")
    let tabs = snippet("\ta\tb", 4..<5)
    #expect(tabs.text == "    a   b")
    #expect(tabs.indent + tabs.caret == "        ^")
    let wide = snippet("名前 x", 4..<5)
    #expect(wide.indent + wide.caret == "     ^")
    let combining = snippet("e\u{301}x", 3..<4)
    #expect(combining.indent + combining.caret == " ^")
    let inside = snippet("a 名前 b", 3..<5)
    #expect(inside.indent + inside.caret == "  ^~~~")
  }

  @Test("an empty range is one caret, and a range over lines ends with the first") func ranges() {
    #expect(snippet("abc", 4..<4).caret == "^")
    #expect(snippet("key: [a,  ", 6, 3, endLine: 2).caret == "^~~")
  }

  @Test("a long line is cut around its culprit") func longLine() {
    let line = String(repeating: "x", count: 500) + "CULPRIT" + String(repeating: "y", count: 500)
    let cut = snippet(line, 501..<508)
    #expect(cut.text.count <= 152)
    #expect(cut.text.hasPrefix("…"))
    #expect(cut.text.hasSuffix("…"))
    #expect(cut.text.dropFirst(cut.indent.count).hasPrefix("CULPRIT"))
    #expect(cut.caret == "^~~~~~~")
    let start = snippet(line, 1..<900)
    #expect(start.indent == "")
    #expect(start.caret.count <= 150)
  }

  @Test("control characters of a file do not reach the terminal") func controlCharacters() throws {
    let error = try #require(throws: ConfigError.self) { try Good.load("name: a\u{1B}[31m\n") }
    #expect(!error.rendered().unicodeScalars.contains("\u{1B}"))
    let escaped = try #require(throws: ConfigError.self) { try Good.load(#"{"\e[31mkey": 1}"#) }
    #expect(!escaped.rendered().unicodeScalars.contains("\u{1B}"))
    #expect(escaped.rendered(color: true).contains("\u{1B}[1;31merror:\u{1B}[0m"))
  }

  @Test("the nearest name is found by letters lost, added, changed and swapped, and not when all are far")
  func suggestions() {
    let names = ["joints", "contacts", "nodes", "controllers"]
    for name in ["joint", "jonits", "Joints", "joimts", "jointss"] {
      #expect(Suggestion.nearest(to: name, among: names) == "joints")
    }
    #expect(Suggestion.nearest(to: "task", among: names) == nil)
    #expect(Suggestion.nearest(to: "", among: names) == nil)
    #expect(Suggestion.editDistance(Array("ab"), Array("ba")) == 1)
    #expect(Suggestion.editDistance(Array("kitten"), Array("sitting")) == 3)
    #expect(Suggestion.editDistance(Array(""), Array("abc")) == 3)
  }

  @Test("lines and columns are 1-based and count scalars; the end is one past") func locations() throws {
    let problem = try #require(
      Good.problems("name: demo\nrobot: {joints: [größe, größe]}\ncontrollers: {count: 1}").first)
    #expect(problem.id == .duplicateName)
    #expect(problem.location.start == .init(line: 2, column: 25))
    #expect(problem.location.end == .init(line: 2, column: 30))
    #expect(problem.notes.first?.location?.start == .init(line: 2, column: 18))
  }

  @Test("paths lose dots and doubled slashes, and are shown relative inside the directory only") func paths() {
    #expect(Path.absolute("../a/./b//c", in: "/x/y") == "/x/a/b/c")
    #expect(Path.absolute("/../a", in: "/x") == "/a")
    #expect(Path.absolute("../../../a", in: "/x") == "/a")
    #expect(Path.shown("/x/y/z", relativeTo: "/x/y") == "z")
    #expect(Path.shown("/x/yz", relativeTo: "/x/y") == "/x/yz")
    #expect(Path.shown("/a", relativeTo: "/") == "a")
    #expect(Path.directory(of: "/a") == "/")
  }
}
