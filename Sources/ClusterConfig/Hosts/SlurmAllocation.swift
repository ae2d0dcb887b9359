/// The nodes of a Slurm allocation and the cores of each, as Slurm tells the processes in it.
struct SlurmAllocation {
  private static let nodes = "SLURM_JOB_NODELIST"
  private static let cores = "SLURM_JOB_CPUS_PER_NODE"
  private static let thisNode = "SLURMD_NODENAME"
  static let variables = [nodes, cores, thisNode]

  /// `nil` after a problem, which is reported. The first is the one that this runs on; outside of the nodes, as in the shell of
  /// an `salloc`, that is `localhost`, which has no controllers.
  static func hosts(
    _ environment: (String) -> String?, at place: Span, _ collector: DiagnosticCollector
  ) -> [HostSpec]? {
    guard let list = environment(nodes), !list.isEmpty else {
      collector.report(
        .slurmAllocation, "the hosts are to be those of a Slurm allocation, and this runs in none", at: place,
        notes: [
          .init("\(nodes) is not set; inside of 'salloc --nodes 3 …' or a job script of sbatch it is"),
          .init("elsewhere name them: '--hosts localhost,b,c', or a hostfile"),
        ])
      return nil
    }
    func refuse(_ variable: String, _ value: String, _ what: String) -> [HostSpec]? {
      collector.report(
        .slurmAllocation, "\(variable) \(what)", at: place, notes: [.init("it is \(quoted(String(value.prefix(200))))")]
      )
      return nil
    }
    guard let names = expand(list) else { return refuse(nodes, list, "is no list of nodes such as node[1-3,7],gpu1") }
    let text = environment(cores) ?? "1(x\(names.count))"
    guard let counts = counts(text) else { return refuse(cores, text, "is no list of cores such as 4(x3),2") }
    guard counts.count == names.count else {
      return refuse(cores, text, "has the cores of \(counts.count) nodes, and \(nodes) has \(names.count)")
    }
    var hosts = zip(names, counts).map { HostSpec(name: Located($0, place), slots: $1) }
    if let here = environment(thisNode), let index = hosts.firstIndex(where: { $0.name.value == here }) {
      hosts.insert(hosts.remove(at: index), at: 0)
    } else {
      var head = HostSpec(name: Located("localhost", place), slots: 1)
      head.weight = Located(0, place)
      hosts.insert(head, at: 0)
    }
    return hosts
  }

  /// `node[1-3,07-09],gpu1`: names between commas, each with any number of bracketed ranges, whose leading zeros are kept.
  static func expand(_ list: String) -> [String]? {
    var names: [String] = []
    for entry in split(list.utf8[...], at: UInt8(ascii: ",")) {
      guard let expanded = expand(entry: entry), names.count + expanded.count <= HostsSpec.maximumHosts else {
        return nil
      }
      names += expanded
    }
    return names
  }

  private static func expand(entry: Substring.UTF8View) -> [String]? {
    var names = [""]
    var rest = entry
    while let open = rest.firstIndex(of: UInt8(ascii: "[")) {
      let prefix = String(Substring(rest[..<open]))
      guard let close = rest[open...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
      var numbers: [String] = []
      for range in split(rest[rest.index(after: open)..<close], at: UInt8(ascii: ",")) {
        guard let expanded = expand(range: range), numbers.count + expanded.count <= HostsSpec.maximumHosts else {
          return nil
        }
        numbers += expanded
      }
      guard names.count * numbers.count <= HostsSpec.maximumHosts else { return nil }
      names = names.flatMap { name in numbers.map { name + prefix + $0 } }
      rest = rest[rest.index(after: close)...]
    }
    let suffix = String(Substring(rest))
    guard !entry.isEmpty, !suffix.utf8.contains(UInt8(ascii: "]")) else { return nil }
    return names.map { $0 + suffix }
  }

  /// `7` or `07-09`.
  private static func expand(range: Substring.UTF8View) -> [String]? {
    let ends = split(range, at: UInt8(ascii: "-"))
    guard ends.count <= 2, ends.allSatisfy({ (1...18).contains($0.count) && $0.allSatisfy(\.isDigit) }),
      let first = Int(String(Substring(ends[0]))), let last = Int(String(Substring(ends[ends.count - 1]))),
      first <= last, last - first < HostsSpec.maximumHosts
    else { return nil }
    return (first...last).map { number in
      let digits = String(number)
      return String(repeating: "0", count: max(0, ends[0].count - digits.count)) + digits
    }
  }

  /// `4(x3),2`: the cores of three nodes and of one more.
  static func counts(_ text: String) -> [Int]? {
    var counts: [Int] = []
    for entry in split(text.utf8[...], at: UInt8(ascii: ",")) {
      let digits = entry.prefix(while: \.isDigit)
      guard let cores = Int(String(Substring(digits))), HostSpec.slotRange.contains(cores) else { return nil }
      let rest = String(Substring(entry[digits.endIndex...]))
      var repeats = 1
      if !rest.isEmpty {
        guard rest.hasPrefix("(x"), rest.hasSuffix(")"), let number = Int(rest.dropFirst(2).dropLast()), number >= 1
        else { return nil }
        repeats = number
      }
      guard repeats <= HostsSpec.maximumHosts - counts.count else { return nil }
      counts += [Int](repeating: cores, count: repeats)
    }
    return counts
  }

  /// At the separators that stand in no brackets.
  private static func split(_ text: Substring.UTF8View, at separator: UInt8) -> [Substring.UTF8View] {
    var parts: [Substring.UTF8View] = []
    var depth = 0
    var start = text.startIndex
    for index in text.indices {
      switch text[index] {
      case UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "]"): depth -= 1
      case separator where depth == 0:
        parts.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    return parts + [text[start...]]
  }
}
