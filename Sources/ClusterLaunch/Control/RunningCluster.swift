import ClusterConfig
import ControlCluster
import Glibc

/// A cluster of this user that runs on this machine. It is found by its memory; where its run is written down, and where it
/// takes requests, by what its launcher has open: nothing that could be left over is trusted.
public struct RunningCluster {
  public let name: String
  public let segment: Segment

  /// - Throws: what the memory says when it is no running cluster's.
  init(attaching name: String) throws(ClusterError) {
    self.name = name
    // Whoever is found at this very moment is found the next time.
    segment = try Segment.attach(to: name, as: .observer, patience: 20)
  }

  /// Its run directory, and the path by which it is reached however long its own is; `nil` for one that no launcher runs.
  public var run: (directory: RunDirectory, short: String)? { RunDirectory.of(launcher: segment.launcher.pid) }

  /// Whether a program runs the server by itself, without a launcher.
  public var isEmbedded: Bool { segment.launcher == segment.server }

  /// - Throws: When its launcher takes no requests.
  public func connect() throws(ClusterError) -> ControlClient {
    try refuseSuspended()
    guard let run else { throw .failed("'\(name)' has no launcher that takes requests") }
    return try ControlClient(in: run.short)
  }

  /// A launcher that is suspended answers nobody.
  public func refuseSuspended() throws(ClusterError) {
    guard segment.launcher.isSuspended else { return }
    let pid = segment.launcher.pid
    throw .failed(
      "'\(name)' is suspended, its launcher is process \(pid): 'kill -CONT \(pid)' lets it go on, or 'fg' in its terminal"
    )
  }

  /// The names of the processes that host the controllers, by controller. A launcher that is suspended answers nobody: then
  /// there are none.
  public var hosts: [Int: String] {
    let answer = try? connect().ask([.init(key: "do", value: "status")], timeout: 1)
    var names: [Int: String] = [:]
    for process in answer?[path: "status.processes"]?.array ?? [] {
      for slot in process["controllers"]?.array?.compactMap(\.int) ?? [] { names[slot] = process["name"]?.string }
    }
    return names
  }

  /// What lies in /dev/shm under this user's names.
  public struct Found {
    public var name: String
    /// `nil` for what is no running cluster.
    public var cluster: RunningCluster?
    public var problem: ClusterError?
  }

  /// All that there is, by name.
  public static func all() -> [Found] {
    SegmentName.ofThisUser.compactMap { name in
      do throws(ClusterError) { return Found(name: name, cluster: try RunningCluster(attaching: name)) } catch {
        switch error {
        // It has gone meanwhile.
        case .notFound, .otherUser: return nil
        default: return Found(name: name, problem: error)
        }
      }
    }
  }

  /// The running cluster of that name.
  /// - Throws: naming the nearest one when there is none.
  public static func find(_ name: String) throws(ClusterError) -> RunningCluster {
    do throws(ClusterError) { return try RunningCluster(attaching: name) } catch .notFound {
      if let end = RunDirectory.latest(of: name)?.end {
        throw .failed("no cluster '\(name)' runs here: its last run \(end); 'ccluster logs \(name)' has its last lines")
      }
      let others = SegmentName.ofThisUser
      let hint =
        Suggestion.nearest(to: name, among: others).map { "; did you mean '\($0)'?" }
        ?? (others.isEmpty ? "; 'ccluster launch FILE' starts one" : "; there are \(others.joined(separator: ", "))")
      throw .failed("no cluster '\(name)' runs here\(hint)")
    } catch {
      throw error
    }
  }
}
