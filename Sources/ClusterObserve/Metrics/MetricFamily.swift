import ControlCluster

/// Samples of one metric, with what it means.
public struct MetricFamily: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case counter, gauge, histogram, summary
  }

  public struct Label: Sendable, Equatable {
    public var name: String
    public var value: String
  }

  public struct Sample: Sendable, Equatable {
    /// Behind the family's name: `_bucket`, `_sum`, `_count`, or nothing.
    public var suffix: String
    public var labels: [Label]
    /// As it is printed.
    public var value: String
  }

  public let name: String
  public let kind: Kind
  public let help: String
  public private(set) var samples: [Sample] = []

  init(_ name: String, _ kind: Kind, _ help: String) { (self.name, self.kind, self.help) = (name, kind, help) }

  /// Of one sample.
  init(_ name: String, _ kind: Kind, _ help: String, _ value: String) {
    self.init(name, kind, help)
    add(value)
  }

  mutating func add(_ value: String, suffix: String = "", _ labels: KeyValuePairs<String, String> = [:]) {
    samples.append(Sample(suffix: suffix, labels: labels.map { Label(name: $0.key, value: $0.value) }, value: value))
  }

  /// A histogram of durations.
  /// - Parameters:
  ///   - counts: by ``DurationBuckets``.
  ///   - nanoseconds: of all together.
  static func histogram(_ name: String, _ help: String, _ counts: [UInt64], nanoseconds: UInt64) -> MetricFamily {
    var family = MetricFamily(name, .histogram, help)
    var sum: UInt64 = 0
    for (bucket, count) in counts.enumerated() {
      sum += count
      let bound = DurationBuckets.bound(bucket).map(seconds) ?? "+Inf"
      family.add("\(sum)", suffix: "_bucket", ["le": bound])
    }
    family.add(seconds(nanoseconds), suffix: "_sum")
    family.add("\(sum)", suffix: "_count")
    return family
  }

  /// Exact: a double would lose nanoseconds after a hundred days.
  static func seconds(_ nanoseconds: UInt64) -> String {
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    guard rest > 0 else { return "\(whole)" }
    var digits = String(rest)
    digits = String(repeating: "0", count: 9 - digits.count) + digits
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }
}

extension MetricFamily {
  /// In Prometheus' text format (version 0.0.4). Label values have `\`, `"` and line feeds escaped, help texts `\` and line feeds.
  /// - Parameter common: labels that stand before those of every sample.
  func text(common: [Label]) -> String {
    var text = "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      let pairs = (common + sample.labels).map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
      text += "\(name)\(sample.suffix)\(pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}") \(sample.value)\n"
    }
    return text
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// {"name", "type", "help", "samples": [{"name", "labels", "value"}]}
  var json: JSONValue {
    [
      "name": .string(name), "type": .string(kind.rawValue), "help": .string(help),
      "samples": .array(
        samples.map { sample in
          [
            "name": .string(name + sample.suffix),
            "labels": .object(sample.labels.map { .init(key: $0.name, value: .string($0.value)) }),
            "value": Int(sample.value).map(JSONValue.integer) ?? Double(sample.value).map(JSONValue.number) ?? .null,
          ]
        }),
    ]
  }
}
