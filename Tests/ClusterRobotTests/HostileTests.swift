import ClusterConfig
import Testing

@testable import ClusterRobot

/// Files that mean harm, or are no text at all, end in a diagnostic. The largest are in `test_import.py`: debug builds are slow.
@Suite struct HostileTests {
  static let body = "<link name=\"a\"/>"

  @Test("entities are not expanded: a billion laughs are refused at their DOCTYPE")
  func entityBomb() {
    var text = "<!DOCTYPE robot [<!ENTITY e0 \"lol\">"
    for level in 1..<10 { text += "<!ENTITY e\(level) \"\(String(repeating: "&e\(level - 1);", count: 10))\">" }
    let error = #expect(throws: ConfigError.self) {
      try imported(text + "]>\n<robot name=\"&e9;\">\(Self.body)</robot>")
    }
    #expect(error?.diagnostics.map(\.id) == [.xmlSyntax])
    #expect(error?.diagnostics[0].message.contains("DOCTYPE") == true)
  }

  @Test("nothing outside of the file is read")
  func externalEntity() {
    let text = "<!DOCTYPE robot [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><robot name=\"r\">&x;\(Self.body)</robot>"
    #expect(problems { try imported(text) } == ["xml-syntax"])
    #expect(
      problems { try imported("<!DOCTYPE robot SYSTEM \"r.dtd\"><robot name=\"r\">\(Self.body)</robot>") } == [
        "xml-syntax"
      ])
  }

  @Test("an attribute of 1 MB is told without printing it")
  func longAttribute() {
    let long = String(repeating: "x", count: 1 << 20)
    let text = robot(["a", "b"], joint("j", "a", "b", type: long))
    let error = #expect(throws: ConfigError.self) { try imported(text) }
    #expect(error?.diagnostics.map(\.id) == [.jointType])
    #expect((error?.description.utf8.count ?? .max) < 2000)
  }

  @Test("elements 10,000 deep in one another are refused")
  func depth() {
    let open = String(repeating: "<a>", count: 10_000)
    let close = String(repeating: "</a>", count: 10_000)
    #expect(problems { try imported("<robot name=\"r\">\(open)\(close)\(Self.body)</robot>") } == ["too-deep"])
  }

  @Test(
    "what is no UTF-8 is refused at the byte", arguments: [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xE2, 0x82]])
  func brokenUTF8(bytes: [UInt8]) {
    let text = Array("<robot name=\"r\">\n<link name=\"".utf8) + bytes + Array("\"/></robot>".utf8)
    let error = #expect(throws: ConfigError.self) { try imported(text) }
    #expect(error?.diagnostics.map(\.id) == [.notText])
    let start = error?.diagnostics[0].location.start
    #expect(start?.line == 2 && start?.column == 13)
  }

  @Test("an encoding that the first line claims and the file does not have is of no effect")
  func claimedEncoding() throws {
    let text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><robot name=\"Jürgen\">\(Self.body)</robot>"
    #expect(try imported(text).name == "Jürgen")
  }

  @Test("a file with NULs, an empty one and one of blanks are refused", arguments: ["", "  \n", "<robot\0/>"])
  func noXML(text: String) { #expect(problems { try imported(text) }.count == 1) }

  @Test("every prefix of a description is refused or imported, never a crash")
  func prefixes() {
    let text = Array(robot(["a", "b"], joint("j", "a", "b"), "<!-- ü -->").utf8)
    for length in 0..<text.count - 1 {
      #expect(throws: ConfigError.self, "the first \(length) bytes") { try imported(Array(text[..<length])) }
    }
  }

  @Test("every byte of a description may be another one, and there is no crash")
  func mutations() {
    let text = Array(robot(["a", "b"], joint("j", "a", "b")).utf8)
    var refused = 0
    for index in text.indices {
      for byte: UInt8 in [0, 0x20, 0x22, 0x26, 0x2F, 0x30, 0x3C, 0x3E, 0x80, 0xFF] where byte != text[index] {
        var mutated = text
        mutated[index] = byte
        var options = ImportOptions()
        options.base = .fixed
        do {
          _ = try imported(mutated, options: options)
        } catch {
          refused += 1
          #expect(!error.diagnostics.isEmpty)
        }
      }
    }
    #expect(refused > 1000)
  }
}
