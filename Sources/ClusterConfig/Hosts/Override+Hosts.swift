extension Override {
  /// The argument of `--hosts`: `slurm`, hosts between commas (`a,b:32,c`), or else a hostfile. What a config says of hosts besides
  /// stays. `nil` after a problem, which is reported.
  ///
  /// One name alone is a file, but for `localhost`: a misspelled one shall not become a run on this machine alone.
  init?(hosts argument: String, _ collector: DiagnosticCollector) {
    let source = SourceText(override: argument, option: "--hosts")
    collector.add(source)
    let bytes = source.bytes
    guard !bytes.isEmpty else {
      collector.report(
        .hostList, "--hosts names no host", at: .whole(source),
        notes: [.init("write hosts between commas, slurm, or the name of a hostfile")])
      return nil
    }
    let whole = Span(source, 0..<bytes.count)
    func scalar(_ range: Range<Int>) -> Node {
      Node(
        .scalar(Scalar(text: String(decoding: bytes[range], as: UTF8.self), isPlain: true)), Span(source, range))
    }
    func entry(_ key: String, _ value: Node) -> Node.Entry { .init(key: key, keySpan: whole, value: value) }
    let own: Node.Entry
    if argument == "slurm" {
      own = entry("slurm", Node(.scalar(Scalar(text: "true", isPlain: true)), whole))
    } else if bytes.contains(UInt8(ascii: "/"))
      || !argument.contains(where: { ",:".contains($0) }) && argument != "localhost"
    {
      own = entry("hostfile", scalar(0..<bytes.count))
    } else {
      var items: [Node] = []
      var start = 0
      for index in 0...bytes.count where index == bytes.count || bytes[index] == UInt8(ascii: ",") {
        guard index > start else {
          collector.report(
            .hostList, "a host is missing here", at: Span(source, max(0, index - 1)..<min(index + 1, bytes.count)),
            notes: [.init("write hosts between commas, each with its slots or without: a,b:32,c")])
          return nil
        }
        items.append(scalar(start..<index))
        start = index + 1
      }
      own = entry("list", Node(.sequence(items), whole))
    }
    let none = Node(.scalar(Scalar(text: "", isPlain: true)), whole)
    let others = ["list", "hostfile", "slurm"].filter { $0 != own.key }.map { entry($0, none) }
    self.init(steps: [.init(.key("hosts"), whole)], value: Node(.mapping([own] + others), whole), collector)
  }
}
