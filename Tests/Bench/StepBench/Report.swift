import ControlCluster

/// Measures everything that was asked for, and prints each figure as soon as it is known.
struct Report {
  let machine: Machine
  let effort: Effort
  private(set) var tables: [(section: Section, figures: [Figure])] = []
  /// s that it took.
  private(set) var duration = 0.0

  init(_ options: Options) throws {
    let began = Clock.now
    machine = Machine(options)
    effort = options.effort
    let what = ["processor", "cores", "kernel", "load_before"].map { "\($0) \(machine[$0])" }
    say("step-bench: \(what.joined(separator: ", ")); \(effort.turns) turns each")
    let sections = Bench(effort: effort, python: PythonPrograms(interpreter: options.python)).sections
    for section in sections where options.only?.contains(section.key) ?? true { try measure(section) }
    duration = Clock.seconds(since: began)
    say("\n! misses its target here. \(Quantity.fixed(duration, 0)) s in all.")
  }

  private mutating func measure(_ section: Section) throws {
    say("\n\(section.title)")
    let columns = Figure.columns(beside: section.reference)
    if !section.reference.isEmpty { Self.sayRow("", ["", "", "", "", section.reference]) }
    Self.sayRow("", columns)
    var figures: [Figure] = []
    for measure in section.figures {
      let figure = try measure()
      figures.append(figure)
      Self.sayRow(figure.name, figure.cells)
    }
    tables.append((section, figures))
  }

  private static func sayRow(_ name: String, _ cells: [String]) {
    say(name.padded(to: 44) + zip(cells, widths).map { $0.leftPadded(to: $1) }.joined())
  }

  private static let widths = [9, 9, 9, 10, 9, 9, 8, 12, 10]

  /// All that was measured, as one object; described in FIGURES.md.
  var json: JSONValue {
    [
      "machine": machine.json, "turns": .integer(effort.turns), "duration_s": .number(duration),
      "sections": .array(
        tables.map { section, figures in
          [
            "section": .string(section.key.rawValue), "title": .string(section.title),
            "reference": .string(section.reference), "figures": .array(figures.map(\.json)),
          ]
        }),
    ]
  }
}
