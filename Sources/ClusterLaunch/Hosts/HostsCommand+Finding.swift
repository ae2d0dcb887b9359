import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

// What a launch over several hosts needs on this one, looked for before anything starts.
extension HostsCommand.Site {
  /// - Parameters:
  ///   - plan: the head's.
  ///   - name: what the cluster is found by.
  /// - Throws: in words, with what mends it.
  public static func find(for plan: ClusterPlan, _ programs: Programs, name: String) throws(ClusterError) -> Self {
    let head = plan.shares[0].name
    guard ThisMachine.isCalled(head) else {
      throw .failed(
        "this machine is '\(ThisMachine.name)', and the first of the config's hosts is '\(head)': a launch runs there; "
          + "start it on '\(head)', or put this machine first ('localhost' is its name everywhere)")
    }
    for (index, share) in plan.shares.enumerated().dropFirst() where ThisMachine.isCalled(share.name) {
      throw .failed(
        "hosts[\(index)] is '\(share.name)', which is this machine, too: each host is one machine, named once")
    }
    guard access(programs.agent, X_OK) == 0 else {
      throw .failed("'\(programs.agent)' is not there, which speaks MPI between the hosts; 'make agent' builds it")
    }
    var site = Self(mpirun: try findMPIRun(), launcher: try Programs.thisOne(), agent: programs.agent, name: name)
    site.isRoot = geteuid() == 0
    site.isSlurm = System.environment("SLURM_JOB_ID") != nil
    site.isOutside = site.isSlurm && System.environment("SLURMD_NODENAME") == nil
    site.inherited = HostsCommand.inheritedNames.compactMap { name in System.environment(name).map { (name, $0) } }
    return site
  }

  private static func findMPIRun() throws(ClusterError) -> String {
    let cure = "Open MPI has it: 'apt-get install openmpi-bin', or 'module load openmpi' on many clusters"
    let directories = (System.environment("PATH") ?? "").split(separator: ":")
    let paths = directories.map { directory -> String in "\(directory)/mpirun" }
    guard let path = paths.first(where: { access($0, X_OK) == 0 }) else {
      throw .failed("there is no 'mpirun' in PATH, which starts a cluster on other hosts. \(cure)")
    }
    guard let version = Command.output([path, "--version"]), version.contains("Open MPI") || version.contains("OpenRTE")
    else { throw .failed("'\(path)' is not Open MPI's, which the agent is made for. \(cure)") }
    return path
  }
}
