import ClusterConfig

/// Reads attributes of URDFs and SRDFs, and reports those that are missing or wrong at their places.
struct DescriptionReader {
  let collector: DiagnosticCollector

  /// The root of a file that must be a robot, and as it is after xacro.
  func robot(_ source: SourceText, _ format: String) throws(Reported) -> XMLElement {
    let root = try XMLReader.read(source, collector)
    guard root.name == "robot" else {
      let known = ["sdf": "SDF", "mujoco": "MJCF", "COLLADA": "COLLADA"][root.name]
      collector.report(
        .notARobot, "\(format) begins with <robot>, and this with <\(root.name)>", at: root.span,
        notes: known.map { [.init("this is \($0); import \(format) of the robot")] } ?? [])
      throw Reported()
    }
    guard isExpanded(root) else { throw Reported() }
    return root
  }

  /// Macros and inclusions are other programs' affair, and without them a robot would lack parts in silence.
  private func isExpanded(_ root: XMLElement) -> Bool {
    var waiting = [root]
    while let element = waiting.popLast() {
      if element.name.hasPrefix("xacro:") {
        return refuse(element, "xacro", "xacro \(file(element)) -o expanded.urdf")
      }
      if element.name == "xi:include" {
        return refuse(element, "XInclude", "xmllint --xinclude \(file(element)) -o expanded.urdf")
      }
      waiting += element.children.reversed()
    }
    return true
  }

  private func file(_ element: XMLElement) -> Substring {
    let path = element.span.source.name
    return path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
  }

  private func refuse(_ element: XMLElement, _ what: String, _ command: String) -> Bool {
    collector.report(
      .notExpanded, "<\(element.name)> is \(what)'s, and not expanded here", at: element.span,
      notes: [.init("import what '\(command)' writes")])
    return false
  }

  /// An attribute that has to be there, and not be empty.
  func required(_ attribute: String, of element: XMLElement) -> Located<String>? {
    guard let text = element[attribute] else {
      collector.report(.missingKey, "\(element.label) has no \(attribute)", at: element.span)
      return nil
    }
    if text.value.isEmpty {
      collector.report(.invalidValue, "the \(attribute) of <\(element.name)> must not be empty", at: text.span)
      return nil
    }
    return text
  }

  /// A child element that has to be there.
  func required(child: String, of element: XMLElement) -> XMLElement? {
    if let found = element.first(child) { return found }
    collector.report(.missingKey, "\(element.label) has no <\(child)>", at: element.span)
    return nil
  }

  /// `nil` when the attribute is not there, and when it is no number, which is reported.
  func number(_ attribute: String, of element: XMLElement, isRequired: Bool = false) -> Located<Double>? {
    guard let text = element[attribute] else {
      if isRequired { _ = required(attribute, of: element) }
      return nil
    }
    return number(text, "the \(attribute) of <\(element.name)>").map { Located($0, text.span) }
  }

  /// One finite number, with blanks around it or not.
  func number(_ text: Located<String>, _ label: String) -> Double? {
    let words = text.value.split(maxSplits: 2) { $0.isWhitespace }
    if words.count == 1, Self.isDecimal(words[0]), let number = Double(words[0]), number.isFinite { return number }
    let found = words.isEmpty ? "empty" : quoted(text.value)
    collector.report(
      .wrongType, "\(label) must be a finite number, and is \(found)", at: text.span, notes: notes(text.value))
    return nil
  }

  private func notes(_ text: String) -> [Diagnostic.Note] {
    if text.contains("${") { return [.init("'${…}' is xacro's: import what xacro writes")] }
    if text.contains(",") { return [.init("decimals have a point")] }
    return []
  }

  /// Swift also reads hexadecimal digits, "nan" and "infinity"; nobody writes a limit so.
  private static func isDecimal(_ word: Substring) -> Bool {
    word.utf8.allSatisfy { $0.isDigit || "+-.eE".utf8.contains($0) }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
