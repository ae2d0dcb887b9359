import CLibYAML

/// Turns YAML text into a `Node` tree. The only door to libyaml.
struct YAMLComposer {
  private let source: SourceText
  private let start: Int
  private let environment: (String) -> String?
  private let limits: ConfigLimits
  private let collector: DiagnosticCollector
  /// The UTF-8 offset of every scalar (libyaml counts scalars); `nil` when all are one byte long.
  private let scalarOffsets: [UInt32]?
  private var open: [Collection] = []
  private var anchors: [String: Node] = [:]
  private var root: Node?
  private var count = 0
  /// Bytes that came from the environment.
  private var expandedBytes = 0
  /// Whether an expression had a problem: what it stands in cannot be used.
  private var hasBrokenText = false

  /// A list or mapping whose end has not come yet.
  private struct Collection {
    var isMapping: Bool
    var isFlow: Bool
    var start: Int
    var anchor: String?
    var tag: String?
    var items: [Node] = []
    var entries: [Node.Entry] = []
    var key: (text: String, span: Span)?
    var places: [String: Span] = [:]
    /// Keys that are reported and left out, with their values.
    var skipsValue = false
  }

  /// The one document of the text, or `nil` if it holds none. `range` is the part of the source that is YAML.
  static func compose(
    _ source: SourceText, _ range: Range<Int>? = nil, environment: (String) -> String?, limits: ConfigLimits,
    collector: DiagnosticCollector
  ) throws(Reported) -> Node? {
    guard source.checkIsText(collector) else { throw Reported() }
    let range = range ?? 0..<source.bytes.count
    return try withoutActuallyEscaping(environment) { environment throws(Reported) in
      var composer = YAMLComposer(source, range, environment, limits, collector)
      guard composer.run(range), !composer.hasBrokenText else { throw Reported() }
      return composer.root
    }
  }

  private init(
    _ source: SourceText, _ range: Range<Int>, _ environment: @escaping (String) -> String?, _ limits: ConfigLimits,
    _ collector: DiagnosticCollector
  ) {
    self.source = source
    self.environment = environment
    start = range.lowerBound
    self.limits = limits
    self.collector = collector
    let bytes = source.bytes[range]
    if bytes.allSatisfy({ $0 < 0x80 }) {
      scalarOffsets = nil
    } else {
      var offsets = bytes.indices.compactMap { bytes[$0] & 0xC0 == 0x80 ? nil : UInt32($0) }
      offsets.append(UInt32(range.upperBound))
      scalarOffsets = offsets
    }
  }

  /// Whether the text was read to its end; otherwise the reason has been reported.
  private mutating func run(_ range: Range<Int>) -> Bool {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else {
      report(.tooLarge, "there is no memory left to read this file", at: .whole(source))
      return false
    }
    defer { yaml_parser_delete(parser) }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    return source.bytes.withUnsafeBufferPointer { bytes in
      // libyaml wants an address even for no bytes at all.
      var nothing: UInt8 = 0
      return withUnsafeMutablePointer(to: &nothing) { empty in
        yaml_parser_set_input_string(
          parser, bytes.baseAddress.map { $0 + range.lowerBound } ?? UnsafePointer(empty), range.count)
        return readEvents(parser)
      }
    }
  }

  private mutating func readEvents(_ parser: UnsafeMutablePointer<yaml_parser_t>) -> Bool {
    var event = yaml_event_t()
    var documents = 0
    while true {
      guard yaml_parser_parse(parser, &event) == 1 else {
        reportSyntax(parser.pointee)
        return false
      }
      defer { yaml_event_delete(&event) }
      let range = offset(event.start_mark)..<max(offset(event.start_mark), offset(event.end_mark))
      let goesOn: Bool
      switch event.type {
      case YAML_STREAM_END_EVENT: return true
      case YAML_DOCUMENT_START_EVENT:
        documents += 1
        goesOn = documents == 1
        if !goesOn {
          report(.multipleDocuments, "a config is one YAML document, and a second one begins here", at: span(range))
        }
      case YAML_ALIAS_EVENT: goesOn = expand(string(event.data.alias.anchor) ?? "", range)
      case YAML_SCALAR_EVENT: goesOn = addScalar(event, range)
      case YAML_SEQUENCE_START_EVENT:
        let start = event.data.sequence_start
        goesOn = begin(
          isMapping: false, isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE, range, anchor: string(start.anchor),
          tag: string(start.tag))
      case YAML_MAPPING_START_EVENT:
        let start = event.data.mapping_start
        goesOn = begin(
          isMapping: true, isFlow: start.style == YAML_FLOW_MAPPING_STYLE, range, anchor: string(start.anchor),
          tag: string(start.tag))
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: goesOn = end(range)
      default: goesOn = true
      }
      if !goesOn { return false }
    }
  }

  private mutating func addScalar(_ event: yaml_event_t, _ range: Range<Int>) -> Bool {
    let scalar = event.data.scalar
    let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
    let tag = string(scalar.tag)
    guard isSupported(tag, ["!", YAML_STR_TAG, Self.finalTag], range) else { return false }
    // `!final` says nothing about the type.
    let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE && (tag == nil || tag == Self.finalTag)
    var node = tagged(Node(.scalar(Scalar(text: text, isPlain: isPlain)), span(range)), tag)
    // Names are not computed, only values are.
    let isKey = open.last.map { $0.isMapping && $0.key == nil } ?? false
    if !isKey, VariableExpansion.concerns(text), !expand(&node, text, isPlain: isPlain) { return false }
    return add(node, anchor: string(scalar.anchor))
  }

  /// Whether reading goes on; an undefined variable does not end it.
  private mutating func expand(_ node: inout Node, _ text: String, isPlain: Bool) -> Bool {
    let expansion = VariableExpansion(text, environment)
    let textOffset = node.textOffset
    hasBrokenText = hasBrokenText || !expansion.problems.isEmpty
    let bytes = Array(text.utf8)
    // No more are shown, and looking for the places of a million would take its time.
    for problem in expansion.problems.prefix(DiagnosticCollector.capacity) {
      let part = bytes[problem.range]
      let start =
        textOffset.map { $0 + problem.range.lowerBound } ?? source.offset(of: Array(part), in: node.span.range)
      report(
        problem.id, problem.message, at: start.map { span($0..<$0 + part.count) } ?? node.span, notes: problem.notes)
    }
    expandedBytes += expansion.variables.isEmpty ? 0 : expansion.text.utf8.count
    guard expandedBytes <= limits.fileSize else {
      report(.tooLarge, "the environment's values make this larger than \(limits.fileSize) bytes", at: node.span)
      return false
    }
    // One expression alone may be a number. An empty value is empty text, and never removes.
    let isTyped = isPlain && (expansion.variables.isEmpty || expansion.isOneExpression && !expansion.text.isEmpty)
    node.content = .scalar(Scalar(text: expansion.text, isPlain: isTyped))
    node.variables = expansion.variables
    return true
  }

  private mutating func begin(isMapping: Bool, isFlow: Bool, _ range: Range<Int>, anchor: String?, tag: String?) -> Bool
  {
    let supported = isMapping ? [YAML_MAP_TAG, Self.replaceTag] : [YAML_SEQ_TAG]
    guard isSupported(tag, supported + [Self.finalTag], range) else { return false }
    guard open.count < limits.depth else {
      report(.tooDeep, "lists and mappings may not be nested deeper than \(limits.depth) levels", at: span(range))
      return false
    }
    open.append(Collection(isMapping: isMapping, isFlow: isFlow, start: range.lowerBound, anchor: anchor, tag: tag))
    return true
  }

  private mutating func end(_ range: Range<Int>) -> Bool {
    guard let collection = open.popLast() else { return false }
    let content = collection.isMapping ? Node.Content.mapping(collection.entries) : .sequence(collection.items)
    // The end that libyaml gives for a block is the beginning of what follows it.
    let last = collection.isMapping ? collection.entries.last?.value : collection.items.last
    let end = collection.isFlow ? range.upperBound : last?.span.range.upperBound ?? collection.start
    let node = Node(content, span(collection.start..<max(collection.start, end)))
    return add(tagged(node, collection.tag), anchor: collection.anchor)
  }

  /// Ours: what happens to the value when files are put together.
  private static let replaceTag = "!replace"
  private static let finalTag = "!final"

  private func tagged(_ node: Node, _ tag: String?) -> Node {
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

  private mutating func expand(_ anchor: String, _ range: Range<Int>) -> Bool {
    guard var node = anchors[anchor] else {
      report(
        .undefinedAlias, "no anchor '&\(anchor)' is defined before this alias", at: span(range),
        notes: Suggestion.notes(for: anchor, among: anchors.keys.sorted(), kind: "anchors"))
      return false
    }
    let size = node.measure()
    guard open.count + size.depth <= limits.depth else {
      report(
        .tooDeep, "with this alias, lists and mappings are nested deeper than \(limits.depth) levels", at: span(range))
      return false
    }
    count += size.count - 1
    node.span = span(range)
    return add(node, anchor: nil)
  }

  private mutating func add(_ node: Node, anchor: String?) -> Bool {
    count += 1
    guard count <= limits.nodes else {
      report(.tooLarge, "this file holds more than \(limits.nodes) values, aliases expanded", at: node.span)
      return false
    }
    if let anchor { anchors[anchor] = node }
    guard !open.isEmpty else {
      root = node
      return true
    }
    let top = open.count - 1
    guard open[top].isMapping else {
      open[top].items.append(node)
      return true
    }
    guard let key = open[top].key else { return setKey(node) }
    open[top].key = nil
    if open[top].skipsValue {
      open[top].skipsValue = false
    } else {
      open[top].entries.append(.init(key: key.text, keySpan: key.span, value: node))
    }
    return true
  }

  private mutating func setKey(_ node: Node) -> Bool {
    let top = open.count - 1
    guard case .scalar(let scalar) = node.content else {
      report(.complexKey, "a key must be a single word, not a list or a mapping", at: node.span)
      return false
    }
    open[top].key = (scalar.text, node.span)
    if scalar.text == "<<", scalar.isPlain {
      report(
        .mergeKey, "merge keys ('<<') are not supported", at: node.span,
        notes: [.init("to build on another file, use 'extends'; to repeat a whole value, use an alias")])
      open[top].skipsValue = true
    } else if let first = open[top].places[scalar.text] {
      report(
        .duplicateKey, "the key \(quoted(scalar.text)) stands twice in this mapping; remove one of them", at: node.span,
        notes: [.init("the first one is here", at: first)])
      open[top].skipsValue = true
    } else {
      open[top].places[scalar.text] = node.span
    }
    return true
  }

  private func isSupported(_ tag: String?, _ supported: [String], _ range: Range<Int>) -> Bool {
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

  private func reportSyntax(_ parser: yaml_parser_t) {
    guard let problem = parser.problem.map({ String(cString: $0) }), parser.error != YAML_MEMORY_ERROR else {
      return report(.tooLarge, "there is no memory left to read this file", at: .whole(source))
    }
    let isReader = parser.error == YAML_READER_ERROR
    let place = isReader ? start + parser.problem_offset : offset(parser.problem_mark)
    let context = parser.context.map { String(cString: $0) }
    let opening = context == nil || isReader ? nil : offset(parser.context_mark)
    let explained = YAMLProblem(problem, context: context, at: place, opening: opening, in: source)
    report(.yamlSyntax, explained.message, at: span(explained.range), notes: explained.notes)
  }

  private func report(
    _ id: Diagnostic.ID, _ message: String, at span: Span, notes: @autoclosure () -> [Diagnostic.Note] = []
  ) {
    collector.report(id, message, at: span, notes: notes())
  }

  private func offset(_ mark: yaml_mark_t) -> Int {
    guard let scalarOffsets else { return min(start + Int(mark.index), source.bytes.count) }
    return Int(scalarOffsets[min(Int(mark.index), scalarOffsets.count - 1)])
  }

  private func span(_ range: Range<Int>) -> Span { Span(source, range) }

  private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? { text.map { String(cString: $0) } }
}
