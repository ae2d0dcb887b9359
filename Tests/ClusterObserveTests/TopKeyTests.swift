import Testing

@testable import ClusterObserve

@Suite("Keys of a terminal")
struct TopKeyTests {
  private static let sequences: [(String, [TopKey])] = [
    ("q", [.character("q")]), ("\u{1B}[A\u{1B}OB", [.up, .down]), ("\u{1B}[C\u{1B}[D", [.right, .left]),
    ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]), ("\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~", [.home, .end, .home, .end]),
    ("\u{1B}[1;5A", [.up]), ("\u{1B}[15~x", [.character("x")]),
    ("\r\n\u{7F}\u{8}", [.enter, .enter, .backspace, .backspace]),
    ("\u{C}", [.redraw]), ("é解👍", [.character("é"), .character("解"), .character("👍")]),
    ("\u{1B}q", [.escape, .character("q")]), ("\u{1}\u{2}a", [.character("a")]),
  ]

  @Test("they are told apart, however they are cut into pieces", arguments: sequences)
  func decode(text: String, expected: [TopKey]) {
    let bytes = Array(text.utf8)
    for size in 1...bytes.count {
      var decoder = TopKeyDecoder()
      var keys: [TopKey] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        keys += decoder.feed(bytes[start..<min(start + size, bytes.count)])
      }
      #expect(keys == expected, "in pieces of \(size)")
      #expect(!decoder.isWaiting)
    }
  }

  @Test("an escape character alone is a key once nothing follows")
  func escape() {
    var decoder = TopKeyDecoder()
    #expect(decoder.feed([0x1B]) == [] && decoder.isWaiting)
    #expect(decoder.giveUp() == [.escape] && !decoder.isWaiting)
    #expect(decoder.feed(Array("\u{1B}[1;".utf8)) == [])
    #expect(decoder.giveUp() == [] && decoder.feed(Array("a".utf8)) == [.character("a")])
  }

  @Test("whatever comes, it is read to its end")
  func noise() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      var decoder = TopKeyDecoder()
      _ = decoder.feed(bytes)
      _ = decoder.feed(Array("\u{1B}[A\u{1B}[A\u{1B}[A\u{1B}[A\u{1B}[Aq".utf8))
      #expect(!decoder.isWaiting, "\(bytes)")
    }
  }
}
