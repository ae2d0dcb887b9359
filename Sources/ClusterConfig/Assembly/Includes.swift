/// Reads a file with everything that it `extends`, merged in order, the file itself last.
struct Includes {
  private let surroundings: ConfigSurroundings
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

  init(surroundings: ConfigSurroundings, limits: ConfigLimits, collector: DiagnosticCollector) {
    self.surroundings = surroundings
    self.limits = limits
    self.collector = collector
  }

  /// The files merged from left to right; `nil` after a problem, which is reported. All of them are read even so, so
  /// that every problem is told.
  mutating func load(_ paths: [String]) -> Node? {
    var result: Node?
    var isComplete = true
    for path in paths {
      let path = Path.absolute(path, in: Path.currentDirectory)
      let node = load([path], namedAt: .whole(SourceText(file: path, bytes: [])), as: nil)
      isComplete = isComplete && node != nil
      if let node { result = result?.merged(with: node, collector) ?? node }
    }
    return isComplete ? result : nil
  }

  /// The first of `paths` that exists.
  /// - Parameter name: What `extends` calls the file.
  private mutating func load(_ paths: [String], namedAt place: Span, as name: String?) -> Node? {
    let path: String
    let source: SourceText
    let identity: SourceText.Identity
    do {
      (path, source, identity) = try firstFile(of: paths)
    } catch {
      let subject = name == nil ? "this file" : "the extended file \(quoted(name!))"
      // Where something is that cannot be read, the places after it were not looked at.
      let tried = name == nil ? [] : error.isMissing ? paths : [error.path]
      collector.report(
        error.id, "\(subject) \(error.predicate)", at: place, notes: tried.map { .init("tried '\($0)'") })
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
      document = try YAMLComposer.compose(
        source, environment: surroundings.environment, limits: limits, collector: collector)
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
    let merged = merge(own.with(.mapping(entries.filter { $0.key != "extends" })), extending: entries)
    chain.removeLast()
    if let merged { finished[identity] = merged }
    return merged
  }

  private func firstFile(
    of paths: [String]
  ) throws(SourceText.ReadingFailure) -> (path: String, SourceText, SourceText.Identity) {
    var failure: SourceText.ReadingFailure?
    for path in paths {
      do {
        let (source, identity) = try surroundings.read(path, limits)
        return (path, source, identity)
      } catch {
        guard error.isMissing else { throw error }
        failure = failure ?? error
      }
    }
    throw failure!
  }

  /// Where a file may be: beside the one that names it, then along the search path.
  private func places(of name: String, from directory: String) -> [String] {
    if name.hasPrefix("/") { return [Path.absolute(name, in: "/")] }
    var places: [String] = []
    for directory in [directory] + surroundings.searchPath {
      let path = Path.absolute(name, in: Path.absolute(directory, in: Path.currentDirectory))
      if !places.contains(path) { places.append(path) }
    }
    return places
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
      let places = places(of: name.value, from: name.span.source.directory)
      let node = load(places, namedAt: name.span, as: name.value)
      if let node { result = result?.merged(with: node, collector) } else { result = nil }
    }
    return result?.merged(with: own, collector)
  }
}
