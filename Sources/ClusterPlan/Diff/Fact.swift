/// One key of a config as ``PlanDiff`` compares it.
struct Fact: Sendable {
  enum Content: Sendable {
    case text(String)
    case names([String])
    /// - Parameters:
    ///   - summary: what is said when the whole of it was added or removed.
    ///   - isOrdered: whether another order of the same keys is a change.
    case mapping([Fact], summary: String, isOrdered: Bool)
  }

  var key: String
  var group: PlanDiff.Group
  var content: Content
  var unit = ""

  init(_ key: String, _ group: PlanDiff.Group, _ text: String, unit: String = "") {
    self.init(key: key, group: group, content: .text(text), unit: unit)
  }

  init(_ key: String, _ group: PlanDiff.Group, names: [String]) {
    self.init(key: key, group: group, content: .names(names))
  }

  init(_ key: String, _ group: PlanDiff.Group, isOrdered: Bool = false, summary: String = "", _ facts: [Fact]) {
    self.init(key: key, group: group, content: .mapping(facts, summary: summary, isOrdered: isOrdered))
  }

  private init(key: String, group: PlanDiff.Group, content: Content, unit: String = "") {
    (self.key, self.group, self.content, self.unit) = (key, group, content, unit)
  }

  /// All of it in few words.
  var text: String {
    switch content {
    case .text(let text): text
    case .names(let names): Words.list(names)
    case .mapping(_, let summary, _): summary
    }
  }
}

extension ConfigFacts {
  /// The facts of two configs, compared key by key.
  struct Pair {
    var old: [Fact]
    var new: [Fact]
    private var path = ""

    init(old: [Fact], new: [Fact]) { (self.old, self.new) = (old, new) }

    /// In the old one's order; what was added comes behind, in the new one's.
    func changes() -> [PlanDiff.Change] {
      let after = Dictionary(new.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
      let before = Set(old.map(\.key))
      var changes: [PlanDiff.Change] = []
      for fact in old {
        if let counterpart = after[fact.key] {
          changes += compare(fact, counterpart)
        } else {
          changes.append(change(fact, old: fact.text, new: nil))
        }
      }
      return changes + new.filter { !before.contains($0.key) }.map { change($0, old: nil, new: $0.text) }
    }

    private func compare(_ old: Fact, _ new: Fact) -> [PlanDiff.Change] {
      switch (old.content, new.content) {
      case (.mapping(let before, _, let isOrdered), .mapping(let after, _, _)):
        var inner = Pair(old: before, new: after)
        inner.path = path(to: old.key)
        let order = isOrdered ? inner.order() : nil
        return (order.map { [change(old, old: $0.old, new: $0.new)] } ?? []) + inner.changes()
      case (.names(let before), .names(let after)):
        guard before != after else { return [] }
        let words = Words.difference(before, after)
        return [change(old, old: words.old, new: words.new)]
      default:
        guard old.text != new.text else { return [] }
        return [change(old.unit.isEmpty ? new : old, old: old.text, new: new.text)]
      }
    }

    /// `nil` when the keys that both have stand in the same order.
    private func order() -> (old: String, new: String)? {
      let (before, after) = (old.map(\.key), new.map(\.key))
      let (inOld, inNew) = (Set(before), Set(after))
      let (kept, found) = (before.filter(inNew.contains), after.filter(inOld.contains))
      return kept == found ? nil : Words.difference(kept, found)
    }

    private func change(_ fact: Fact, old: String?, new: String?) -> PlanDiff.Change {
      .init(group: fact.group, path: path(to: fact.key), old: old, new: new, unit: fact.unit)
    }

    /// Quoted where `--set` wants quotes.
    private func path(to key: String) -> String {
      let isPlain = !key.isEmpty && !key.contains { ".[=\"".contains($0) }
      let step = isPlain ? key : "\"\(key)\""
      return path.isEmpty ? step : "\(path).\(step)"
    }
  }
}
