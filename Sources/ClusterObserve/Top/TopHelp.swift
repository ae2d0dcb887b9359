/// What the keys and the columns are.
enum TopHelp {
  static func lines(_ reading: TopReading) -> [StyledLine] {
    let keys = [
      ("↑ ↓ PgUp PgDn g G", "select a controller"),
      ("Space *", "mark it; mark all that are shown"),
      ("◂ ▸ i", "sort by another column; the other way round"),
      ("/", "filter: 3, 0-7, dead, out (failed, dead, late), or part of a name or message"),
      ("t", "times since top began, or those of the last half to one minute"),
      ("a d r R", "activate, deactivate, reset, restart what is marked, or selected: asks first"),
      ("Esc q", "takes back the marks, the selection, the filter; quits, and the cluster goes on"),
    ]
    let columns = [
      ("P50 P99 MAX", "of the solves that were sampled, up to 1 % too high; MAX of t: of all solves"),
      ("FAILS", "solves that threw an error"),
      ("LATE", "how often it was seen to miss solve_timeout; STATE is late until it has finished"),
      ("RESTARTS DEATHS", "processes that came after the first; processes that have died"),
      ("CORE", "where its process ran last"),
      ("COMMAND", reading.commands.map { "Euclidean norm of its row of \($0), over all fields" } ?? "there is none"),
    ]
    let width = 19
    let table = (keys + columns).map { name, meaning in
      var line = StyledLine(" " + name, .bold)
      line.pad(to: width)
      line.add(meaning)
      return line
    }
    return table + [StyledLine(" any key goes back", .dim)]
  }
}
