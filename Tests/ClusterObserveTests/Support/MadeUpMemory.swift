import Glibc

@testable import ControlCluster

/// The memory of a cluster without processes; the test writes what they would.
final class MadeUpMemory {
  private let owned: OwnedSegment

  var segment: Segment { owned.segment }

  /// - Parameter buffers: beside those that are there anyway: none.
  init(controllers: Int, buffers: [BufferLayout] = []) throws {
    let name = "test-\(getpid())-\(UInt64.random(in: 0...(.max)))"
    let description: JSONValue = [
      "name": .string(name),
      "robot": [
        "name": "leg", "version": "1.0.0", "base": "fixed", "joints": ["hip"], "contacts": [], "mass": 1.0,
        "homing": [0.0], "limits": [[:]], "parameters": [:],
      ],
      "timing": ["simulation_dt": 0.002, "cluster_dt": 0.02], "horizon": ["nodes": 3, "dt": 0.04],
      "controllers": [
        "count": .integer(controllers), "per_process": 1, "joints": ["hip"], "parameters": [:], "activate": true,
        "on_failure": "hold", "startup_timeout": 20.0, "solve_timeout": 20.0,
      ],
      "simulator": ["steps": 0, "realtime": false, "parameters": [:]],
    ]
    let blueprint = ClusterBlueprint(
      name: name, slots: controllers, perProcess: 1, buffers: buffers, description: description.compact,
      config: "name: \(name)\n")
    owned = try OwnedSegment(creating: blueprint, named: SegmentName.of(name))
    owned.publish(launcher: .current())
  }

  /// What a worker leaves of a solve.
  func solve(_ slot: Int, nanoseconds: UInt64) {
    let slot = segment.slot(slot)
    slot.solves.store(slot.solves.load() + 1)
    slot.lastSolve.store(nanoseconds)
    slot.maxSolve.store(max(slot.maxSolve.load(), nanoseconds))
  }

  /// What the client leaves of a step.
  func step(nanoseconds: UInt64) {
    let control = segment.control
    let step = control.steps.load()
    control.stepTime(step).store(nanoseconds)
    control.steps.store(step + 1)
  }

  /// Rows that controllers write in their step.
  static func commands(rows: Int, _ name: String = "efforts", writer: Writer = .controller, sync: SyncMode = .step)
    -> BufferLayout
  {
    let fields = [
      FieldLayout(name: "single", elementType: .f32, shape: [2], offset: 0),
      FieldLayout(name: "double", elementType: .f64, shape: [1], offset: 8),
      FieldLayout(name: "count", elementType: .i64, shape: [1], offset: 16),
    ]
    return BufferLayout(
      name: name, writer: writer, per: .controller, sync: sync, align: 64, rows: rows, rowStride: 64, rowSize: 24,
      fields: fields, initialRow: [UInt8](repeating: 0, count: 64))
  }
}
