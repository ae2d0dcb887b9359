/// A receding-horizon controller: the base class of every controller of a cluster.
///
/// A subclass opens its fields in `init`, and computes in ``solve()``. Marked `@main` it is an executable that the config's
/// `controllers.program.command` can name; ``ControlClusterServer/addController(_:slots:)`` runs it without an executable of
/// its own.
///
/// ```swift
/// @main final class HoldHoming: RHController {
///   private let command: ControllerOutput
///
///   required init(_ context: ControllerContext) throws {
///     command = try context.output("rhc_commands", "joint_position")
///     try super.init(context)
///   }
///
///   override func solve() throws { command.write(context.homing) }
/// }
/// ```
///
/// One process may host several controllers (`per_process`); each is built once, before the first step, and all are called from
/// one thread, in the order of their slots. Each row is handed over as soon as its controller has answered: one that throws
/// leaves its neighbours' rows alone. What ends the process (a trap, `exit`, a throwing `init`) is the death of all of them.
open class RHController {
  public let context: ControllerContext

  /// Builds the controller; this may take as long as `startup_timeout` allows. Throwing ends the process, with the error's
  /// text: no controller of that process takes part then, and their rows stay what they were.
  public required init(_ context: ControllerContext) throws { self.context = context }

  /// Computes one step: reads the inputs, writes the outputs. The outputs are committed when it returns. Throwing marks the
  /// controller as failed: its row is filled as `on_failure` says, the error's text is kept for the report, and the
  /// controller takes no part until it is reset.
  open func solve() throws {}

  /// Forgets the past: warm starts, filters. The controller's rows are filled with their initial values afterwards. Throwing
  /// marks the controller as failed, as in ``solve()``.
  open func reset() throws {}

  /// Runs a worker process: attaches to the cluster that it was launched in, registers, answers steps until the cluster
  /// stops. Never returns.
  public class func main() { Worker.main(self) }
}
