import ClusterConfig

/// An element of an XML file, with its place. Text between tags is not kept: robot descriptions say all in attributes.
struct XMLElement {
  var name: String
  var attributes: [(name: String, value: String)]
  var children: [XMLElement] = []
  /// The start tag, `<` and `>` included.
  var span: Span

  func children(named name: String) -> some Sequence<XMLElement> { children.lazy.filter { $0.name == name } }

  func first(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// An attribute's value and the place of it; `nil` when it is not there.
  subscript(attribute: String) -> Located<String>? {
    guard let (_, value) = attributes.first(where: { $0.name == attribute }) else { return nil }
    return Located(value, span(of: attribute))
  }

  /// `<link name="base">` or `<link>`: the element as a message shows it.
  var label: String {
    guard let name = self["name"]?.value else { return "<\(self.name)>" }
    return "<\(self.name)> \(quoted(name))"
  }

  /// What stands between the quotes. Found anew in the tag, which is known to be well-formed: expat does not tell, and few
  /// attributes are read.
  private func span(of attribute: String) -> Span {
    let tag = span.source.bytes[..<span.range.upperBound]
    let (single, double) = (UInt8(ascii: "'"), UInt8(ascii: "\""))
    var index = span.range.lowerBound + 1 + name.utf8.count
    while let quote = tag[index...].firstIndex(where: { $0 == double || $0 == single }) {
      let key = tag[index..<quote].filter { !" \t\r\n=".utf8.contains($0) }
      let value = quote + 1
      guard let end = tag[value...].firstIndex(of: tag[quote]) else { break }
      // An empty value has no letters to mark; its quotes have.
      if key.elementsEqual(attribute.utf8) {
        return Span(span.source, value == end ? quote..<end + 1 : value..<end)
      }
      index = end + 1
    }
    return span
  }
}
