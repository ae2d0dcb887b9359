import ControlCluster
import Testing

@Suite("JSON values")
struct JSONValueTests {
  @Test("every kind of value is read")
  func kinds() throws {
    let text = #" { "a" : null, "b": [true,false], "c":-12, "d": 1.5e2, "e": "x", "f": {}, "g": [] } "#
    let expected: JSONValue = [
      "a": .null, "b": [true, false], "c": -12, "d": 150.0, "e": "x", "f": .object([]), "g": [],
    ]
    #expect(try JSONValue(parsing: text) == expected)
  }

  @Test("escapes and surrogate pairs become the characters they stand for")
  func escapes() throws {
    #expect(try JSONValue(parsing: #""\"\\\/\b\f\n\r\t\u00e9\uD83E\uDD16µ""#) == "\"\\/\u{8}\u{C}\n\r\té🤖µ")
    #expect(try JSONValue(parsing: #""\u0000""#) == .string("\0"))
  }

  @Test(
    "what RFC 8259 does not allow is an error",
    arguments: [
      "", " ", "nul", "nullx", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10",
      "1 2",
      "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}",
      "{a:1}", "{1:1}", "{\"a\" 1}", "'a'", "\"a", "\"\n\"", "\"\t\"", #""\x""#, #""\u12g4""#, #""\u12"#, #""\"#,
      #""\uD800""#, #""\uD800\u0041""#, #""\uDC00""#, "\u{FEFF}1", "\u{A0}1", "// a\n1", "1e400", "[1]]", "\0",
    ])
  func rejected(_ text: String) {
    #expect(throws: JSONValue.ParseError.self) { try JSONValue(parsing: text) }
  }

  @Test("an error says the line, the column in characters and the byte")
  func position() {
    let error = #expect(throws: JSONValue.ParseError.self) { try JSONValue(parsing: "{\"a\": 1,\n \"µé\": x}") }
    #expect(error?.line == 2)
    #expect(error?.column == 8)
    #expect(error?.offset == 18)
    #expect(error?.description == "2:8: expected a value")
  }

  @Test("nesting is bounded, and the bound itself is allowed")
  func depth() throws {
    let text = String(repeating: "[", count: 8) + String(repeating: "]", count: 8)
    #expect(throws: Never.self) { try JSONValue(parsing: text, maximumDepth: 8) }
    #expect(throws: JSONValue.ParseError.self) { try JSONValue(parsing: text, maximumDepth: 7) }
    let hostile = String(repeating: "[", count: 1_000_000)
    #expect(throws: JSONValue.ParseError.self) { try JSONValue(parsing: hostile) }
    // Depth is not breadth.
    #expect(try JSONValue(parsing: "[[],[],[]]", maximumDepth: 2).array?.count == 3)
  }

  @Test("whole numbers stay exact up to 64 bits and become doubles beyond")
  func integers() throws {
    #expect(try JSONValue(parsing: "9223372036854775807") == .integer(.max))
    #expect(try JSONValue(parsing: "-9223372036854775808") == .integer(.min))
    #expect(try JSONValue(parsing: "9223372036854775808") == .number(9223372036854775808))
    #expect(try JSONValue(parsing: "0") == 0)
    #expect(try JSONValue(parsing: "-0").number?.sign == .minus)
    #expect(try JSONValue(parsing: "1e0") == .number(1))
  }

  @Test("numbers print with the fewest digits that read back as the same value")
  func shortest() throws {
    #expect(JSONValue.number(0.1).compact == "0.1")
    #expect(JSONValue.number(15).compact == "15.0")
    #expect(JSONValue.number(.infinity).compact == "null")
    #expect(JSONValue.number(.nan).compact == "null")
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let number = Double(bitPattern: generator.next())
      guard number.isFinite else { continue }
      let back = try JSONValue(parsing: JSONValue.number(number).compact)
      #expect(back.number?.bitPattern == number.bitPattern, "\(number)")
    }
    for number in [-0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1e16, 1e-5] {
      #expect(try JSONValue(parsing: JSONValue.number(number).compact).number?.bitPattern == number.bitPattern)
    }
  }

  @Test("what is printed reads back as itself, compact and pretty")
  func roundTrip() throws {
    let value: JSONValue = [
      "empty": [], "none": .object([]), "text": "\u{0}\u{1F}\"\\/\u{7F}\u{2028}é🤖\r\n",
      "": [.null, 1, 2.5, [1, ["a": 2]]],
      "long": .array((0..<60).map { .integer($0) }),
    ]
    #expect(try JSONValue(parsing: value.compact) == value)
    #expect(try JSONValue(parsing: value.pretty) == value)
    #expect(value.compact.allSatisfy { !$0.isNewline || $0 == "\u{2028}" })
  }

  @Test("pretty text breaks objects, and keeps short arrays of scalars on a line")
  func pretty() {
    let value: JSONValue = [
      "name": "go2", "shape": [4, 3], "none": [], "fields": [["x": 1], [1, 2]],
      "long": .array((100..<125).map { .integer($0) }),
    ]
    let numbers = (100..<125).map { "    \($0)" }.joined(separator: ",\n")
    #expect(
      value.pretty == """
        {
          "name": "go2",
          "shape": [4, 3],
          "none": [],
          "fields": [
            {
              "x": 1
            },
            [1, 2]
          ],
          "long": [
        \(numbers)
          ]
        }
        """)
  }

  @Test("lookups give the value of the right type or nothing")
  func lookups() throws {
    let value = try JSONValue(
      parsing: #"{"gains":{"kp":3,"kd":0.5,"on":true},"w":[1,{"q":"x"}],"a":1,"a":2,"nil":null,"x.y":7,"7":8}"#)
    #expect(value[path: "gains.kp"]?.number == 3)
    #expect(value[path: "gains.kp"]?.int == 3)
    #expect(value[path: "gains.kd"]?.int == nil)
    #expect(value[path: "gains.kd"]?.number == 0.5)
    #expect(value[path: "gains.on"]?.bool == true)
    #expect(value[path: "w.1.q"]?.string == "x")
    #expect(value[path: "w.2"] == nil)
    #expect(value[path: "w.-1"] == nil)
    #expect(value[path: "gains.kp.deeper"] == nil)
    #expect(value[path: ""] == nil)
    #expect(value[path: "7"]?.int == 8)
    #expect(value["x.y"]?.int == 7)
    #expect(value["a"]?.int == 2)
    #expect(value["nil"]?.isNull == true)
    #expect(value["w"]?[0]?.int == 1)
    #expect(value["w"]?["q"] == nil)
    #expect(value.object?.map(\.key) == ["gains", "w", "a", "a", "nil", "x.y", "7"])
  }
}
