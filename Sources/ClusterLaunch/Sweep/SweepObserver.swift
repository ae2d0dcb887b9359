/// Who shows a sweep. All is called on the runner's thread, and must not block.
public protocol SweepObserver: AnyObject {
  /// A point has started or ended; its state says which.
  func changed(_ point: SweepPoint)
  /// Something has gone wrong that ends no point.
  func warn(_ message: String)
  /// Time to redraw.
  func tick(_ points: [SweepPoint])
  /// Descriptors on which it has more to write than their readers have taken.
  var backlogged: [Int32] { get }
  /// One of them has room again.
  func writeBacklog()
}
