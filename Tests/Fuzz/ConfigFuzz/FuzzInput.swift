import ClusterConfig

/// One input of the fuzzer: files and `--set` arguments with a line `%%%` between them. The first is the config, the second an
/// overlay, the third the file `base.yaml` beside them, which they may extend, and the others are `--set` arguments.
struct FuzzInput {
  private static let separator = Array("\n%%%\n".utf8)
  static let directory = "/fuzz"

  private(set) var files: [String: [UInt8]] = [:]
  private(set) var paths: [String] = []
  private(set) var overrides: [String] = []

  init(_ bytes: some Collection<UInt8>) {
    for (index, part) in Array(bytes).split(separator: Self.separator).enumerated() {
      let path = "\(Self.directory)/\(["cluster", "overlay", "base"][min(index, 2)]).yaml"
      if index <= 2 { files[path] = Array(part) }
      if index <= 1 { paths.append(path) }
      if index > 2 { overrides.append(String(decoding: part, as: UTF8.self)) }
    }
    // `split` leaves out empty parts, and a config is at least one file.
    if paths.isEmpty {
      paths = ["\(Self.directory)/cluster.yaml"]
      files[paths[0]] = []
    }
  }

  /// The same on every machine: no file and no variable of this one can be seen.
  var surroundings: ConfigSurroundings {
    ConfigSurroundings(searchPath: ["/fuzz/presets"], files: files) { Self.environment[$0] }
  }

  private static let environment = [
    "N": "3", "WORD": "knee", "EMPTY": "", "NULL": "null", "SLURM_JOB_NODELIST": "node[1-2,07]",
  ]
}
