import ClusterConfig
import ControlCluster
import Testing

@Suite struct MutationTests {
  @Test("a mutated config is a config or a diagnostic, never a crash", arguments: [1, 2, 3, 4] as [UInt64])
  func mutations(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let rhc = try #require(Files.read(Files.package + "/configs/presets/rhc.yaml"))
    let sources = [Array(Good.everything.utf8), Array(Good.smallest.utf8) + [0x0A] + rhc]
    // What the grammar turns on, and numbers at the edges.
    let pieces = [
      "-1", "0", "9223372036854775807", "-9223372036854775808", "1e308", "1e-320", "*feet", "&x ", "!!str ", "null",
      "~",
      "[", "]", "{", "}", ": ", "\n", "  ", "\t", "\"", "'", "#", "|\n", ">", "- ", "? ", "<<", "/ 0", "* 99999999999",
      "joints", "homing", "\u{FEFF}", "\r", "---\n", "%", "é", "🤖", "\\x", ", ",
    ].map { Array($0.utf8) }
    var outcomes = (configs: 0, errors: 0)
    try Files.withTemporaryDirectory { directory in
      let path = directory + "/cluster.yaml"
      for round in 0..<1000 {
        var bytes = sources[round % sources.count]
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<5, using: &generator) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
          case 1: bytes[place] = UInt8.random(in: 32...126, using: &generator)
          case 2: bytes.remove(at: place)
          case 3: bytes.insert(contentsOf: pieces.randomElement(using: &generator)!, at: place)
          default:
            let end = min(bytes.count, place + Int.random(in: 1...30, using: &generator))
            let copy = Array(bytes[place..<end])
            bytes.insert(contentsOf: copy, at: Int.random(in: 0..<bytes.count, using: &generator))
          }
        }
        Files.write(bytes, to: path)
        do {
          let resolved = try ClusterConfig.load(path: path)
          outcomes.configs += 1
          if round % 10 == 0 {
            let copy = directory + "/resolved.yaml"
            Files.write(resolved.yaml(withOrigins: true).utf8, to: copy)
            #expect(try ClusterConfig.load(path: copy).config == resolved.config, "seed \(seed), round \(round)")
          }
        } catch let error as ConfigError {
          outcomes.errors += 1
          #expect(error.diagnostics.contains { $0.severity == .error }, "seed \(seed), round \(round)")
          #expect(error.rendered(color: true).isEmpty == false)
        }
      }
    }
    // Both must occur, or the mutations test nothing.
    #expect(outcomes.configs > 50)
    #expect(outcomes.errors > 50)
  }

  @Test("mutated overrides are a config or a diagnostic, never a crash") func overrides() throws {
    var generator = SplitMix64(seed: 5)
    let good = [
      "controllers.count=4", "robot.joints[1]=knee", "buffers.x.fields={y: [joints]}", #"robot.parameters."a.b"=1"#,
    ]
    let alphabet = Array(".[]=\"0123aé {},:\n~-")
    for round in 0..<1000 {
      var argument = Array(good[round % good.count])
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<argument.count, using: &generator)
        let character = alphabet.randomElement(using: &generator)!
        if Bool.random(using: &generator) { argument[place] = character } else { argument.insert(character, at: place) }
      }
      do {
        _ = try Good.load(Good.smallest, overrides: [String(argument)])
      } catch let error as ConfigError {
        #expect(error.description.contains("error:"), "round \(round): \(String(argument))")
      }
    }
  }
}
