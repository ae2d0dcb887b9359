import CLinux
import Glibc

/// The simulator's end of a cluster: writes states, calls ``solve()``, reads commands. A cluster has one client at a time.
///
/// ```swift
/// let client = try ControlClusterClient(attachingTo: "go2")
/// let q = try client.columns("robot_state", "joint_position", as: Float.self)
/// let command = try client.columns("rhc_commands", "joint_position", as: Float.self)
/// q[robot, joint] = …
/// let report = try client.solve()
/// ```
///
/// Not thread-safe: one thread at a time may call it.
public final class ControlClusterClient {
  public let segment: Segment
  /// Robot, timing, horizon, controllers: what the config says.
  public let cluster: ClusterDescription

  private let identity: ProcessIdentity
  let solveTimeout: UInt64

  var round: StepRound<Hardware>
  var triggeredAt: UInt64 = 0
  var serverCheckedAt: UInt64 = 0

  /// Attaches to a running cluster and becomes its client.
  /// - Parameter name: the cluster's name (or the shared-memory object's full name).
  /// - Throws: what ``Segment/attach(to:as:)`` throws, `clientTaken` naming the live client, `stopped`.
  public convenience init(attachingTo name: String) throws(ClusterError) {
    try self.init(on: Segment.attach(to: name, as: .simulator))
  }

  /// Becomes the client of a cluster.
  /// - Parameter segment: attached as simulator.
  /// - Throws: `clientTaken` naming the live client, `stopped`.
  public init(on segment: Segment) throws(ClusterError) {
    self.segment = segment
    cluster = segment.cluster
    identity = .current()
    solveTimeout = UInt64(cluster.controllers.solveTimeout * 1e9)
    // Before all is initialised: the deinitialiser of one that was refused would take the claim from who has it.
    try Self.claim(segment, for: identity)
    round = StepRound(takingOver: segment.stepProtocol)
    segment.control.pass(to: .simulator, in: round.generation)
  }

  /// Attaches to the cluster that this process was launched in (`CCLUSTER_SEGMENT`), and makes standard output
  /// line-buffered, so that the launcher shows lines as they come. Under a real-time policy (`simulator.scheduling`) it first
  /// locks this process's memory.
  public static func fromEnvironment() throws(ClusterError) -> ControlClusterClient {
    try ControlClusterClient(on: Segment.fromEnvironment(as: .simulator))
  }

  deinit { detach() }

  /// Gives the cluster free for another client. The last reference does so, too; a program that ends with `exit()` has no
  /// last reference, and is recognised by its death only.
  public func detach() { _ = segment.clientWord.exchange(identity.word, for: ProcessIdentity.nobody.word) }

  private static func claim(_ segment: Segment, for identity: ProcessIdentity) throws(ClusterError) {
    guard segment.phase == .ready else { throw .stopped(segment: segment.name) }
    while true {
      let holder = segment.client
      if holder == identity || holder.isAlive { throw .clientTaken(segment: segment.name, owner: holder.pid) }
      if segment.clientWord.exchange(holder.word, for: identity.word) { return }
    }
  }

  /// Whether the cluster is being stopped: time to end.
  public var isStopping: Bool { segment.phase != .ready }

  /// Whether `cluster_dt` has come round at that simulation step (counted from 0): the moment to call ``solve()``.
  public func isClusterInstant(_ simulationStep: Int) -> Bool {
    simulationStep % cluster.timing.stepsPerCluster == 0
  }

  /// Gives the core away between two looks at a step in flight, for a client that has to share it with other programs than the
  /// controllers: a worker that is woken takes it by itself.
  package func yieldsWhileWaiting() { round.yields = true }

  /// How a slot stood at the end of the last step; `free` when it took no part.
  public func outcome(of slot: Int) -> SlotStatus { round.outcomes[slot] }

  /// Where a controller is in its life now.
  public func state(of slot: Int) -> SlotState { segment.slot(slot).lifecycle.state }

  /// Why a controller's last failed solve failed, cut at 63 bytes; empty when none did.
  public func failureMessage(of slot: Int) -> String { segment.slot(slot).message }

  /// A field of a `step` buffer as [rows, shape…] over the shared memory itself, without a copy. Writable when the buffer's
  /// writer is the simulator.
  /// - Throws: `unknownBuffer`, `unknownField`, `wrongElementType`, `wrongSync` for a `latest` buffer.
  public func columns<Element: FieldElement>(_ buffer: String, _ field: String, as type: Element.Type = Element.self)
    throws(ClusterError) -> ColumnView<Element>
  {
    try segment.columns(buffer, field)
  }

  /// A private copy of one row, to take and publish whole: the way to `latest` buffers.
  /// - Throws: `unknownBuffer`, `slotOutOfRange`.
  public func row(_ buffer: String, of row: Int) throws(ClusterError) -> RowCopy { try segment.row(buffer, of: row) }
}
