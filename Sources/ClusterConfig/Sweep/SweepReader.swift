/// Reads `--sweep` arguments one after the other; what is wrong is reported.
struct SweepReader {
  let surroundings: ConfigSurroundings
  let limits: ConfigLimits
  let collector: DiagnosticCollector
  private var places: [String: Span] = [:]
  private var points = 1

  init(surroundings: ConfigSurroundings, limits: ConfigLimits, collector: DiagnosticCollector) {
    self.surroundings = surroundings
    self.limits = limits
    self.collector = collector
  }

  /// `nil` after a problem, which is reported.
  mutating func read(_ argument: String) -> Sweep.Axis? {
    let source = SourceText(override: argument, option: "--sweep")
    collector.add(source)
    var path = Override.PathParser(source: source)
    guard path.parse(collector) != nil else { return nil }
    let name = text(source, 0..<path.position - 1)
    let place = Span(source, 0..<path.position - 1)
    if let first = places[name] {
      collector.report(
        .duplicateName, "\(quoted(name)) is swept twice; write all its values behind one --sweep", at: place,
        notes: [.init("the first time is here", at: first)])
      return nil
    }
    places[name] = place
    guard let ranges = split(source, path.position..<source.bytes.count) else { return nil }
    let values = values(source, ranges, of: name)
    guard values.count == ranges.count else { return nil }
    let (product, overflows) = points.multipliedReportingOverflow(by: values.count)
    points = overflows ? Int.max : product
    guard points <= Sweep.maximumPoints else {
      collector.report(.tooLarge, "a sweep has at most \(Sweep.maximumPoints) points; here it has more", at: place)
      return nil
    }
    return Sweep.Axis(path: name, values: values)
  }

  /// What is no value is reported and left out.
  private func values(_ source: SourceText, _ ranges: [Range<Int>], of path: String) -> [Sweep.Value] {
    var places: [String: Span] = [:]
    return ranges.compactMap { range in
      let place = Span(source, range)
      let text = text(source, range)
      if let first = places[text] {
        collector.report(
          .duplicateName, "the value \(quoted(text)) stands twice in the sweep of \(path)", at: place,
          notes: [.init("the first time is here", at: first)])
        return nil
      }
      places[text] = place
      let node = try? YAMLComposer.compose(
        source, range, environment: surroundings.environment, limits: limits, collector: collector)
      return node.flatMap { $0 }.flatMap { ValueReader($0, path, collector).configValue() }.map {
        Sweep.Value(text: text, value: $0)
      }
    }
  }

  /// The values between the commas that stand in no brackets and no quotes, without the spaces around them.
  private func split(_ source: SourceText, _ range: Range<Int>) -> [Range<Int>]? {
    let bytes = source.bytes
    var values: [Range<Int>] = []
    var open: [Int] = []
    var start = range.lowerBound
    var index = start
    // In the middle of a word, a quote is a letter like any other.
    var mayQuote = true
    func fail(_ message: String, at place: Range<Int>, _ note: String) -> [Range<Int>]? {
      collector.report(.overrideSyntax, message, at: Span(source, place), notes: [.init(note)])
      return nil
    }
    let quoteIt = "text with brackets, quotes or commas goes in quotes: NAME='\"a,b\",\"c]\"'"
    while index < range.upperBound {
      switch bytes[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if mayQuote {
          guard let close = closingQuote(bytes, index, range.upperBound) else {
            return fail("the quote is never closed", at: index..<index + 1, quoteIt)
          }
          index = close
          mayQuote = false
        }
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        open.append(index)
        mayQuote = true
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        // In ASCII, a closing bracket comes two behind its opening one.
        guard let last = open.popLast(), bytes[last] + 2 == bytes[index] else {
          return fail("this bracket was not opened", at: index..<index + 1, quoteIt)
        }
        mayQuote = false
      case UInt8(ascii: ","):
        if open.isEmpty {
          values.append(trimmed(bytes, start..<index))
          start = index + 1
        }
        mayQuote = true
      case UInt8(ascii: ":"):
        // Behind a plain key it takes a space to make a value, behind one in quotes it does not.
        let isBehindQuote = bytes[index - 1] == UInt8(ascii: "\"") || bytes[index - 1] == UInt8(ascii: "'")
        let hasSpace = index + 1 < range.upperBound && bytes[index + 1] == UInt8(ascii: " ")
        mayQuote = !open.isEmpty && (isBehindQuote || hasSpace)
      case UInt8(ascii: " "): break
      default: mayQuote = false
      }
      index += 1
    }
    if let last = open.last { return fail("this bracket is never closed", at: last..<last + 1, quoteIt) }
    values.append(trimmed(bytes, start..<range.upperBound))
    if let empty = values.first(where: \.isEmpty) {
      // The comma or the '=' before it is what can be shown.
      return fail(
        "a value is missing here", at: empty.lowerBound - 1..<empty.lowerBound,
        "write values as path.to.key=16,32; null removes what the files say")
    }
    return values
  }

  /// In double quotes a backslash takes the next character along, in single ones a doubled quote is one.
  private func closingQuote(_ bytes: [UInt8], _ opening: Int, _ end: Int) -> Int? {
    let quote = bytes[opening]
    var index = opening + 1
    while index < end {
      if quote == UInt8(ascii: "\""), bytes[index] == UInt8(ascii: "\\") {
        index += 1
      } else if bytes[index] == quote {
        guard quote == UInt8(ascii: "'"), index + 1 < end, bytes[index + 1] == quote else { return index }
        index += 1
      }
      index += 1
    }
    return nil
  }

  private func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    let isSpace = { (index: Int) in bytes[index] == UInt8(ascii: " ") }
    let first = range.first { !isSpace($0) } ?? range.upperBound
    let last = range.last { !isSpace($0) } ?? first - 1
    return first..<max(first, last + 1)
  }

  private func text(_ source: SourceText, _ range: Range<Int>) -> String {
    String(decoding: source.bytes[range], as: UTF8.self)
  }
}
