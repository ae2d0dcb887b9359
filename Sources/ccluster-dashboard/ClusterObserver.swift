import ClusterLaunch
import ClusterObserve
import ControlCluster
import Glibc

/// Looks at a cluster for all pages that are open: once for all of them, at most a hundred times a second, with a small part of
/// one core, and not at all when nobody looks. When the run ends it waits for the next one of that name.
actor ClusterObserver {
  /// What is there to see; each change has a number of its own.
  enum Chapter: Sendable {
    case running(JSONValue)
    /// With the reason, as far as it is known.
    case ended(String)
  }

  typealias Viewer = Int

  private let name: String
  private var observation: Observation?
  /// Of the run that has ended.
  private var ended: (watch: EndWatch, directory: RunDirectory?)?
  private var viewers: [Viewer: View] = [:]
  private var lastViewer = 0
  private(set) var chapter: Chapter
  private(set) var number = 1
  private var nextCheck: UInt64 = 0

  /// What one page wants.
  private struct View {
    var queues: [SampleQueue] = []
    /// How many steps it knows the times of.
    var steps: Int?
  }

  /// Between two looks, ns; a cluster in real time seldom steps faster.
  private static let period: UInt64 = 10_000_000
  /// Looking takes at most this part of a core.
  private static let share: UInt64 = 50
  /// Between two looks whether the run is still there, or a new one is, ns.
  private static let checkPeriod: UInt64 = 200_000_000
  static let mostViewers = 16

  /// - Parameter running: the run that is there now.
  init(_ running: RunningCluster) {
    name = running.name
    let observation = Observation(running)
    self.observation = observation
    chapter = .running(observation.description)
  }

  /// Until it is cancelled.
  func run() async {
    while !Task.isCancelled {
      if System.monotonicNanoseconds >= nextCheck {
        check()
        nextCheck = System.monotonicNanoseconds + Self.checkPeriod
      }
      let start = Self.threadNanoseconds
      if !viewers.isEmpty { look() }
      let taken = Self.threadNanoseconds - start
      let pause = viewers.isEmpty || observation == nil ? Self.checkPeriod : max(Self.period, Self.share * taken)
      try? await Task.sleep(nanoseconds: pause)
    }
  }

  /// What this thread has had of a core, ns: where others have it, looking takes none of it.
  private static var threadNanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private func look() {
    guard let observation else { return }
    let wanted = viewers.values.flatMap { $0.queues.map(\.subscription) }
    guard let moment = observation.look(wanted) else { return }
    for viewer in viewers.keys {
      guard let count = viewers[viewer]?.queues.count else { continue }
      for index in 0..<count { viewers[viewer]?.queues[index].append(moment, observation.copies) }
    }
  }

  // MARK: The run and the next one

  private func check() {
    if let observation {
      guard observation.watch.hasEnded else { return }
      ended = (observation.watch, observation.directory)
      // What it has mapped is freed only now.
      self.observation = nil
    }
    if let running = try? RunningCluster.find(name) {
      let observation = Observation(running)
      (self.observation, ended) = (observation, nil)
      turn(to: .running(observation.description))
    } else if let watch = ended?.watch, !watch.isFinal {
      let known = watch.reason
      watch.findReason()
      if let reason = watch.reason, reason != known { turn(to: .ended(reason)) }
    }
  }

  private func turn(to chapter: Chapter) {
    self.chapter = chapter
    number += 1
    // They were of another layout, maybe.
    for viewer in viewers.keys { viewers[viewer] = View() }
  }

  // MARK: What pages ask

  /// - Returns: `nil` when there are too many.
  func open() -> Viewer? {
    guard viewers.count < Self.mostViewers else { return nil }
    lastViewer += 1
    viewers[lastViewer] = View()
    return lastViewer
  }

  func close(_ viewer: Viewer) { viewers[viewer] = nil }

  /// In place of what it wanted before; what is the same goes on without a gap.
  /// - Returns: what is wrong with those that are.
  func subscribe(_ viewer: Viewer, to subscriptions: [JSONValue]) -> [String] {
    guard let observation, var view = viewers[viewer] else { return [] }
    var problems: [String] = []
    view.queues = subscriptions.compactMap { json in
      do throws(ClusterError) {
        let wanted = try FieldSubscription(json, of: observation.segment)
        return view.queues.first { $0.subscription == wanted } ?? SampleQueue(wanted)
      } catch {
        problems.append("\(error)")
        return nil
      }
    }
    viewers[viewer] = view
    return problems
  }

  /// What has come together for a page since the last time; `nil` when there is no cluster.
  func takeFrame(_ viewer: Viewer) -> (FrameOverview, [SampleQueue])? {
    guard let observation, let view = viewers[viewer] else { return nil }
    let overview = observation.overview(since: view.steps)
    viewers[viewer]?.steps = overview.moment.steps
    for index in view.queues.indices { viewers[viewer]?.queues[index].removeAll() }
    return (overview, view.queues.filter { !$0.moments.isEmpty })
  }

  /// `nil` when there is no cluster.
  func reading() -> TopReading? { observation?.reading() }

  /// For Prometheus; `nil` when there is no cluster.
  func metrics() -> String? { observation?.metrics.text }

  var directory: RunDirectory? { observation?.directory ?? ended?.directory }
}
