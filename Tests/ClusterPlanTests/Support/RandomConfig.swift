@testable import ClusterConfig
import ControlCluster

extension ClusterConfig {
  /// Any mix of dtypes, ranks, empty extents, alignments and sync modes that a valid config can have.
  static func random(seed: UInt64) -> ClusterConfig {
    var generator = SplitMix64(seed: seed)
    let buffers = (0..<Int.random(in: 0...6, using: &generator)).map { Buffer.random("buffer\($0)", &generator) }
    return .hopper(
      controllers: Int.random(in: 1...40, using: &generator), perProcess: Int.random(in: 1...9, using: &generator),
      buffers: buffers)
  }
}

extension ClusterConfig.Buffer {
  fileprivate static func random(_ name: String, _ generator: inout SplitMix64) -> Self {
    let fields = (0..<Int.random(in: 0...8, using: &generator)).map {
      ClusterConfig.Field.random("field\($0)", &generator)
    }
    let widest = fields.map(\.dtype.size).max() ?? 1
    return Self(
      name: name, writer: Writer.allCases.randomElement(using: &generator)!,
      per: Per.allCases.randomElement(using: &generator)!, sync: Sync.allCases.randomElement(using: &generator)!,
      align: [1, 2, 4, 8, 16, 64, 4096].filter { $0 >= widest }.randomElement(using: &generator)!, fields: fields)
  }
}

extension ClusterConfig.Field {
  fileprivate static func random(_ name: String, _ generator: inout SplitMix64) -> Self {
    let shape = (0..<Int.random(in: 0...4, using: &generator)).map { _ in Int.random(in: 0...5, using: &generator) }
    let count = shape.reduce(1, *)
    let initial: Initial =
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: .scalar(Double.random(in: -300...300, using: &generator))
      case 1: .list((0..<count).map { _ in Double.random(in: -300...300, using: &generator) })
      default: .homing
      }
    return .make(
      name, shape, dtype: ClusterConfig.DType.allCases.randomElement(using: &generator)!,
      unit: ["", "m", "rad/s"].randomElement(using: &generator)!, initial: initial)
  }
}
