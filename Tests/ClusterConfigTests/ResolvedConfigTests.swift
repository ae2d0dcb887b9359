import Testing

@testable import ClusterConfig

@Suite struct ResolvedConfigTests {
  static let preset = "extends: \(Files.package)/configs/presets/rhc.yaml\n"

  static let configs = [
    Good.smallest, Good.everything, preset + Good.smallest,
    Good.smallest + "\nsimulator: external",
    Good.smallest + "\nsimulator: {program: {command: [./a b, '']}}",
    Good.smallest + "\ntiming: {simulation_dt: 1e-7, cluster_dt: 3e-7}\nhorizon: {dt: 12345678901234567890.5}",
    Good.smallest + "\ndimensions: {n: '(2 + 3) * 4'}\nbuffers: {b: {writer: server, sync: latest, fields: {x: [n]}}}",
    Good.smallest
      + "\nsimulator: {command: sim, parameters: {a b: {'': 1e300, 'c:': [-0.0, 1.0, 9223372036854775807, 1e5]}}}",
    Good.smallest + #"""

      simulator: {command: sim, parameters: {"${x}": "$${env:A}", "$${x}": "$$${", "$": "$$", list: ["$${", {"${": "a$${}"}]}}
      """#,
    // Names that look like something else, or hold what YAML would take as its own.
    #"""
    name: "1"
    robot:
      joints: ["a: b", "# c", "é\n", "\u2028\x7f\\ \"", "true", "0x1", "-", "~", " ", "[", "a, b", "\u0085\ufeff", "😀"]
    controllers: {count: 1}
    """#,
  ]

  @Test("the resolved YAML is a config of equal meaning, with and without origins", arguments: configs)
  func roundTrip(text: String) throws {
    try Files.withTemporaryDirectory { directory in
      Files.write(text.utf8, to: directory + "/cluster.yaml")
      let resolved = try ClusterConfig.load(path: directory + "/cluster.yaml")
      for withOrigins in [false, true] {
        Files.write(resolved.yaml(withOrigins: withOrigins).utf8, to: directory + "/resolved.yaml")
        let again = try ClusterConfig.load(path: directory + "/resolved.yaml")
        #expect(again.config == resolved.config)
        #expect(again.yaml(withOrigins: false) == resolved.yaml(withOrigins: false), "printing is stable")
      }
    }
  }

  @Test("every value says which file and line, override or default it comes from") func origins() throws {
    try Files.withTemporaryDirectory { directory in
      Files.write("robot: {joints: [hip]}\nhorizon:\n  nodes: 20\n  dt: 0.1\n".utf8, to: directory + "/base.yaml")
      Files.write(
        "name: demo\nextends: base.yaml\nhorizon: {dt: 0.2}\ncontrollers:\n  count: 1\n".utf8,
        to: directory + "/cluster.yaml")
      let yaml = try ClusterConfig.load(
        path: directory + "/cluster.yaml", overrides: ["controllers.count=3", "controllers.restart.limit=1"]
      ).yaml(withOrigins: true)
      func origin(_ line: String) -> Substring? {
        yaml.split(separator: "\n").first { $0.hasPrefix(line) }?.split(separator: "# ").last
      }
      #expect(origin("name: demo") == "\(directory)/cluster.yaml:1")
      #expect(origin("  nodes: 20") == "\(directory)/base.yaml:3")
      #expect(origin("  dt: 0.2") == "\(directory)/cluster.yaml:3")
      #expect(origin("  count: 3") == "--set")
      #expect(origin("    limit: 1") == "--set")
      #expect(origin("    window: 60s") == "default")
      // A collection is the only value that may stand alone on its line.
      for line in yaml.split(separator: "\n") { #expect(line.hasSuffix(":") || line.contains("  # ")) }
    }
  }

  @Test("expressions are kept as they were written") func expressions() throws {
    let yaml = try Good.load(Good.everything).yaml(withOrigins: false)
    #expect(yaml.contains("  aux: \"2 * joints + task\"\n"))
    #expect(yaml.contains("shape: [contacts, 3]\n"))
  }

  static let shipped =
    Files.names(in: Files.package + "/configs/robots").map { "\($0)/cluster.yaml" } + ["go2/long-horizon/cluster.yaml"]

  @Test("a shipped config, resolved, is a config that resolves to the same bytes", arguments: shipped)
  func shippedRoundTrip(name: String) throws {
    let resolved = try ClusterConfig.load(path: "\(Files.package)/configs/robots/\(name)")
    try Files.withTemporaryDirectory { directory in
      Files.write(resolved.yaml(withOrigins: false).utf8, to: directory + "/resolved.yaml")
      let again = try ClusterConfig.load(path: directory + "/resolved.yaml")
      #expect(again.config == resolved.config)
      #expect(again.yaml(withOrigins: false) == resolved.yaml(withOrigins: false))
    }
  }

  @Test("origins stand below one another, but for lines that are too long") func alignment() throws {
    let lines = try Good.load(Good.everything).yaml(withOrigins: true).split(separator: "\n")
    let columns = lines.compactMap { line in
      line.firstRange(of: "  # ").map { line[..<$0.lowerBound].unicodeScalars.count }
    }
    let short = columns.filter { $0 <= 56 }
    #expect(short.count > 80)
    #expect(Set(short).count == 1, "\(Set(short))")
  }

  @Test("each value's origin is its kind, place and variables") func originValues() throws {
    try Files.withTemporaryDirectory { directory in
      let path = directory + "/cluster.yaml"
      Files.write("name: ${env:WHO}\nrobot: {joints: [hip, thigh]}\ncontrollers: {count: 2}\n".utf8, to: path)
      let values = try ClusterConfig.load(
        path: path, overrides: ["horizon.nodes=${env:N:-7}"],
        surroundings: .init(environment: { $0 == "WHO" ? "me" : nil })
      ).values
      func origin(_ path: String...) -> ValueOrigin? {
        var entries = values
        for key in path {
          switch entries.first(where: { $0.key == key })?.value {
          case .mapping(let inner): entries = inner
          case .value(_, let origin): return origin
          case nil: return nil
          }
        }
        return nil
      }
      #expect(origin("name")?.kind == .file)
      #expect(origin("name")?.location?.file == path)
      #expect(origin("name")?.location?.start == .init(line: 1, column: 7))
      #expect(origin("name")?.variables == ["WHO"])
      #expect(origin("robot", "joints")?.location?.start == .init(line: 2, column: 17))
      #expect(origin("horizon", "nodes")?.kind == .set)
      #expect(origin("horizon", "nodes")?.location?.file == "--set horizon.nodes=${env:N:-7}")
      #expect(origin("horizon", "nodes")?.variables == ["N"])
      #expect(origin("horizon", "dt")?.kind == .default)
      #expect(origin("horizon", "dt")?.location == nil)
    }
  }
}
