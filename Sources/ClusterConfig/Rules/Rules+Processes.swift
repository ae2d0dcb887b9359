extension Rules {
  /// Names of logs, and of arguments of `restart` and `logs`: each means one process.
  func processNames() {
    for name in spec.processes.map(\.name) {
      let bytes = name.value.utf8
      let isWord = bytes.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
      if !(1...64).contains(bytes.count) || !isWord || bytes.first?.isLetter != true {
        collector.report(
          .nameSyntax, "\(quoted(name.value)) cannot name a process", at: name.span,
          notes: [.init("use at most 64 letters, digits, '_' and '-', and begin with a letter")])
      } else if ProcessSpec.reserved.contains(name.value) || ProcessSpec.isWorker(name.value) {
        collector.report(
          .reservedName, "\(quoted(name.value)) is a name of the run's own; choose another one", at: name.span,
          notes: [
            .init(
              "server, simulator, controllers, controller-N, launcher, recorder, hosts and agent mean these everywhere")
          ])
      }
    }
  }

  func knownProcesses() {
    let names = ["server", "controllers", "simulator"] + spec.processes.map(\.name.value)
    let known = Set(names)
    for name in spec.waits.flatMap(\.after) where !known.contains(name.value) {
      collector.report(
        .unknownProcess, "there is no process \(quoted(name.value)) to wait for", at: name.span,
        notes: Suggestion.notes(for: name.value, among: names, kind: "names"))
    }
  }

  /// Takes away whoever waits for nobody that is left, until all are gone or only circles and those behind them are left.
  func processCycles() {
    let all = spec.waits
    let waits = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var waiters: [String: [String]] = [:]
    var open: [String: Int] = [:]
    for wait in waits.values {
      let others = wait.others.filter { waits[$0] != nil }
      open[wait.name] = others.count
      for other in others { waiters[other, default: []].append(wait.name) }
    }
    var free = open.filter { $0.value == 0 }.map(\.key)
    func settle() {
      while let name = free.popLast() {
        open[name] = nil
        for waiter in waiters[name] ?? [] {
          guard let count = open[waiter] else { continue }
          open[waiter] = count - 1
          if count == 1 { free.append(waiter) }
        }
      }
    }
    settle()
    for start in all where open[start.name] != nil {
      let cycle = cycle(from: start.name, waits, among: open)
      report(cycle, waits)
      for name in cycle { open[name] = 0 }
      free = cycle
      settle()
    }
  }

  /// Whoever is left waits for one that is left, so that this way comes round.
  private func cycle(from start: String, _ waits: [String: ProcessWait], among open: [String: Int]) -> [String] {
    var way = [start]
    var places = [start: 0]
    while let next = waits[way[way.count - 1]]?.others.first(where: { open[$0] != nil }) {
      if let place = places[next] { return Array(way[place...]) }
      places[next] = way.count
      way.append(next)
    }
    return way
  }

  private func report(_ cycle: [String], _ waits: [String: ProcessWait]) {
    let written = cycle.indices.lazy.compactMap { index in
      waits[cycle[index]]?.after.first { $0.value == cycle[(index + 1) % cycle.count] }
    }
    // The run's own order alone is no circle.
    guard let place = written.first else { return }
    var notes = [Diagnostic.Note((cycle + cycle.prefix(1)).prefix(12).joined(separator: " → "))]
    if cycle.count > 11 { notes[0].message += " → …" }
    if cycle.contains("simulator"), cycle.contains("controllers") {
      notes.append(.init("the simulator always waits for the controllers"))
    }
    collector.report(
      .processCycle,
      cycle.count == 1
        ? "\(quoted(cycle[0])) cannot wait for itself" : "processes may not wait for one another in a circle",
      at: place.span, notes: notes)
  }
}

/// Who waits for whom.
struct ProcessWait {
  var name: String
  /// As it was written.
  var after: [Located<String>]
  /// Written or not.
  var others: [String]

  init(_ name: String, _ after: [Located<String>], always: [String]) {
    (self.name, self.after) = (name, after)
    others = always + after.map(\.value)
  }
}

extension ClusterSpec {
  var waits: [ProcessWait] {
    [
      ProcessWait("server", [], always: []), ProcessWait("controllers", controllers.after, always: ["server"]),
      ProcessWait("simulator", simulatorAfter, always: ["controllers"]),
    ] + processes.map { ProcessWait($0.name.value, $0.after, always: ["server"]) }
  }
}
