import ControlCluster
import Glibc

/// A file that is read piece by piece, wherever the pieces are. It may still be written: what counts is its size when it was
/// opened.
final class FileBytes {
  let path: String
  let size: UInt64
  private let descriptor: Int32

  /// - Throws: when there is no such file, or it is not a regular one.
  init(_ path: String) throws(RecordingError) {
    self.path = path
    // A fifo without a writer must not hang.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw RecordingError(path: path, what: System.message(for: errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw RecordingError(path: path, what: "it is no file that can be read at any place")
    }
    size = UInt64(status.st_size)
  }

  deinit { close(descriptor) }

  /// - Throws: when the file has become shorter meanwhile, too.
  func read(_ count: Int, at offset: UInt64) throws(RecordingError) -> [UInt8] {
    var code: Int32 = 0
    var filled = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while filled < count {
        let got = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
        if got < 0 {
          if errno == EINTR { continue }
          code = errno
        }
        if got <= 0 { break }
        filled += got
      }
      initialized = filled
    }
    guard filled == count else {
      let reason = code == 0 ? "the file ends here now" : System.message(for: code)
      throw RecordingError(path: path, place: .byte(offset + UInt64(filled)), what: reason)
    }
    return bytes
  }
}
