import ControlCluster

/// The report as FIGURES.md.
struct Page {
  let report: Report

  init(_ report: Report) { self.report = report }

  var markdown: String {
    ([head] + report.tables.map(table) + [Self.json]).joined(separator: "\n\n") + "\n"
  }

  private var head: String {
    let facts = report.machine.facts.map { "| \($0.name) | \($0.value) |" }
    return """
      <!-- `make bench` writes this page; an edit is lost. -->
      # Figures

      | | |
      |---|---|
      \(facts.joined(separator: "\n"))
      | duration | \(Quantity.fixed(report.duration, 0)) s, \(report.effort.turns) turns each |

      A figure and its reference are measured in turns of about \(report.effort.turnTime / 1_000_000) ms, who goes first \
      alternating, so that whatever else the machine does meets both alike. Median, p99 and max are of all repetitions of all \
      turns. The ratio is the median of those of the turns, each of its two medians, with the quartiles beside it. Between two \
      steps the client spins 20 µs, as a simulator that computes, so that workers have \
      gone to sleep. A target is that of the design; `!` marks one that is missed.
      """
  }

  private func table(_ section: Section, _ figures: [Figure]) -> String {
    let heads = Figure.columns(beside: section.reference).enumerated().map { index, name in
      // The second three are the reference's.
      (3..<6).contains(index) ? "\(section.reference): \(name)" : name
    }
    let rows = figures.map { figure in
      let cells = figure.cells + Array(repeating: "", count: heads.count - figure.cells.count)
      return "| \(figure.name) | \(cells.joined(separator: " | ")) |"
    }
    return """
      ## \(section.title)

      \(section.method)

      | | \(heads.joined(separator: " | ")) |
      |---|\(String(repeating: "---:|", count: heads.count))
      \(rows.joined(separator: "\n"))
      """
  }

  private static let json = """
    ## For programs

    `make bench` writes `bench.json` beside it: `machine` with the facts above; `turns`; `duration_s`; and `sections`, each with \
    `section`, `title`, `reference` and `figures`. A figure has `figure`, its stable name within the section, `name`, and one of: \
    `ours` and `reference`, each with `median_us`, `p99_us`, `max_us` and `count`, the `ratio_of_turns`, one of \
    each turn, and the `ratio`, their median; `ours` alone; `value` with its `unit`; or `not_measured`, which says why. Where there \
    is a target it has `at_most`, in the ratio, in µs or in the unit, and `holds`.
    """
}
