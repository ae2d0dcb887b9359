import ControlCluster
import Glibc

/// A file that is being written from its start to its end, with the CRC of all that it holds.
final class RecordingFile {
  let path: String
  private(set) var size = 0
  private(set) var crc: UInt32 = 0
  private let descriptor: Int32

  /// A place in the file, and what it held up to there.
  struct Mark {
    fileprivate var size: Int
    fileprivate var crc: UInt32
  }

  /// - Parameters:
  ///   - replacing: takes the place of a regular file that is there.
  ///   - cure: what to do when there is one, and it shall stay.
  /// - Throws: `failed` when there is something already, `system`.
  init(_ path: String, replacing: Bool, cure: String) throws(ClusterError) {
    self.path = path
    if replacing {
      var status = stat()
      if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
        throw .failed("'\(path)' is no regular file, and is not replaced")
      }
      unlink(path)
    }
    // Past the limit on the size of files a write fails, as on a full disk; the default is to die of it.
    signal(SIGXFSZ, SIG_IGN)
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0 {
      let code = errno
      if code == EEXIST { throw .failed("'\(path)' is there already; \(cure)") }
      throw .system(call: "write '\(path)'", errno: code)
    }
  }

  deinit { close(descriptor) }

  /// Whether the path still leads to it: somebody may have removed, moved or replaced it.
  var isInPlace: Bool {
    var (here, there) = (stat(), stat())
    return fstat(descriptor, &here) == 0 && stat(path, &there) == 0 && here.st_ino == there.st_ino
      && here.st_dev == there.st_dev
  }

  var mark: Mark { Mark(size: size, crc: crc) }

  /// Writes all bytes, or leaves the file as it was.
  /// - Throws: `system`
  func write(_ parts: [UnsafeRawBufferPointer]) throws(ClusterError) {
    let start = mark
    do throws(ClusterError) { for part in parts { try append(part) } } catch {
      goBack(to: start)
      throw error
    }
  }

  /// Takes away what was written since.
  func goBack(to mark: Mark) {
    // A file can always be made shorter; what is left if not is what a reader finds of a file that was cut off.
    _ = ftruncate(descriptor, off_t(mark.size))
    lseek(descriptor, off_t(mark.size), SEEK_SET)
    (size, crc) = (mark.size, mark.crc)
  }

  /// Takes the file away: nothing has come of it.
  func remove() { unlink(path) }

  private func append(_ bytes: UnsafeRawBufferPointer) throws(ClusterError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        throw .system(call: "write '\(path)'", errno: code)
      }
      rest = rest.dropFirst(count)
    }
    crc = Checksum.crc32(bytes, after: crc)
    size += bytes.count
  }
}
