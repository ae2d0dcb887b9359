import ControlCluster
import Glibc

/// Where and when the figures were measured: names and values, in order.
struct Machine {
  let facts: [(key: String, name: String, value: String)]

  /// - Parameter options: what only the build knows.
  init(_ options: Options) {
    var system = utsname()
    uname(&system)
    let kernel = withUnsafeBytes(of: system.release) { Self.text($0) }
    facts = [
      ("processor", "processor", Self.processor),
      ("cores", "cores", "\(sysconf(Int32(_SC_NPROCESSORS_ONLN)))"),
      ("kernel", "kernel", "Linux \(kernel)"),
      ("compiler", "compiler", options.compiler),
      ("commit", "commit", options.commit),
      ("date", "date", Self.date),
      // An idle machine has less than 0.1; figures of a busy one are not those of its hardware.
      ("load_before", "load before", Self.load),
    ]
  }

  subscript(key: String) -> String { facts.first { $0.key == key }?.value ?? "" }

  var json: JSONValue { .object(facts.map { JSONValue.Member(key: $0.key, value: .string($0.value)) }) }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static var processor: String {
    let lines = System.contents(of: "/proc/cpuinfo")?.split(separator: "\n") ?? []
    guard let model = lines.first(where: { $0.hasPrefix("model name") })?.split(separator: ":").last else {
      return "unknown"
    }
    return String(model.drop { $0 == " " })
  }

  /// UTC.
  private static var date: String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 32)
    strftime(&text, text.count, "%F %H:%M UTC", &parts)
    return text.withUnsafeBytes { Self.text($0) }
  }

  /// Processes that ran or wanted to, on average over the last minute.
  private static var load: String {
    String(System.contents(of: "/proc/loadavg")?.split(separator: " ").first ?? "unknown")
  }
}
