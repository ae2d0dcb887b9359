/// One end of the way between the head and one host: steps as blocks of memory, which have the same sizes every time and are
/// sent from where they lie, and notes beside them, in order. Which blocks is agreed when the link is made.
///
/// Nothing here waits: what is under way its ``HostNetwork`` moves on.
package protocol HostLink: AnyObject {
  /// Starts to send the blocks of a step; the one before must have gone.
  func sendStep()
  /// Whether all blocks may be written again.
  var isStepSent: Bool { get }
  /// Whether the other end's blocks have arrived. Afterwards none are taken until ``expectStep()``.
  var hasStepArrived: Bool { get }
  /// Lets the other end's next blocks in, where those of the last are.
  func expectStep()

  /// Takes a note on its way.
  func send(_ note: [UInt8])
  /// The next note that has arrived.
  func receive() -> [UInt8]?

  /// Looks what has come and what has gone.
  /// - Throws: when the other end cannot be reached any more.
  func look() throws(HostError)
}
