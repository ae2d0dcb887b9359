/// A hostfile as Open MPI reads it: a host a line, `node7 slots=32 max_slots=64`, and comments. A host on several lines without
/// slots has one for each.
struct Hostfile {
  private(set) var hosts: [HostSpec] = []
  private let source: SourceText
  private let collector: DiagnosticCollector
  private var places: [String: Int] = [:]
  private var isRead = true

  /// Open MPI has several words for each.
  private static let slotKeys: Set = ["slots", "count", "cpu", "cpus"]
  private static let limitKeys: Set = ["max_slots", "max-slots", "slots_max", "slots-max", "cpu_max", "cpu-max"]

  /// `nil` after a problem, which is reported.
  init?(
    _ file: Located<String>, _ surroundings: ConfigSurroundings, _ limits: ConfigLimits,
    _ collector: DiagnosticCollector
  ) {
    self.collector = collector
    do {
      source = try surroundings.read(file.value, limits).source
    } catch {
      let name = String(decoding: file.span.source.bytes[file.span.range], as: UTF8.self)
      let isHost = error.isMissing && file.span.source.isOverride && HostName.isValid(name)
      collector.report(
        error.id, "the hostfile \(error.predicate)", at: file.span,
        notes: [.init("tried '\(error.path)'")]
          + (isHost ? [.init("hosts by name stand between commas, this machine first: localhost,\(name)")] : []))
      return nil
    }
    collector.add(source)
    guard source.checkIsText(collector, as: "a hostfile") else { return nil }
    readLines()
    guard isRead else { return nil }
    if hosts.isEmpty {
      collector.report(
        .hostfile, "this hostfile names no host", at: .whole(source),
        notes: [.init("write one a line: node7 slots=32")])
      return nil
    }
  }

  private mutating func readLines() {
    let bytes = source.bytes
    var start = 0
    while start < bytes.count, hosts.count <= HostsSpec.maximumHosts {
      let end = bytes[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
      var line = start..<end
      if let comment = line.first(where: { isComment(at: $0) }) { line = start..<comment }
      read(words(of: line))
      start = end + 1
    }
  }

  private func isComment(at index: Int) -> Bool {
    let bytes = source.bytes
    if bytes[index] == UInt8(ascii: "#") { return true }
    return bytes[index] == UInt8(ascii: "/") && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "/")
  }

  /// What stands between blanks; a '=' is a word of its own.
  private func words(of line: Range<Int>) -> [Located<String>] {
    let bytes = source.bytes
    var words: [Located<String>] = []
    var start: Int?
    func end(at index: Int) {
      if let first = start { words.append(Located(text(first..<index), Span(source, first..<index))) }
      start = nil
    }
    for index in line {
      switch bytes[index] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"): end(at: index)
      case UInt8(ascii: "="):
        end(at: index)
        words.append(Located("=", Span(source, index..<index + 1)))
      default: start = start ?? index
      }
    }
    end(at: line.upperBound)
    return words
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: source.bytes[range], as: UTF8.self) }

  private mutating func read(_ words: [Located<String>]) {
    guard let name = words.first else { return }
    var slots: Int?
    var rest = words.dropFirst()
    while let key = rest.popFirst() {
      guard Self.slotKeys.contains(key.value) || Self.limitKeys.contains(key.value) else {
        return report(
          "\(quoted(key.value)) means nothing in a hostfile", at: key,
          Suggestion.notes(for: key.value, among: ["slots", "max_slots"], kind: "keys"))
      }
      guard rest.popFirst()?.value == "=", let value = rest.popFirst() else {
        return report("behind \(quoted(key.value)) stand '=' and a number", at: key)
      }
      guard let number = Int(value.value), HostSpec.slotRange.contains(number) else {
        return report("\(key.value) must be a whole number of at least 1, not \(quoted(value.value))", at: value)
      }
      if Self.slotKeys.contains(key.value) { slots = number }
    }
    add(name, slots)
  }

  private mutating func add(_ name: Located<String>, _ slots: Int?) {
    guard let index = places[name.value] else {
      places[name.value] = hosts.count
      hosts.append(HostSpec(name: name, slots: slots ?? 1))
      return
    }
    if slots == nil {
      hosts[index].slots += 1
    } else {
      isRead = false
      collector.report(
        .duplicateName, "the host \(quoted(name.value)) stands twice, and says its slots twice", at: name.span,
        notes: [.init("the first time is here", at: hosts[index].name.span)])
    }
  }

  private mutating func report(_ message: String, at word: Located<String>, _ notes: [Diagnostic.Note] = []) {
    isRead = false
    collector.report(.hostfile, message, at: word.span, notes: notes)
  }
}
