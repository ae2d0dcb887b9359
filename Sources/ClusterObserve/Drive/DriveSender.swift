import ControlCluster
import Glibc

/// Sends what is driven, through the door that all tools write by. It writes nothing that was not asked for: of each row only the
/// fields that have been touched, and the twist.
public final class DriveSender {
  public let fields: DriveFields
  private let writer: ValueWriter
  private let headings: Headings?
  /// Rows whose last twist was not zero.
  public private(set) var movingRows: Set<Int> = []
  /// How often a row was written.
  public private(set) var count = 0
  /// What the last row of all got, element by element: `root_linear_velocity` and `root_angular_velocity`.
  public private(set) var lastTwist: (linear: [Double], angular: [Double])?
  /// Another tool that has written a row between two writes of this one, last seen at that time.
  public private(set) var rival: (process: ProcessIdentity, at: UInt64)?
  private var versions: [Int: UInt64] = [:]

  /// - Parameters:
  ///   - segment: attached as a tool.
  ///   - fields: of that cluster.
  public init(_ segment: Segment, _ fields: DriveFields) {
    self.fields = fields
    writer = ValueWriter(segment)
    headings = Headings(segment)
  }

  /// Whether twists are turned from the robot's heading into the world's frame.
  public var turnsTwists: Bool { fields.linear?.frame == "world" && headings != nil }

  /// Writes a command into rows; those that moved and are no longer among them stand still from now on.
  /// - Throws: `rowTaken`, when another tool has begun to write a row and does not go on.
  public func send(_ command: DriveCommand, to rows: [Int]) throws(ClusterError) {
    headings?.take()
    try halt(except: Set(rows))
    for row in rows {
      try write(row) { store(command, row, in: $0) }
      if command.isMoving { movingRows.insert(row) } else { movingRows.remove(row) }
    }
  }

  /// Makes all rows that move stand still.
  /// - Throws: as ``send(_:to:)``, once all the others stand.
  public func halt(except kept: Set<Int> = []) throws(ClusterError) {
    var failure: ClusterError?
    for row in movingRows.subtracting(kept).sorted() {
      do throws(ClusterError) {
        try write(row) { storeTwist(linear: [0, 0, 0], angular: [0, 0, 0], in: $0) }
        movingRows.remove(row)
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Takes rows for moving that another sender has left so.
  /// - Parameter ranges: as `Quantity.ranges` tells them.
  public func takeOver(moving ranges: String) { movingRows = Set(NumberList.numbers(ranges) ?? []) }

  /// What a row holds: where heights, phases and contacts start from.
  public func command(of row: Int) throws(ClusterError) -> DriveCommand {
    headings?.take()
    let copy = try writer.row(fields.buffer.name, row)
    copy.read()
    var command = DriveCommand()
    copy.withBytes { bytes in
      if let position = fields.position {
        let height = DriveFields.number(position, 2, in: bytes)
        // Nobody has set it: then from where the robot is.
        command.height = height == 0 ? headings?.height(of: row) ?? 0 : height
      }
      if let phase = fields.phase { command.phase = Int(DriveFields.number(phase, 0, in: bytes)) }
      if let contact = fields.contact {
        command.contacts = (0..<contact.count).map { DriveFields.number(contact, $0, in: bytes) != 0 }
      }
    }
    return command
  }

  private func write(_ row: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) throws(ClusterError) {
    let copy = try writer.row(fields.buffer.name, row)
    if let version = versions[row] {
      copy.read()
      if copy.version != version { rival = (copy.lastWriter, System.monotonicNanoseconds) }
    }
    try copy.update(body)
    versions[row] = copy.version
    count += 1
  }

  private func store(_ command: DriveCommand, _ row: Int, in bytes: UnsafeMutableRawBufferPointer) {
    let heading = turnsTwists ? headings?.heading(of: row) ?? 0 : 0
    storeTwist(
      linear: [
        cos(heading) * command.forward - sin(heading) * command.left,
        sin(heading) * command.forward + cos(heading) * command.left, 0,
      ], angular: [0, 0, command.turn], in: bytes)
    if let position = fields.position, let height = command.height {
      DriveFields.store([height], position, in: bytes, from: 2)
    }
    if let phase = fields.phase, let number = command.phase { DriveFields.store([Double(number)], phase, in: bytes) }
    if let contact = fields.contact, let contacts = command.contacts {
      DriveFields.store(contacts.map { $0 ? 1 : 0 }, contact, in: bytes)
    }
  }

  private func storeTwist(linear: [Double], angular: [Double], in bytes: UnsafeMutableRawBufferPointer) {
    if let field = fields.linear { DriveFields.store(linear, field, in: bytes) }
    if let field = fields.angular { DriveFields.store(angular, field, in: bytes) }
    lastTwist = (linear, angular)
  }
}
