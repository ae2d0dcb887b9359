extension YAMLComposer {
  /// Ours: what happens to the value when files are put together.
  static let replaceTag = "!replace"
  static let finalTag = "!final"

  /// YAML's own, which say what a value is anyway.
  static let textTag = "tag:yaml.org,2002:str"
  static let sequenceTag = "tag:yaml.org,2002:seq"
  static let mappingTag = "tag:yaml.org,2002:map"

  func tagged(_ node: Node, _ tag: String?) -> Node {
    var node = node
    node.replaces = tag == Self.replaceTag
    if tag == Self.finalTag {
      // An anchor may stand before the tag.
      let range = node.span.range
      let word = source.offset(of: Array(Self.finalTag.utf8), in: range) ?? range.lowerBound
      node.lock = span(word..<min(word + Self.finalTag.utf8.count, range.upperBound))
    }
    return node
  }

  /// Whether the tag may stand there; otherwise it has been reported.
  func isSupported(_ tag: String?, _ supported: [String], _ range: Range<Int>) -> Bool {
    guard let tag, !supported.contains(tag) else { return true }
    let shown = tag.replacing("tag:yaml.org,2002:", with: "!!")
    let message =
      tag == Self.replaceTag
      ? "'!replace' is for mappings; a list or a text takes the place of the one before it anyway"
      : "the YAML tag \(quoted(shown)) is not supported; remove it"
    report(
      .unsupportedTag, message, at: span(range),
      notes: Suggestion.nearest(to: shown, among: [Self.replaceTag, Self.finalTag].filter { $0 != tag }).map {
        [.init("did you mean '\($0)'?")]
      } ?? [])
    return false
  }
}
