import ClusterLaunch
import ClusterObserve
import ClusterPlan
import ControlCluster
import Glibc

/// One run of the cluster, seen from its memory, which is mapped read-only for as long as the run is there.
final class Observation {
  let running: RunningCluster
  let directory: RunDirectory?
  let watch: EndWatch
  let copies: BufferCopies
  private let sampler: ClusterSampler
  private let hosts: [Int: String]
  private let began = System.monotonicNanoseconds
  private var lastSteps = -1
  /// When a sample was taken last, ns.
  private var lastSample: UInt64 = 0

  /// ns after which samples are taken though there was no step: a tool's rows may change at any time.
  private static let longestPause: UInt64 = 100_000_000

  var segment: Segment { running.segment }

  init(_ running: RunningCluster) {
    self.running = running
    directory = running.run?.directory
    watch = EndWatch(running)
    hosts = running.hosts
    copies = BufferCopies(running.segment)
    sampler = ClusterSampler(running.segment, processes: hosts)
  }

  /// Of the cluster as it is now.
  var metrics: ClusterMetrics { ClusterMetrics(segment) }

  func reading() -> TopReading { sampler.reading(total: false) }

  /// Looks once: solve times for all, and what the subscriptions want if there is something new.
  /// - Returns: when it was, if there was.
  func look(_ subscriptions: [FieldSubscription]) -> SampleMoment? {
    sampler.sample()
    let now = System.monotonicNanoseconds
    let steps = segment.stepSnapshot()
    guard steps.steps != lastSteps || now - lastSample > Self.longestPause else { return nil }
    (lastSteps, lastSample) = (steps.steps, now)
    copies.take(for: subscriptions)
    return moment(steps, now)
  }

  private func moment(_ steps: StepSnapshot, _ now: UInt64) -> SampleMoment {
    SampleMoment(wall: Double(now - began) * 1e-9, simulated: steps.simulatedTime, steps: steps.steps)
  }

  /// What every page shows of the moment.
  /// - Parameter steps: how many the page knows the times of.
  func overview(since steps: Int?) -> FrameOverview {
    let snapshot = segment.stepSnapshot()
    let slots = 0..<segment.layout.slots
    return FrameOverview(
      moment: moment(snapshot, System.monotonicNanoseconds),
      stepTimes: snapshot.stepTimes.suffix(max(0, snapshot.steps - (steps ?? 0))).map(Float.init),
      solved: snapshot.solved, failed: snapshot.failed, died: snapshot.died, late: snapshot.late,
      states: slots.map { FrameOverview.code(of: segment.slotPulse($0)) },
      solveTimes: slots.map { Float(Double(segment.solveReading($0).lastNanoseconds) * 1e-9) })
  }

  /// What stays the same for the whole run.
  var description: JSONValue {
    let cluster = segment.cluster
    let plan = directory.flatMap { System.contents(of: "\($0.path)/plan.json", limit: 1 << 28) }
      .flatMap { try? JSONValue(parsing: $0) }
    let processes = (plan?["processes"]?.array ?? []).map { process -> JSONValue in
      .object(
        (process.object ?? []).filter { ["name", "role", "first_slot", "slot_count", "depends_on"].contains($0.key) })
    }
    return [
      "kind": "cluster", "name": .string(running.name),
      // ns; tells one run from the next of that name.
      "began": .integer(Int(began)), "map": MapReport(segment.layout, uid: getuid()).json,
      "names": names,
      "robot": [
        "name": .string(cluster.robot.name), "joints": .strings(cluster.robot.joints),
        "contacts": .strings(cluster.robot.contacts),
        "limits": .array(cluster.robot.limits.map { [.init($0.lower), .init($0.upper)] }),
      ],
      "timing": ["cluster_dt": .number(cluster.timing.clusterDt)],
      "horizon": ["nodes": .integer(cluster.horizon.nodes), "dt": .number(cluster.horizon.dt)],
      "controllers": [
        "count": .integer(cluster.controllers.count),
        "hosts": .array((0..<segment.layout.slots).map { .init(hosts[$0]) }),
      ],
      "realtime": .bool(cluster.simulator.realtime), "has_launcher": .bool(!running.isEmbedded),
      "run_directory": .init(directory?.path), "config": .init(directory?.facts?.config),
      "processes": .array(processes),
    ]
  }

  /// `{"robot_state": {"contact_force": [["FL_foot", …], ["x", "y", "z"]]}}`: what elements are called, axis by axis.
  private var names: JSONValue {
    .object(
      segment.layout.buffers.map { buffer in
        let fields = buffer.fields.map { field in
          JSONValue.Member(key: field.name, value: .array(ElementNames.axes(of: field).map(JSONValue.strings)))
        }
        return .init(key: buffer.name, value: .object(fields))
      })
  }
}

extension JSONValue {
  fileprivate init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }
  fileprivate init(_ number: Double?) { self = number.map(JSONValue.number) ?? .null }
}
