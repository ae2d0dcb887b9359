import ControlCluster

/// The simulator's views of the soak's buffers.
struct SoakRows {
  let nonce: ColumnView<Double>
  let order: ColumnView<Double>
  let argument: ColumnView<Double>
  let rowNonce: ColumnView<Double>
  let position: ColumnView<Double>
  private let process: ColumnView<Double>
  private let payload: ColumnView<Double>
  private let homing: [Double]

  init(_ client: ControlClusterClient) throws {
    nonce = try client.columns("soak_orders", "nonce")
    order = try client.columns("soak_orders", "order")
    argument = try client.columns("soak_orders", "argument")
    rowNonce = try client.columns("soak_rows", "nonce")
    process = try client.columns("soak_rows", "process")
    position = try client.columns("soak_rows", "position")
    payload = try client.columns("soak_rows", "payload")
    homing = client.cluster.robot.homing
  }

  func homing(_ joint: Int) -> Double { homing[joint] }

  /// What a row holds at this moment, of every number in it.
  func read(_ slot: Int) -> SoakRow {
    let (nonce, process, first) = (rowNonce[slot, 0], self.process[slot, 0], position[slot, 0])
    let isSolve = process != 0
    for index in 0..<payload.columns {
      if payload[slot, index] != (isSolve ? SoakRow.payload(nonce, slot, process, index) : 0) { return .torn }
    }
    if isSolve {
      for joint in homing.indices where position[slot, joint] != SoakRow.position(nonce, joint) { return .torn }
      return .solved(nonce: nonce, process: process)
    }
    guard nonce == 0 else { return .torn }
    if homing.indices.allSatisfy({ position[slot, $0] == homing[$0] }) { return .initial }
    for joint in homing.indices where position[slot, joint] != SoakRow.position(first, joint) { return .torn }
    return .stopped(nonce: first)
  }
}
