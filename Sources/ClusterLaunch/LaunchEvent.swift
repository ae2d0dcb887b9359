import ClusterConfig
import ControlCluster

/// What happens during a launch, for whoever shows it.
public enum LaunchEvent: Sendable, Equatable {
  public enum Stream: Sendable { case standardOutput, standardError }

  /// A process was started.
  case started(process: String, pid: Int32)
  /// The memory is published.
  case created(segment: String, bytes: Int)
  /// That many controllers have registered.
  case registered(Int, of: Int)
  /// All have registered; the simulator starts, or is awaited.
  case running
  /// A line that a process printed.
  case output(process: String, stream: Stream, line: String)
  /// A process ended when it was not meant to.
  case lost(process: String, status: ProcessStatus)
  /// What a process left behind that failed; told after its loss, or after the end of the run that it caused.
  case lastWords(LastWords)
  /// A process was suspended by somebody else than this launch.
  case suspended(process: String, pid: Int32)
  /// It goes on.
  case resumed(process: String)
  /// A controller could not solve, and takes no part until it is reset.
  case solveFailed(controller: Int, message: String)
  /// These controllers have not answered a step within `solve_timeout`, and take no part until they have.
  ///
  /// `untold`: how often some of them were late since they were last told of.
  case late(controllers: [Int], untold: Int)
  /// They take part again.
  case back(controllers: [Int])
  /// A process of controllers has answered nothing for `liveness.timeout`.
  case silent(process: String, why: String, isKilled: Bool)
  /// It answers again.
  case heard(process: String)
  /// One of the config's own processes was started, and others wait until it is ready.
  case awaited(process: String, ready: ClusterConfig.ExtraProcess.Readiness, by: [String])
  /// It is ready, so many s after its start.
  case ready(process: String, ready: ClusterConfig.ExtraProcess.Readiness, after: Double)
  /// It has ended as it should, and nobody had waited for that.
  case finished(process: String)
  /// It is started again.
  case restarting(process: String, after: Double)
  /// The run is being ended, for that reason; a failure is the outcome's `problem`, unless the run was being ended already.
  case stopping(String, isFailure: Bool)
  /// These did not end when they were asked to; they get that signal.
  case forcing(signal: Int32, processes: [String])
  /// Something has gone wrong that does not end the run.
  case warning(String)
  /// What has become of the part of the run that is on another host.
  case host(String, HostProgress)
  /// The run is over, and everything of it is gone.
  case ended(LaunchOutcome)
}

/// Why a run ended, and with what status.
public struct LaunchOutcome: Sendable, Equatable {
  /// The exit status of `ccluster launch`.
  public var status: Int32
  /// Why it failed; it has been told already. `nil` when the simulator simply ended, or the user ended the run.
  public var problem: String?

  /// Whether a signal to the launcher ended it, or a request.
  public var wasInterrupted: Bool

  /// What ended it when nothing failed and no signal came.
  public var cause: String?

  public init(status: Int32, problem: String? = nil, wasInterrupted: Bool = false, cause: String? = nil) {
    (self.status, self.problem, self.wasInterrupted, self.cause) = (status, problem, wasInterrupted, cause)
  }

  /// Why the status is not 0, in words.
  public var reason: String? {
    problem ?? cause ?? (wasInterrupted ? "\(ProcessStatus.name(of: status - 128)) received" : nil)
  }
}
