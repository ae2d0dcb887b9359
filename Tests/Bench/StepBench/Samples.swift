import ControlCluster

/// Times of the same thing, measured again and again.
struct Samples {
  /// ns, in the order of measuring.
  private(set) var times: [UInt64] = []

  static func += (samples: inout Samples, times: [UInt64]) { samples.times += times }

  /// µs; the p-th part of all times is not above it.
  func quantile(_ p: Double) -> Double {
    let sorted = times.sorted()
    return Double(sorted[min(Int(p * Double(sorted.count)), sorted.count - 1)]) * 1e-3
  }

  var median: Double { quantile(0.5) }

  var json: JSONValue {
    [
      "median_us": .number(median), "p99_us": .number(quantile(0.99)), "max_us": .number(quantile(1)),
      "count": .integer(times.count),
    ]
  }
}
