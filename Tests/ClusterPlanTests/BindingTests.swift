@testable import ClusterConfig
@testable import ClusterPlan
import ControlCluster
import Testing

@Suite("Bindings")
struct BindingTests {
  @Test(
    "a name is spelled as it is, unless a language keeps it for itself",
    arguments: [
      ("joint_position", "joint_position"), ("FL_hip", "FL_hip"), ("left-knee", "left_knee"), ("a.b", "a_b"),
      ("1st", "x1st"), ("_pad", "x_pad"), ("__FILE__", "x__FILE__"), ("", "x"), ("関節", "x__"), ("class", "class_"),
      ("lambda", "lambda_"), ("inout", "inout_"), ("int", "int_"), ("linux", "linux_"), ("Class", "Class"),
      ("uint8_t", "uint8_t_"),
    ])
  func spelling(name: String, identifier: String) {
    #expect(BindingName.identifier(name) == identifier)
  }

  @Test("columns that are spelled alike get their index, the others do not")
  func columns() {
    #expect(BindingName.identifiers(["a-b", "knee", "a_b", "class"]) == ["a_b_0", "knee", "a_b_2", "class_"])
  }

  @Test("fields and buffers that are spelled alike are an error that names both", arguments: BindingLanguage.allCases)
  func clash(language: BindingLanguage) throws {
    let fields = ClusterConfig.Buffer.make("state", .make("class", []), .make("class_", []))
    #expect(
      throws: BindingError.clash(name: "class_", first: "field 'state.class'", second: "field 'state.class_'")
    ) {
      try ClusterPlan(.hopper(buffers: [fields]), configText: "").binding(in: language)
    }
    let buffers = [ClusterConfig.Buffer.make("int", .make("a", [])), .make("int_", .make("a", []))]
    #expect(throws: BindingError.clash(name: "int_", first: "buffer 'int'", second: "buffer 'int_'")) {
      try ClusterPlan(.hopper(buffers: buffers), configText: "").binding(in: language)
    }
  }

  @Test(
    "column names that are still spelled alike with their index are an error, too", arguments: BindingLanguage.allCases)
  func columnClash(language: BindingLanguage) throws {
    let buffer = ClusterConfig.Buffer.make("state", .make("q", [3], columns: ["a-b", "a_b", "a_b_0"]))
    #expect(throws: BindingError.clash(name: "a_b_0", first: "column 'a-b'", second: "column 'a_b_0'")) {
      try ClusterPlan(.hopper(buffers: [buffer]), configText: "").binding(in: language)
    }
  }

  @Test("names that clash in C alone, where there are no scopes, are an error in C alone")
  func globalClash() throws {
    let buffers = [
      ClusterConfig.Buffer.make("a", .make("b", [2], columns: ["row", "at"])), .make("a_b", .make("x", [])),
    ]
    let plan = try ClusterPlan(.hopper(buffers: buffers), configText: "")
    for language in BindingLanguage.allCases where language != .c { _ = try plan.binding(in: language) }
    #expect(
      throws: BindingError.clash(name: "hopper_a_b_row", first: "column 'row'", second: "a row of buffer 'a_b'")
    ) {
      try plan.binding(in: .c)
    }
  }

  @Test(
    "the same config gives the same text, and what is not part of the layout is not in it",
    arguments: BindingLanguage.allCases)
  func determinism(language: BindingLanguage) throws {
    for seed in 0..<50 as Range<UInt64> {
      let config = ClusterConfig.random(seed: seed)
      let text = try ClusterPlan(config, configText: "").binding(in: language)
      #expect(try ClusterPlan(config, configText: "").binding(in: language) == text, "seed \(seed)")
      let moved = try ClusterPlan(config, configText: String(repeating: "x", count: 10_000))
      #expect(try moved.binding(in: language) == text, "seed \(seed): a binding must not know where buffers start")
    }
  }

  @Test("what comments quote of the config ends no line and starts no escape")
  func comments() {
    #expect(BindingText.comment("rad/s^2") == "rad/s^2")
    #expect(BindingText.comment("a\\\nb??/\u{202E}") == "a<U+5C><U+A>b<U+3F><U+3F>/<U+202E>")
  }
}
