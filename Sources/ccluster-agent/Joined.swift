#if MPI
  import Synchronization

  /// Whether all ranks are there; set once, by another thread than the one that looks.
  final class Joined: Sendable {
    private let value = Atomic<Bool>(false)

    var isTrue: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
  }
#endif
