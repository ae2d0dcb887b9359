// What a caller in another language pays for `solve()`. The project's own C library is not here yet, so this is a small one
// of the bench's: C functions over `ControlCluster` in a dynamic library that carries the Swift runtime. A C program and
// Python's ctypes load it and call it as they would call any thin C interface, so its cost is that interface's cost.
import ControlCluster

/// Becomes the client of a cluster.
/// - Returns: a handle for the other functions, or NULL after a message on standard error.
@c(bench_attach)
public func attach(_ name: UnsafePointer<CChar>) -> UnsafeMutableRawPointer? {
  do {
    let client = try ControlClusterClient(attachingTo: String(cString: name))
    return Unmanaged.passRetained(client).toOpaque()
  } catch {
    System.print(error: "\(error)")
    return nil
  }
}

/// One step.
/// - Returns: how many controllers solved, or -1 unless all of those that took part did.
@c(bench_solve)
public func solve(_ handle: UnsafeMutableRawPointer) -> Int32 {
  let client = Unmanaged<ControlClusterClient>.fromOpaque(handle)
  guard let report = try? client._withUnsafeGuaranteedRef({ try $0.solve() }), report.solved == report.participants
  else { return -1 }
  return Int32(report.solved)
}

/// Gives the cluster free and forgets the handle.
@c(bench_detach)
public func detach(_ handle: UnsafeMutableRawPointer) {
  Unmanaged<ControlClusterClient>.fromOpaque(handle).release()
}
