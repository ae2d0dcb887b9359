extension ClusterConfig.Logs {
  init(_ section: Section) {
    var section = section
    self.init()
    size = section.read(
      "size", default: size, doc: "Size at which a log is put aside and a new one begun, with a unit."
    ) {
      $0.size(1...)
    }
    keep = section.read(
      "keep", default: keep, doc: "Logs of a process that stay beside the one being written.", unit: "files"
    ) {
      $0.integer(0...1000)
    }
    section.finish()
  }
}

extension ClusterConfig.Runs {
  init(_ section: Section) {
    var section = section
    self.init()
    keep = section.read(
      "keep", default: keep,
      doc: "Run directories of this name that stay, the newest ones; the running ones always do.",
      unit: "runs"
    ) { $0.integer(1...Int.max) }
    age = section.read("age", default: age, doc: "Age at which a run directory is removed, with a unit.") {
      $0.duration(.positive)
    }
    section.finish()
  }
}
