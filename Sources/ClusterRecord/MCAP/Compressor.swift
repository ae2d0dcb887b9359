import CZstd
import ControlCluster

/// zstd at its fastest level: what is recorded shall cost little, and rows of floats hardly get smaller at higher ones.
final class Compressor {
  /// As MCAP calls it.
  static let name = "zstd"
  private let context: OpaquePointer

  init() {
    guard let context = ZSTD_createCCtx() else { preconditionFailure("no memory for zstd") }
    self.context = context
  }

  deinit { ZSTD_freeCCtx(context) }

  /// - Throws: `failed`, which a buffer of ours never makes it do.
  func compress(_ source: UnsafeRawBufferPointer, into destination: ByteBuffer) throws {
    try destination.append(upTo: ZSTD_compressBound(source.count)) { room in
      let size = ZSTD_compressCCtx(context, room.baseAddress, room.count, source.baseAddress, source.count, 1)
      guard ZSTD_isError(size) == 0 else {
        throw ClusterError.failed("zstd: \(String(cString: ZSTD_getErrorName(size)))")
      }
      return size
    }
  }
}
