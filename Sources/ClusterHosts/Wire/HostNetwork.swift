/// What all links of a process go over.
package protocol HostNetwork: AnyObject {
  /// Moves on what is under way on all of them. What has come is there for the links afterwards.
  func moveOn()
  /// Sleeps until something may have come, or any of it may have gone.
  /// - Parameters:
  ///   - nanoseconds: at most.
  ///   - isSending: something is on its way out, too.
  func sleep(nanoseconds: UInt64, isSending: Bool)
}
