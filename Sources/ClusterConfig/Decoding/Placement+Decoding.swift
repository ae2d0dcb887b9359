extension ClusterConfig.Placement {
  init(_ section: Section) {
    var section = section
    cores = section.read(
      "cores", default: .all,
      doc: "Cores to run on: all, those that the kernel isolates, or a list of cores and ranges.",
      unit: "core numbers"
    ) { Self.cores($0) }
    policy = section.read(
      "policy", default: .spread,
      doc:
        "spread: processes share the cores; pin: each has one of its own; none: wherever the kernel likes."
    ) { $0.choice() }
    section.finish()
  }

  private static let expected = "all, isolated, or a list of cores such as [2, 3, 4-7]"

  private static func cores(_ reader: ValueReader) -> Cores? {
    guard case .scalar(let scalar) = reader.node.content else {
      guard let ranges = reader.fullList(expected, count: 1...Int.max, { range($0) }) else { return nil }
      return list(ranges, reader)
    }
    if reader.records([.words(["all", "isolated"])]) { return nil }
    switch scalar.text {
    case "all": return .all
    case "isolated": return .isolated
    default:
      reader.report(
        .cores, "\(reader.label) must be \(expected), not \(ValueReader.kind(of: reader.node))",
        notes: Suggestion.nearest(to: scalar.text, among: ["all", "isolated"]).map { [.init("did you mean '\($0)'?")] }
          ?? [])
      return nil
    }
  }

  private static func list(_ ranges: [Located<ClosedRange<Int>>], _ reader: ValueReader) -> Cores? {
    var cores: [Int] = []
    var places: [Int: Span] = [:]
    for range in ranges {
      for core in range.value {
        if let first = places.updateValue(range.span, forKey: core) {
          reader.collector.report(
            .cores, "core \(core) is listed twice", at: range.span, notes: [.init("the first time is here", at: first)])
          return nil
        }
        cores.append(core)
      }
    }
    if cores.isEmpty { reader.report(.cores, "\(reader.label) must list at least one core") }
    return cores.isEmpty ? nil : .list(cores)
  }

  /// `3` or `4-7`.
  private static func range(_ reader: ValueReader) -> ClosedRange<Int>? {
    // Linux's CONFIG_NR_CPUS goes up to 8192.
    let possible = 0...8191
    if reader.records([.integer(possible), .pattern("^[0-9]+-[0-9]+$")]) { return nil }
    if case .scalar(let scalar) = reader.node.content, scalar.isPlain {
      let ends = scalar.text.split(separator: "-", omittingEmptySubsequences: false).map { end in
        end.utf8.allSatisfy(\.isDigit) ? Int(end) : nil
      }
      if ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], possible.contains(first),
        possible.contains(last), first <= last
      {
        return first...last
      }
    }
    reader.report(
      .cores, "\(reader.label) must be a core's number or a range such as 4-7, not \(ValueReader.kind(of: reader.node))"
    )
    return nil
  }
}
