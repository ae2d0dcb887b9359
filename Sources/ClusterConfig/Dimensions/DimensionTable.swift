/// The built-in and the user's dimensions with their values.
struct DimensionTable {
  static let builtIns = ["joints", "contacts", "nodes", "controllers"]

  /// `nil`: could not be resolved, and the reason has been reported.
  private var values: [String: Int?] = [:]
  private let collector: DiagnosticCollector
  private(set) var names = Self.builtIns

  /// Resolves the user's dimensions, which may refer to one another in any order.
  init(_ spec: ClusterSpec, _ collector: DiagnosticCollector) {
    self.collector = collector
    values["joints"] = .some(spec.robot?.joints?.count)
    values["contacts"] = .some(spec.robot?.contacts?.count)
    values["nodes"] = .some(spec.horizon.nodes?.value)
    values["controllers"] = .some(spec.controllers.count)
    let own = spec.dimensions.filter { dimension in
      let isOwn = !Self.builtIns.contains(dimension.name.value)
      if !isOwn {
        collector.report(
          .reservedName, "\(quoted(dimension.name.value)) is a built-in dimension; choose another name",
          at: dimension.name.span)
      }
      return isOwn
    }
    names += own.map(\.name.value)
    resolve(own)
  }

  subscript(name: String) -> Int? { values[name] ?? nil }

  /// The extent's value; `nil` after a problem, which is reported.
  func value(of extent: ExtentSpec) -> Int? {
    do throws(Expression.Failure) {
      return try extent.expression.extent { name in
        guard let value = values[name] else { return .undefined }
        return value.map { .value($0) } ?? .failed
      }
    } catch {
      switch error {
      case .problem(let problem):
        collector.report(
          problem.id, problem.message, at: extent.span(of: problem.range), notes: valueNotes(extent.expression))
      case .undefined(let name, let range):
        collector.report(
          .undefinedDimension, "there is no dimension \(quoted(name))", at: extent.span(of: range),
          notes: Suggestion.notes(for: name, among: names, kind: "dimensions"))
      case .follows: break
      }
    }
    return nil
  }

  /// What the names in an expression stand for.
  private func valueNotes(_ expression: Expression) -> [Diagnostic.Note] {
    var told: Set<String> = []
    let parts = expression.names.compactMap { name, _ in
      told.insert(name).inserted ? self[name].map { "\(name) = \($0)" } : nil
    }
    return parts.isEmpty ? [] : [.init("here \(parts.joined(separator: ", "))")]
  }

  /// Depth first along the references, with a stack of its own: a chain may be as long as the file.
  private mutating func resolve(_ dimensions: [DimensionSpec]) {
    enum State { case unseen, open, done }
    let index = Dictionary(
      dimensions.enumerated().map { ($1.name.value, $0) }, uniquingKeysWith: { first, _ in first })
    let references = dimensions.map { $0.extent?.expression.names ?? [] }
    var states = [State](repeating: .unseen, count: dimensions.count)
    for root in dimensions.indices where states[root] == .unseen {
      var stack: [(dimension: Int, next: Int)] = [(root, 0)]
      states[root] = .open
      while let (current, next) = stack.last {
        guard next < references[current].count else {
          stack.removeLast()
          states[current] = .done
          // A dimension on a cycle has its (missing) value already.
          if values[dimensions[current].name.value] == nil {
            values[dimensions[current].name.value] = .some(dimensions[current].extent.flatMap { value(of: $0) })
          }
          continue
        }
        stack[stack.count - 1].next += 1
        let reference = references[current][next]
        guard let target = index[reference.name] else { continue }
        switch states[target] {
        case .done: break
        case .unseen:
          states[target] = .open
          stack.append((target, 0))
        case .open:
          let cycle = stack[stack.firstIndex { $0.dimension == target }!...].map { dimensions[$0.dimension].name.value }
          for name in cycle { values[name] = .some(nil) }
          reportCycle(cycle, dimensions[current].extent!.span(of: reference.range))
        }
      }
    }
  }

  private func reportCycle(_ cycle: [String], _ span: Span) {
    let chain = (cycle + cycle.prefix(1)).prefix(12).joined(separator: " → ")
    let message =
      cycle.count == 1 ? "a dimension cannot refer to itself" : "dimensions may not refer to one another in a circle"
    collector.report(.dimensionCycle, message, at: span, notes: [.init(cycle.count > 12 ? chain + " → …" : chain)])
  }
}
