import ControlCluster

// MARK: - JSON

extension PlanDiff {
  /// One object: `verdict` (a sentence of ``Attachment/Verdict``), `attaches` (whether programs need no change), `reasons`,
  /// `changed` (whether anything but cosmetics did), `layout_hash` and `memory_size` (bytes) with `old` and `new`, then
  /// `changes`: an array for each group, of objects with `path`, `old` and `new` (text; `null` where there is none) and
  /// `unit`; then `memory`: objects with `buffer`, `field` (`null`: the buffer itself), `property`, `old` and `new`
  /// (a number, or a shape's extents).
  public var json: JSONValue {
    [
      "verdict": .string(attachment.verdict.rawValue),
      "attaches": .bool(attachment.works),
      "reasons": .strings(attachment.reasons),
      "changed": .bool(changes.contains { $0.group != .cosmetic }),
      "layout_hash": [
        "old": .string(MapReport.hexadecimal(layouts.old.hash)),
        "new": .string(MapReport.hexadecimal(layouts.new.hash)),
      ],
      "memory_size": ["old": .integer(layouts.old.size), "new": .integer(layouts.new.size)],
      "changes": .object(
        Group.allCases.map { group in
          JSONValue.Member(key: group.rawValue, value: .array(changes(in: group).map(\.json)))
        }),
      "memory": .array(memory.map(\.json)),
    ]
  }
}

extension PlanDiff.Change {
  fileprivate var json: JSONValue {
    [
      "path": .string(path), "old": old.map(JSONValue.string) ?? .null, "new": new.map(JSONValue.string) ?? .null,
      "unit": .string(unit),
    ]
  }
}

extension PlanDiff.MemoryChange {
  fileprivate var json: JSONValue {
    func value(_ numbers: [Int]) -> JSONValue {
      property == .shape ? .array(numbers.map(JSONValue.integer)) : .integer(numbers[0])
    }
    return [
      "buffer": .string(buffer), "field": field.map(JSONValue.string) ?? .null,
      "property": .string(property.rawValue), "old": value(old), "new": value(new),
    ]
  }
}

// MARK: - Text

extension PlanDiff {
  /// What a stretch of the text is, for those who paint it.
  public enum Style: Sendable { case title, old, new, dim, good, bad }

  /// The groups that are not empty, what follows in the memory, and the verdict; ends with a line break.
  /// - Parameter styled: paints a stretch without changing its letters.
  public func text(styled: (String, Style) -> String = { text, _ in text }) -> String {
    let width = min(56, changes.map(\.path.count).max() ?? 0)
    var text = ""
    for group in Group.allCases {
      let changes = changes(in: group)
      guard !changes.isEmpty else { continue }
      text += styled(group.rawValue, .title) + "\n"
      for change in changes {
        let space = String(repeating: " ", count: max(0, width - change.path.count) + 2)
        text += "  \(change.path)\(space)\(Self.values(of: change, styled))\n"
      }
      text += "\n"
    }
    text += memoryText(styled)
    return text + verdict(styled)
  }

  private static func values(of change: Change, _ styled: (String, Style) -> String) -> String {
    let unit = change.unit.isEmpty ? "" : " \(change.unit)"
    return switch (change.old, change.new) {
    case (let old?, let new?):
      // The unit belongs to a number, and `unlimited` is none.
      new == "unlimited"
        ? "\(styled(old, .old))\(unit) \(styled("→", .dim)) \(styled(new, .new))"
        : "\(styled(old, .old)) \(styled("→", .dim)) \(styled(new, .new))\(unit)"
    case (let old?, nil): styled("removed", .old) + (old.isEmpty ? "" : ": \(old)\(unit)")
    case (nil, let new?): styled("added", .new) + (new.isEmpty ? "" : ": \(new)\(unit)")
    case (nil, nil): ""
    }
  }

  /// One line for each buffer and property, for a new joint changes dozens of fields in the same way.
  private func memoryText(_ styled: (String, Style) -> String) -> String {
    guard layouts.old.hash != layouts.new.hash || layouts.old.size != layouts.new.size else { return "" }
    var lines: [(String, String)] = []
    var names: [String] = []
    for change in memory where names.last != change.buffer { names.append(change.buffer) }
    let byBuffer = Dictionary(grouping: memory, by: \.buffer)
    for name in names {
      let changes = byBuffer[name] ?? []
      var parts = changes.filter { $0.field == nil }.map { change in
        change.property == .rows
          ? "rows \(change.old[0]) → \(change.new[0])"
          : "row stride \(Quantity.thousands(change.old[0])) → \(Quantity.thousands(change.new[0])) bytes"
      }
      for (property, verb) in [(MemoryChange.Property.shape, "reshaped"), (.offset, "moved")] {
        let fields = changes.filter { $0.property == property }
        guard let first = fields.first, let field = first.field else { continue }
        if fields.count > 1 {
          parts.append("\(fields.count) fields \(verb)")
        } else {
          let values =
            property == .shape
            ? "\(Words.numbers(first.old)) → \(Words.numbers(first.new))" : "\(first.old[0]) → \(first.new[0])"
          parts.append("\(field) \(verb) \(values)")
        }
      }
      lines.append((name, parts.joined(separator: ", ")))
    }
    if layouts.old.size != layouts.new.size {
      lines.append(("total", "\(Quantity.bytes(layouts.old.size)) → \(Quantity.bytes(layouts.new.size))"))
    }
    guard !lines.isEmpty else { return "" }
    let width = lines.map(\.0.count).max() ?? 0
    return styled("in memory", .title) + "\n"
      + lines.map { "  \($0.0)\(String(repeating: " ", count: width - $0.0.count + 2))\($0.1)\n" }.joined() + "\n"
  }

  /// Reasons that are shown; a robot of other joints has one for each field.
  private static let shownReasons = 12

  private func verdict(_ styled: (String, Style) -> String) -> String {
    let mark = attachment.works ? styled("✓", .good) : styled("✗", .bad)
    let verdict = "\(mark) \(styled(attachment.verdict.rawValue, .title))"
    guard !attachment.works else { return "\(verdict): \(attachment.reasons.joined(separator: ", "))\n" }
    let reasons = attachment.reasons
    let shown = reasons.count > Self.shownReasons ? reasons.prefix(Self.shownReasons - 1) : reasons[...]
    let rest = reasons.count > shown.count ? "  … and \(reasons.count - shown.count) more\n" : ""
    return "\(verdict)\n" + shown.map { "  \($0)\n" }.joined() + rest
  }
}
