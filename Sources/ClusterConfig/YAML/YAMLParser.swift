import CLibYAML

/// Takes YAML text apart into events. The only door to libyaml.
struct YAMLParser {
  private let source: SourceText
  /// The part of the source that is YAML.
  private let range: Range<Int>
  private let collector: DiagnosticCollector
  /// The UTF-8 offset of every scalar (libyaml counts scalars); `nil` when all are one byte long.
  private let scalarOffsets: [UInt32]?

  init(_ source: SourceText, _ range: Range<Int>, _ collector: DiagnosticCollector) {
    self.source = source
    self.range = range
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
  /// - Parameter handle: Called with every event; `false` ends the reading.
  func read(_ handle: (YAMLEvent) -> Bool) -> Bool {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else {
      reportNoMemory()
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
        return readEvents(parser, handle)
      }
    }
  }

  private func readEvents(_ parser: UnsafeMutablePointer<yaml_parser_t>, _ handle: (YAMLEvent) -> Bool) -> Bool {
    var event = yaml_event_t()
    while true {
      guard yaml_parser_parse(parser, &event) == 1 else {
        reportSyntax(parser.pointee)
        return false
      }
      defer { yaml_event_delete(&event) }
      if event.type == YAML_STREAM_END_EVENT { return true }
      if !handle(read(event)) { return false }
    }
  }

  private func read(_ event: yaml_event_t) -> YAMLEvent {
    let start = offset(event.start_mark)
    var result = YAMLEvent(kind: .other, range: start..<max(start, offset(event.end_mark)))
    switch event.type {
    case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
    case YAML_ALIAS_EVENT: result.kind = .alias(string(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      result.kind = .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
      (result.anchor, result.tag) = (string(scalar.anchor), string(scalar.tag))
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      result.kind = .collectionStart(isMapping: false, isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE)
      (result.anchor, result.tag) = (string(start.anchor), string(start.tag))
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      result.kind = .collectionStart(isMapping: true, isFlow: start.style == YAML_FLOW_MAPPING_STYLE)
      (result.anchor, result.tag) = (string(start.anchor), string(start.tag))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: result.kind = .collectionEnd
    default: break
    }
    return result
  }

  private func reportSyntax(_ parser: yaml_parser_t) {
    guard let problem = parser.problem.map({ String(cString: $0) }), parser.error != YAML_MEMORY_ERROR else {
      return reportNoMemory()
    }
    let isReader = parser.error == YAML_READER_ERROR
    let place = isReader ? range.lowerBound + parser.problem_offset : offset(parser.problem_mark)
    let context = parser.context.map { String(cString: $0) }
    let opening = context == nil || isReader ? nil : offset(parser.context_mark)
    let explained = YAMLProblem(problem, context: context, at: place, opening: opening, in: source)
    collector.report(.yamlSyntax, explained.message, at: Span(source, explained.range), notes: explained.notes)
  }

  private func reportNoMemory() {
    collector.report(.tooLarge, "there is no memory left to read this file", at: .whole(source))
  }

  private func offset(_ mark: yaml_mark_t) -> Int {
    guard let scalarOffsets else { return min(range.lowerBound + Int(mark.index), source.bytes.count) }
    return Int(scalarOffsets[min(Int(mark.index), scalarOffsets.count - 1)])
  }

  private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? { text.map { String(cString: $0) } }
}
