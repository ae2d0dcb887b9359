/// systemd-logind, as far as it meddles with a user's shared memory.
enum LoginManager {
  /// Where its configuration may be, what overrides the others first; see logind.conf(5).
  private static let places = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map { "\($0)/systemd/logind.conf" }

  /// `RemoveIPC`, with the drop-ins; `nil` where there is no logind.
  static func removesIPC(_ files: MachineFiles) -> Bool? {
    guard files.exists("/run/systemd/system"),
      ["/usr/lib", "/lib"].contains(where: { files.exists("\($0)/systemd/systemd-logind") })
    else { return nil }
    var dropIns: [String: String] = [:]
    for place in places.reversed() {
      for name in files.names(in: "\(place).d") where name.hasSuffix(".conf") { dropIns[name] = "\(place).d/\(name)" }
    }
    let main = places.first { files.exists($0) }.map { [$0] } ?? []
    let settings = (main + dropIns.sorted { $0.key < $1.key }.map(\.value)).compactMap { setting(in: $0, files) }
    return settings.last ?? true
  }

  /// Whether the user's processes and memory are kept after the last logout.
  static func lingers(_ user: String, _ files: MachineFiles) -> Bool { files.exists("/var/lib/systemd/linger/\(user)") }

  private static func setting(in file: String, _ files: MachineFiles) -> Bool? {
    var section: Substring = ""
    var found: Bool?
    for line in files.lines(file) {
      let words = line.split(separator: "=", maxSplits: 1).map { $0.split(whereSeparator: \.isWhitespace).joined() }
      if line.hasPrefix("[") { section = line }
      guard section.hasPrefix("[Login]"), words.count == 2, words[0] == "RemoveIPC" else { continue }
      switch words[1].lowercased() {
      case "1", "yes", "y", "true", "t", "on": found = true
      case "0", "no", "n", "false", "f", "off": found = false
      default: break
      }
    }
    return found
  }
}
