import ControlCluster
import Glibc

/// Stops this process in the middle of the write of a row: the second half of the largest memory that it shares and may write
/// is taken away from it alone, and the fault of the first store into that stops it.
enum HalfwayStop {
  static func arm() throws {
    guard let target = try sharedMappings().max(by: { $0.count < $1.count }) else {
      throw ClusterError.failed("nothing is mapped shared and writable")
    }
    signal(SIGSEGV) { _ in kill(getpid(), SIGSTOP) }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let half = target.count / 2 / page * page
    try System.check("mprotect", mprotect(target.baseAddress! + half, target.count - half, PROT_NONE))
  }

  /// From lines like `7f12a000-7f12b000 rw-s 00001000 00:1a 42   /dev/shm/ccluster.0.name`.
  private static func sharedMappings() throws -> [UnsafeMutableRawBufferPointer] {
    guard let maps = fopen("/proc/self/maps", "r") else { throw ClusterError.failed("/proc/self/maps cannot be read") }
    defer { fclose(maps) }
    var found: [UnsafeMutableRawBufferPointer] = []
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), maps) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let words = text.split(separator: " ")
      let bounds = words[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
      guard words[1] == "rw-s", words.last!.hasPrefix("/dev/shm/ccluster"), bounds.count == 2 else { continue }
      found.append(
        UnsafeMutableRawBufferPointer(
          start: UnsafeMutableRawPointer(bitPattern: bounds[0]), count: Int(bounds[1] - bounds[0])))
    }
    return found
  }
}
