import ControlCluster
import Foundation

/// A message of arrays: a JSON object that says where each lies, and behind it their bytes.
///
/// ```
/// 0   u32   bytes of the object
/// 4   u32   0
/// 8         the object, UTF-8
///           zeros up to a multiple of 8
///           the arrays, little-endian, each from a multiple of 8 on; their offsets count from the first
/// ```
struct LiveFrame {
  private var body = Data()

  /// - Returns: where it lies, `{"type": "f32", "offset": 0, "count": 16}`.
  mutating func add(_ values: [Float]) -> JSONValue { add(values, "f32") }
  mutating func add(_ values: [Double]) -> JSONValue { add(values, "f64") }
  mutating func add(_ values: [UInt8]) -> JSONValue { add(values, "u8") }

  private mutating func add<Value: BitwiseCopyable>(_ values: [Value], _ type: String) -> JSONValue {
    let offset = body.count
    values.withUnsafeBytes { body.append(contentsOf: $0) }
    body.append(contentsOf: [UInt8](repeating: 0, count: body.count.roundedUp(to: 8) - body.count))
    return ["type": .string(type), "offset": .integer(offset), "count": .integer(values.count)]
  }

  func data(_ header: JSONValue) -> Data {
    let text = Array(header.compact.utf8)
    var data = Data(capacity: 16 + text.count + body.count)
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: text)
    data.append(contentsOf: [UInt8](repeating: 0, count: data.count.roundedUp(to: 8) - data.count))
    data.append(body)
    return data
  }
}

extension LiveFrame {
  static func encode(_ overview: FrameOverview, _ queues: [SampleQueue]) -> Data {
    var frame = LiveFrame()
    let plots = queues.map { queue -> JSONValue in
      [
        "id": .integer(queue.subscription.id), "samples": .integer(queue.moments.count),
        "dropped": .integer(queue.dropped),
        "wall": frame.add(queue.moments.map(\.wall)), "simulated": frame.add(queue.moments.map(\.simulated)),
        "steps": frame.add(queue.moments.map { Double($0.steps) }), "wholeness": frame.add(queue.wholeness),
        "values": queue.subscription.isSingle ? frame.add(queue.singles) : frame.add(queue.doubles),
      ]
    }
    let header: JSONValue = [
      "wall": .number(overview.moment.wall), "simulated": .number(overview.moment.simulated),
      "steps": .integer(overview.moment.steps), "solved": .integer(overview.solved),
      "failed": .integer(overview.failed),
      "died": .integer(overview.died), "late": .integer(overview.late), "states": frame.add(overview.states),
      "solve_times": frame.add(overview.solveTimes), "step_times": frame.add(overview.stepTimes),
      "plots": .array(plots),
    ]
    return frame.data(header)
  }
}
