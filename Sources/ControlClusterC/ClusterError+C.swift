import CControlCluster
import ControlCluster

extension ClusterError {
  /// What the C interface calls it.
  var code: ccluster_code {
    switch self {
    case .system, .noMemory: CCLUSTER_ERROR_SYSTEM
    case .notFound: CCLUSTER_ERROR_NOT_FOUND
    case .otherUser: CCLUSTER_ERROR_OTHER_USER
    case .notReady: CCLUSTER_ERROR_NOT_READY
    case .stale: CCLUSTER_ERROR_SERVER_DEAD
    case .abiMismatch, .layoutMismatch: CCLUSTER_ERROR_WRONG_ABI
    case .badMagic, .corrupt: CCLUSTER_ERROR_NOT_A_CLUSTER
    case .stopped: CCLUSTER_ERROR_STOPPED
    case .serverGone: CCLUSTER_ERROR_SERVER_GONE
    case .clientTaken: CCLUSTER_ERROR_CLIENT_TAKEN
    case .slotTaken: CCLUSTER_ERROR_SLOT_TAKEN
    case .stepOutOfOrder: CCLUSTER_ERROR_OUT_OF_ORDER
    case .unanswered: CCLUSTER_ERROR_NO_ANSWER
    case .unknownBuffer, .unknownField, .unknownValue: CCLUSTER_ERROR_UNKNOWN_NAME
    case .wrongElementType: CCLUSTER_ERROR_WRONG_TYPE
    case .wrongSync: CCLUSTER_ERROR_WRONG_SYNC
    case .notWritable: CCLUSTER_ERROR_NOT_WRITABLE
    case .slotOutOfRange, .controllerElsewhere: CCLUSTER_ERROR_OUT_OF_RANGE
    case .environment, .parameter, .wrongCount: CCLUSTER_ERROR_INVALID
    case .inUse, .rowTaken, .registrationTimeout, .failed: CCLUSTER_ERROR_FAILED
    }
  }

  /// Tells the caller.
  /// - Returns: the code.
  func tell(_ error: UnsafeMutablePointer<ccluster_error>?) -> Int32 {
    let code = Int32(bitPattern: code.rawValue)
    guard let error else { return code }
    error.pointee.code = code
    if case .system(_, let errno) = self { error.pointee.system_errno = errno } else { error.pointee.system_errno = 0 }
    withUnsafeMutableBytes(of: &error.pointee.message) { PaddedText.copy(description, into: $0) }
    return code
  }
}

/// Runs the body of a C function.
/// - Returns: its code.
func telling(
  _ target: UnsafeMutablePointer<ccluster_error>?, _ body: () throws(ClusterError) -> ccluster_code
) -> Int32 {
  do throws(ClusterError) { return Int32(bitPattern: try body().rawValue) } catch { return error.tell(target) }
}

/// Runs the body of a C function that returns a pointer.
/// - Returns: `nil` on an error.
func telling<Pointee>(
  _ target: UnsafeMutablePointer<ccluster_error>?, _ body: () throws(ClusterError) -> UnsafePointer<Pointee>
) -> UnsafePointer<Pointee>? {
  do throws(ClusterError) { return try body() } catch {
    _ = error.tell(target)
    return nil
  }
}
