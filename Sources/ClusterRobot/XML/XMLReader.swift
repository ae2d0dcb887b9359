import CExpat
import ClusterConfig

/// Turns XML text into elements. The only door to expat.
final class XMLReader {
  /// What a file may cost, so that a hostile or mistaken one ends in a diagnostic.
  enum Limits {
    /// Bytes. The largest published descriptions have 1 MB.
    static let fileSize = 64 << 20
    /// Elements inside one another.
    static let depth = 256
    /// Elements in all.
    static let elements = 1 << 20
  }

  private let source: SourceText
  private let collector: DiagnosticCollector
  private let parser: XML_Parser
  private var open: [XMLElement] = []
  private var root: XMLElement?
  private var count = 0
  /// Whether a problem was reported that ends the reading.
  private var hasStopped = false

  /// The root element of the text.
  /// - Throws: When it is not well-formed; that has been reported.
  static func read(_ source: SourceText, _ collector: DiagnosticCollector) throws(Reported) -> XMLElement {
    guard source.checkIsText(collector, as: "XML") else { throw Reported() }
    // The encoding is ours to say: the text has just been found to be UTF-8, whatever its first line claims.
    guard let parser = XML_ParserCreate("UTF-8") else { fatalError("there is no memory left to read XML") }
    defer { XML_ParserFree(parser) }
    guard let root = XMLReader(source, collector, parser).run() else { throw Reported() }
    return root
  }

  private init(_ source: SourceText, _ collector: DiagnosticCollector, _ parser: XML_Parser) {
    self.source = source
    self.collector = collector
    self.parser = parser
  }

  private func run() -> XMLElement? {
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser, { XMLReader.from($0).start($1, $2) }, { context, _ in XMLReader.from(context).end() })
    XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in XMLReader.from(context).doctype() }
    let status = source.bytes.withUnsafeBytes { bytes in
      // Files have at most `Limits.fileSize` bytes.
      XML_Parse(parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), 1)
    }
    if hasStopped { return nil }
    if status == XML_STATUS_OK, let root { return root }
    let problem = XMLProblem(XML_GetErrorCode(parser), at: place, inside: open.last, in: source)
    collector.report(.xmlSyntax, problem.message, at: problem.span, notes: problem.notes)
    return nil
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> XMLReader {
    Unmanaged<XMLReader>.fromOpaque(context!).takeUnretainedValue()
  }

  /// Of the tag that is being told of, or of the error; expat gives -1 for a file without a byte.
  private var place: Int { max(0, Int(XML_GetCurrentByteIndex(parser))) }

  private func start(_ name: UnsafePointer<CChar>?, _ pairs: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
    let start = place
    let span = Span(source, start..<start + Int(XML_GetCurrentByteCount(parser)))
    count += 1
    if count > Limits.elements {
      return stop(.tooLarge, "this file has more than \(Limits.elements) elements", at: span)
    }
    if open.count == Limits.depth {
      return stop(.tooDeep, "elements are more than \(Limits.depth) deep in one another here", at: span)
    }
    var attributes: [(name: String, value: String)] = []
    var index = 0
    while let key = pairs?[index], let value = pairs?[index + 1] {
      attributes.append((String(cString: key), String(cString: value)))
      index += 2
    }
    open.append(XMLElement(name: String(cString: name!), attributes: attributes, span: span))
  }

  private func end() {
    guard let element = open.popLast() else { return }
    if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
  }

  /// Entities are what hostile XML grows from, and what is outside of the file would have to be read: a robot needs neither.
  private func doctype() {
    // Told at its end, or where its list of declarations begins.
    let word = Array("<!DOCTYPE".utf8)
    let start = source.offset(of: word, in: 0..<source.bytes.count) ?? 0
    stop(
      .xmlSyntax, "a robot description needs no DOCTYPE, and entities are not expanded here; delete it",
      at: Span(source, start..<start + word.count),
      notes: [.init("'xmllint --noent --dropdtd FILE' writes the file with its entities expanded")])
  }

  private func stop(_ id: Diagnostic.ID, _ message: String, at span: Span, notes: [Diagnostic.Note] = []) {
    guard !hasStopped else { return }
    hasStopped = true
    collector.report(id, message, at: span, notes: notes)
    XML_StopParser(parser, XML_Bool(XML_FALSE))
  }
}
