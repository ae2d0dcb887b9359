import ControlCluster
import Glibc

/// Fills its row from the step's nonce, and does otherwise only what ``SoakOrder`` asks.
final class SoakController: RHController {
  private let nonce: ControllerInput
  private let order: ControllerInput
  private let argument: ControllerInput
  private let nonceOutput: ControllerOutput
  private let processOutput: ControllerOutput
  private let position: ControllerOutput
  private let payload: ControllerOutput
  private let process = Double(getpid())
  private var last = 0.0

  required init(_ context: ControllerContext) throws {
    nonce = try context.input("soak_orders", "nonce")
    order = try context.input("soak_orders", "order")
    argument = try context.input("soak_orders", "argument")
    nonceOutput = try context.output("soak_rows", "nonce")
    processOutput = try context.output("soak_rows", "process")
    position = try context.output("soak_rows", "position")
    payload = try context.output("soak_rows", "payload")
    try super.init(context)
  }

  override func solve() throws {
    // Read once: a late controller's orders may change while it works.
    let (nonce, order, argument) = (self.nonce[0], SoakOrder(rawValue: self.order[0]), self.argument[0])
    guard nonce >= last else {
      print("violation: controller \(context.index) was asked for \(nonce) after \(last)")
      Glibc.exit(99)
    }
    last = nonce
    if order == .sleep { usleep(UInt32(argument * 1e6)) }
    nonceOutput[0] = nonce
    processOutput[0] = process
    for joint in 0..<position.count { position[joint] = SoakRow.position(nonce, joint) }
    for index in 0..<payload.count { payload[index] = SoakRow.payload(nonce, context.index, process, index) }
    if order == .fail { throw ClusterError.failed("asked to fail at \(nonce)") }
    if order == .exit { Glibc.exit(5) }
  }

  override func reset() throws {
    if SoakOrder(rawValue: order[0]) == .failReset { throw ClusterError.failed("asked to fail the reset") }
  }
}
