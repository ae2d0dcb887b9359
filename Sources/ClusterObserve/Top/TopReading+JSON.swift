import ControlCluster

extension TopReading {
  /// What `top --json` prints: all that ``ClusterStatus`` tells, the times, and a row for each controller.
  ///
  public func json(_ order: TopOrder, _ filter: TopFilter) -> JSONValue {
    let solves = solves
    let rows = order.sorted(controllers.filter(filter.fits))
    return .object(
      status.members + [
        .init(key: "span", value: .number(span)), .init(key: "step_times", value: stepTimes.json),
        .init(key: "solves", value: ["seen": .integer(solves.seen), "count": .integer(solves.count)]),
        .init(key: "command_buffer", value: commands.map(JSONValue.string) ?? .null),
        .init(key: "rows", value: .array(rows.map(\.json))),
      ])
  }
}

extension ControllerReading {
  fileprivate var json: JSONValue {
    [
      "controller": .integer(index), "process": process.map(JSONValue.string) ?? .null,
      "pid": .integer(Int(slot.pid)), "core": core.map(JSONValue.integer) ?? .null, "state": .string("\(slot.state)"),
      "late": .bool(isLate), "times_late": .integer(timesLate), "solves": .integer(slot.solves),
      "solve_times": solveTimes.json, "failures": .integer(slot.failures),
      "deaths": .integer(Int(slot.incarnation)), "restarts": .integer(slot.restarts),
      "command_norm": commandNorm.map(JSONValue.number) ?? .null, "message": .string(slot.message),
    ]
  }
}
