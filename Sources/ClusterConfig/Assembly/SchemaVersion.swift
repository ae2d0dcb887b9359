/// The version of the config's schema, which every file may name.
enum SchemaVersion {
  static let current = 1

  static func check(_ entries: [Node.Entry], _ collector: DiagnosticCollector) -> Bool {
    guard let entry = entries.first(where: { $0.key == "ccluster" }), !entry.value.isNull else { return true }
    guard let version = ValueReader(entry.value, "ccluster", collector).integer() else { return false }
    if version == current { return true }
    collector.report(
      .schemaVersion, "this program reads schema version \(current), and this is of version \(version)",
      at: entry.value.span,
      notes: version > current ? [.init("use a newer ccluster")] : [.init("write 'ccluster: \(current)'")])
    return false
  }
}
