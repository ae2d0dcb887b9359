/// Puts a `Node` tree together from the events of a YAML text, within the limits.
struct YAMLComposer {
  let source: SourceText
  let environment: (String) -> String?
  let limits: ConfigLimits
  let collector: DiagnosticCollector
  var open: [Collection] = []
  private var anchors: [String: Node] = [:]
  private var root: Node?
  private var documents = 0
  private var count = 0
  /// Bytes that came from the environment.
  var expandedBytes = 0
  /// Whether an expression had a problem: what it stands in cannot be used.
  var hasBrokenText = false

  /// A list or mapping whose end has not come yet.
  struct Collection {
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
    let parser = YAMLParser(source, range ?? 0..<source.bytes.count, collector)
    return try withoutActuallyEscaping(environment) { environment throws(Reported) in
      var composer = YAMLComposer(source: source, environment: environment, limits: limits, collector: collector)
      guard parser.read({ composer.handle($0) }), !composer.hasBrokenText else { throw Reported() }
      return composer.root
    }
  }

  private init(
    source: SourceText, environment: @escaping (String) -> String?, limits: ConfigLimits, collector: DiagnosticCollector
  ) {
    self.source = source
    self.environment = environment
    self.limits = limits
    self.collector = collector
  }

  /// Whether reading goes on; otherwise the reason has been reported.
  private mutating func handle(_ event: YAMLEvent) -> Bool {
    switch event.kind {
    case .documentStart:
      documents += 1
      if documents == 1 { return true }
      report(.multipleDocuments, "a config is one YAML document, and a second one begins here", at: span(event.range))
      return false
    case .alias(let anchor): return expand(anchor, event.range)
    case .scalar(let text, let isPlain):
      guard let node = scalar(text, isPlain: isPlain, event) else { return false }
      return add(node, anchor: event.anchor)
    case .collectionStart(let isMapping, let isFlow): return begin(isMapping: isMapping, isFlow: isFlow, event)
    case .collectionEnd: return end(event.range)
    case .other: return true
    }
  }

  private mutating func begin(isMapping: Bool, isFlow: Bool, _ event: YAMLEvent) -> Bool {
    let supported = isMapping ? [Self.mappingTag, Self.replaceTag] : [Self.sequenceTag]
    guard isSupported(event.tag, supported + [Self.finalTag], event.range) else { return false }
    guard open.count < limits.depth else {
      report(.tooDeep, "lists and mappings may not be nested deeper than \(limits.depth) levels", at: span(event.range))
      return false
    }
    open.append(
      Collection(
        isMapping: isMapping, isFlow: isFlow, start: event.range.lowerBound, anchor: event.anchor, tag: event.tag))
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

  func report(
    _ id: Diagnostic.ID, _ message: String, at span: Span, notes: @autoclosure () -> [Diagnostic.Note] = []
  ) {
    collector.report(id, message, at: span, notes: notes())
  }

  func span(_ range: Range<Int>) -> Span { Span(source, range) }
}
