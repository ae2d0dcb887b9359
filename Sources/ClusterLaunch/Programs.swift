import BuiltInPrograms
import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

/// Where the built-in programs are: beside the running `ccluster`.
public struct Programs: Sendable {
  /// That of `ccluster` as a whole.
  public static let version = Product.version

  public let directory: String

  public init(directory: String) { self.directory = directory }

  /// The directory of the running executable.
  public static func besideThisOne() throws(ClusterError) -> Programs {
    let text = try thisOne()
    return Programs(directory: String(text[..<(text.lastIndex(of: "/") ?? text.startIndex)]))
  }

  /// The path of the running executable.
  public static func thisOne() throws(ClusterError) -> String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    guard count > 0 else { throw .system(call: "readlink /proc/self/exe", errno: errno) }
    return String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Reads recordings, and feeds them to a replay's cluster.
  public var replayer: String { "\(directory)/ccluster-replayer" }

  public var recorder: String { "\(directory)/ccluster-recorder" }

  public var dashboard: String { "\(directory)/ccluster-dashboard" }

  /// Speaks MPI between the hosts of a cluster.
  public var agent: String { "\(directory)/ccluster-agent" }

  var server: String { "\(directory)/ccluster-server" }

  /// The command of a planned process.
  func arguments(of process: PlannedProcess) -> [String] {
    switch process.program {
    case .command(let arguments, _, _): arguments
    case .builtIn, .external:
      switch process.role {
      case .server: [server]
      case .controller: ["\(directory)/ccluster-controller"]
      case .simulator: process.isAgent ? [agent] : ["\(directory)/ccluster-simulator"]
      // All others are commands.
      case .extra: [recorder]
      }
    }
  }
}
