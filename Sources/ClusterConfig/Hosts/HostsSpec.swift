/// `hosts` as it was written: a hostfile and an allocation are not looked at yet, and what hosts there are is not judged.
struct HostsSpec {
  /// What says which hosts there are; more than one of them is a mistake.
  var list: Located<[HostSpec]>?
  var hostfile: Located<String>?
  var slurm: Located<Bool>?
  /// Whether one of these was there and could not be read, or not as a whole, which is reported.
  var isUnread = false
  var lost: ClusterConfig.Hosts.Lost
  var timeout: Located<Double>?
  var latestRate: Located<Double>?
  var mpirun: [String]
  var place: Span
  /// Whatever says it, once it has been looked at; `nil` when that was in vain, which is reported.
  var hosts: [HostSpec]?
}

struct HostSpec {
  var name: Located<String>
  var slots: Int
  /// `nil`: its slots.
  var weight: Located<Double>?
  var controllers: Located<Int>?

  /// As many as a machine may have, with ease.
  static let slotRange = 1...1_000_000
}

extension HostsSpec {
  /// A list or the word slurm, or a mapping with either beside what else there is to say.
  init?(_ reader: ValueReader) {
    switch reader.node.content {
    case .mapping: self.init(Section(reader, at: reader.node.span))
    case .sequence:
      self.init(Section(nil, reader.label, at: reader.node.span, reader.collector))
      list = Self.list(reader, &isUnread).map { Located($0, reader.node.span) }
    case .scalar(let scalar):
      if reader.records([.words([Self.slurmWord])]) { return nil }
      guard scalar.text == Self.slurmWord else {
        let isSlip = Suggestion.nearest(to: scalar.text, among: [Self.slurmWord]) != nil
        reader.wrongType(
          "a list of hosts, slurm, or a mapping",
          isSlip
            ? ["did you mean '\(Self.slurmWord)'?"]
            : HostName.isValid(scalar.text) ? ["write it in brackets: [\(scalar.text)]"] : [])
        return nil
      }
      self.init(Section(nil, reader.label, at: reader.node.span, reader.collector))
      slurm = Located(true, reader.node.span)
    }
  }

  private static let slurmWord = "slurm"

  private init(_ section: Section) {
    var section = section
    place = section.place
    var isUnread = false
    /// What is there and unread, which the reading alone does not tell from what is not there.
    func located<Value>(_ value: Value?, _ reader: ValueReader) -> Located<Value>? {
      if value == nil { isUnread = true }
      return value.map { Located($0, reader.node.span) }
    }
    list = section.read(
      "list", absent: "what `hostfile` or `slurm` says",
      doc: "The hosts in order, in short by name, or name:slots; the first is the one that launch is called on."
    ) { located(Self.list($0, &isUnread), $0) }
    hostfile = section.read(
      "hostfile", absent: "what `list` or `slurm` says",
      doc: "A file that names them as Open MPI's do: a host a line, with slots=N. It is relative to this one."
    ) { located($0.path(), $0) }
    slurm = section.read(
      "slurm", absent: "`false`",
      doc: "Whether they are those of the Slurm allocation that this runs in, with the cores that it gives."
    ) { located($0.bool(), $0) }
    self.isUnread = isUnread
    lost = section.read(
      "lost", default: .end,
      doc:
        "What becomes of a run that loses a host. end: it ends; continue: that host's controllers are dead, and it goes on."
    ) { $0.choice() }
    timeout = section.located(
      "timeout", default: 10, doc: "Silence after which a host is lost, with a unit: 3 s or more."
    ) { $0.duration(.positive) }
    latestRate = section.located(
      "latest_rate", default: 50,
      doc: "How often what is new in a buffer with 'sync: latest' is sent to the other hosts, at most 1000.", unit: "Hz"
    ) { $0.number(.positive) }
    mpirun = section.read("mpirun", default: [], doc: "Further arguments of mpirun, which starts the other hosts.") {
      $0.fullList("a list of arguments") { $0.nonEmptyString() }?.map(\.value)
    }
    section.finish()
  }

  /// Hosts that cannot be read are left out, so that the others' problems are told, too.
  private static func list(_ reader: ValueReader, _ isUnread: inout Bool) -> [HostSpec]? {
    let list = reader.list("a list of hosts", count: 1...Int.max) { HostSpec($0) }?.map(\.value)
    if case .sequence(let items) = reader.node.content, list?.count != items.count { isUnread = true }
    return list
  }

}

extension HostSpec {
  /// A mapping, or in short the name, with slots behind a colon or without.
  init?(_ reader: ValueReader) {
    switch reader.node.content {
    case .sequence:
      reader.wrongType("a host's name, or {name: …}")
      return nil
    case .scalar:
      guard let text = reader.nonEmptyString() else { return nil }
      self.init(text, at: reader.node.span, reader.collector)
    case .mapping:
      var section = Section(reader, at: reader.node.span)
      let name = section.required(
        "name", "say which host it is", doc: "Name that MPI finds the host by; localhost is the one of the launch."
      ) { $0.string(schemaOnly: HostName.pattern) }
      let slots = section.read("slots", default: 1, doc: "Cores that it gives.", unit: "cores") {
        $0.integer(Self.slotRange)
      }
      let weight = section.read(
        "weight", absent: "its slots",
        doc:
          "Its share of the controllers in comparison with the others'; 0 for a first host that only has the simulator.",
        unit: "1"
      ) { reader in reader.number(.notNegative).map { Located($0, reader.node.span) } }
      let controllers = section.read(
        "controllers", absent: "its share by weight",
        doc: "How many controllers it has: all hosts say it, or none.", unit: "controllers"
      ) { reader in reader.integer(0...ControllersSpec.maximumCount).map { Located($0, reader.node.span) } }
      section.finish()
      guard let name else { return nil }
      self.init(name: name, slots: slots)
      (self.weight, self.controllers) = (weight, controllers)
    }
  }

  /// Reads `name` or `name:slots`.
  private init?(_ text: String, at place: Span, _ collector: DiagnosticCollector) {
    (name, slots) = (Located(text, place), 1)
    guard let colon = text.firstIndex(of: ":") else { return }
    name.value = String(text[..<colon])
    let digits = text[text.index(after: colon)...]
    guard digits.utf8.allSatisfy(\.isDigit), let slots = Int(digits), Self.slotRange.contains(slots) else {
      collector.report(
        .hostList, "behind a host's ':' stand its slots, a whole number of at least 1, not \(quoted(String(digits)))",
        at: place)
      return nil
    }
    self.slots = slots
  }

  init(name: Located<String>, slots: Int) { (self.name, self.slots) = (name, slots) }
}

extension ClusterConfig.Hosts.Lost: SchemaDefault {}
