import ControlCluster

/// Who shows a launch. All is called on the launcher's thread.
public protocol LaunchObserver: AnyObject {
  /// Something has happened. Must not block: the launcher supervises nothing meanwhile.
  func show(_ event: LaunchEvent)
  /// Time to redraw figures.
  func tick(_ segment: Segment)
  /// Descriptors on which it has more to write than their readers have taken. As long as there are any, the launcher takes
  /// no more output from the processes; those that print then wait, as they would for a reader of their own.
  var backlogged: [Int32] { get }
  /// One of them has room again.
  func writeBacklog()
}
