/// Reads a file with everything that it `extends`, merged in order, the file itself last.
struct Includes {
  private let limits: ConfigLimits
  private let collector: DiagnosticCollector
  /// Absolute paths in the order of reading.
  private(set) var files: [String] = []
  /// The first of them.
  private(set) var root: SourceText?
  /// Files that are done; one that is extended twice (a diamond) is read once.
  private var finished: [SourceText.Identity: Node] = [:]
  /// Files whose `extends` are being followed, outermost first.
  private var chain: [(identity: SourceText.Identity, path: String)] = []
  private var followed = 0

  init(limits: ConfigLimits, collector: DiagnosticCollector) {
    self.limits = limits
    self.collector = collector
  }

  /// `nil` after a problem, which is reported.
  mutating func load(_ path: String) -> Node? {
    let path = Path.absolute(path, in: Path.currentDirectory)
    return load(path, namedAt: .whole(SourceText(file: path, bytes: [])), tried: nil)
  }

  private mutating func load(_ path: String, namedAt place: Span, tried: String?) -> Node? {
    let source: SourceText
    let identity: SourceText.Identity
    do {
      (source, identity) = try SourceText.read(path, limit: limits.fileSize)
    } catch {
      let subject = tried == nil ? "this file" : "the extended file \(quoted(tried!))"
      collector.report(
        error.id, "\(subject) \(error.predicate)", at: place, notes: tried == nil ? [] : [.init("tried '\(path)'")])
      return nil
    }
    if let node = finished[identity] { return node }
    if let first = chain.firstIndex(where: { $0.identity == identity }) {
      let base = Path.directory(of: files[0])
      let names = (chain[first...].map(\.path) + [path]).map { Path.shown($0, relativeTo: base) }
      collector.report(
        .extendsCycle, "files may not extend one another in a circle", at: place,
        notes: [.init(names.joined(separator: " → "))])
      return nil
    }
    guard chain.count < limits.depth else {
      collector.report(.tooDeep, "more than \(limits.depth) files extend one another", at: place)
      return nil
    }
    files.append(path)
    root = root ?? source
    collector.add(source)
    let document: Node?
    do {
      document = try YAMLComposer.compose(source, limits: limits, collector: collector)
    } catch {
      return nil
    }
    guard let own = document, !own.isNull else {
      collector.report(
        .emptyFile, "this file holds no settings", at: .whole(source),
        notes: [.init("the smallest config has 'name', 'robot' and 'controllers'")])
      return nil
    }
    guard case .mapping(let entries) = own.content else {
      collector.report(
        .wrongType, "a config must be a mapping ('key: value' lines), not \(ValueReader.kind(of: own))", at: own.span)
      return nil
    }
    guard SchemaVersion.check(entries, collector) else { return nil }
    chain.append((identity, path))
    let merged = merge(Node(.mapping(entries.filter { $0.key != "extends" }), own.span), extending: entries)
    chain.removeLast()
    if let merged { finished[identity] = merged }
    return merged
  }

  /// Follows all of them even after a failure, so that every problem is told.
  private mutating func merge(_ own: Node, extending entries: [Node.Entry]) -> Node? {
    guard let extends = entries.first(where: { $0.key == "extends" }), !extends.value.isNull else { return own }
    let reader = ValueReader(extends.value, "extends", collector)
    guard let names = reader.stringOrStrings("a file or a list of files") else { return nil }
    var result: Node? = Node(.mapping([]), own.span)
    for name in names {
      followed += 1
      guard followed <= limits.includes else {
        collector.report(.tooLarge, "more than \(limits.includes) files are extended", at: name.span)
        return nil
      }
      let path = Path.absolute(name.value, in: name.span.source.directory)
      let node = load(path, namedAt: name.span, tried: name.value)
      if let node { result = result?.merged(with: node) } else { result = nil }
    }
    return result?.merged(with: own)
  }
}

/// The version of the config's schema, which every file may name.
enum SchemaVersion {
  static let current = 1

  static func check(_ entries: [Node.Entry], _ collector: DiagnosticCollector) -> Bool {
    guard let entry = entries.first(where: { $0.key == "ccluster" }), !entry.value.isNull else { return true }
    guard let version = ValueReader(entry.value, "ccluster", collector).integer() else { return false }
    if version == current { return true }
    collector.report(
      .schemaVersion, "this program reads schema version \(current), and this is of version \(version)",
      at: entry.value.span,
      notes: version > current ? [.init("use a newer ccluster")] : [.init("write 'ccluster: \(current)'")])
    return false
  }
}
