/// What the keys and the columns are.
enum TopHelp {
  static func lines(_ reading: TopReading) -> [StyledLine] {
    let keys = [
      ("↑ ↓ PgUp PgDn g G", "select a controller"),
      ("Space *", "mark it; mark all that are shown"),
      ("◂ ▸ i", "sort by the next column; the other way round"),
      ("/", "filter by number, state, name or message: 0-7 dead"),
      ("", "'out' is who is failed, dead or late"),
      ("t", "times since top began, or of the last 30 to 60 s"),
      ("a d r R", "activate, deactivate, reset, restart those"),
      ("Esc", "takes back marks, selection, filter"),
      ("q", "quits; the cluster goes on"),
    ]
    let columns = [
      ("P50 P99 MAX", "of sampled solves, up to 1 % too high; MAX of t: of all"),
      ("FAILS", "solves that threw an error"),
      ("LATE", "how often it was seen to miss solve_timeout"),
      ("DEATHS RESTARTS", "processes that have died, that came after the first"),
      ("CORE", "where its process ran last"),
      ("COMMAND", reading.commands.map { "Euclidean norm of its row of \($0)" } ?? "controllers write none"),
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
