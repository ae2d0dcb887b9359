import CExpat
import ClusterConfig

/// A syntax error in plain words: expat speaks of tokens, a person sees tags and quotes.
struct XMLProblem {
  var message: String
  var span: Span
  var notes: [Diagnostic.Note] = []

  /// - Parameters:
  ///   - place: The offset that expat stopped at.
  ///   - element: The innermost one that is open there.
  init(_ code: XML_Error, at place: Int, inside element: XMLElement?, in source: SourceText) {
    let bytes = source.bytes
    let place = min(place, bytes.count)
    var end = place
    // To the end of what looks like a tag or a word.
    while end < bytes.count, end - place < 60, !" \t\r\n".utf8.contains(bytes[end]) {
      end += 1
      if bytes[end - 1] == UInt8(ascii: ">") { break }
    }
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    span = Span(source, place..<max(end, min(place + 1, bytes.count)))
    if span.range.isEmpty { span = .whole(source) }

    func noteOpening() {
      if let element { notes.append(.init("\(element.label) begins here", at: element.span)) }
    }

    switch code {
    case XML_ERROR_NO_ELEMENTS:
      if let element {
        message = "the file ends inside \(element.label), which is never closed; is a part of the file missing?"
        span = element.span
      } else {
        message = "there is no element in this file"
        span = .whole(source)
      }
    case XML_ERROR_TAG_MISMATCH:
      message = "this does not close <\(element?.name ?? "")>, which is open here"
      noteOpening()
    case XML_ERROR_UNCLOSED_TOKEN, XML_ERROR_PARTIAL_CHAR, XML_ERROR_UNCLOSED_CDATA_SECTION:
      message = "what begins here is never closed"
    case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
      message = "the robot is closed before this; nothing may follow it"
    case XML_ERROR_DUPLICATE_ATTRIBUTE:
      message = "an attribute stands twice in this tag"
    case XML_ERROR_UNDEFINED_ENTITY:
      message = "XML knows &lt; &gt; &amp; &quot; and &apos;, and no other entity; write '&' as &amp;"
    case XML_ERROR_MISPLACED_XML_PI:
      message = "nothing may stand before '<?xml …?>'; delete what does, blank lines too"
    case XML_ERROR_SYNTAX where element == nil:
      message = "this is not XML, which begins with '<'"
    case XML_ERROR_INVALID_TOKEN:
      message =
        "this is not well-formed XML; check quotes around values, and that '<' and '&' are written &lt; and &amp;"
    default:
      message = "this is not well-formed XML: \(String(cString: XML_ErrorString(code)))"
    }
  }
}
