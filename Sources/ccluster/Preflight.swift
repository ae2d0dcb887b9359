import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster

/// What a config meets on this machine, told before anything starts.
struct Preflight {
  let examination: Examination
  /// At their places in the config.
  private let diagnostics: [Diagnostic]
  private let findings: [Finding]

  /// - Parameters:
  ///   - name: What it runs under; `nil` is the config's.
  ///   - denied: The severity of what is asked for and cannot be had.
  init(
    _ resolved: ResolvedConfig, _ plan: ClusterPlan, facts: MachineFacts, name: String? = nil,
    startsSimulator: Bool = true, denied: Diagnostic.Severity = .error
  ) {
    let demand = RunDemand(plan, name: name, startsSimulator: startsSimulator)
    var machine = Machine.current()
    machine.sharedMemory = facts.sharedMemory.map { _ in Examination(facts, for: demand).sharedMemoryFree }
    diagnostics = resolved.warnings(
      on: machine, bytes: demand.sharedMemory, startsSimulator: startsSimulator, denied: denied)
    examination = Examination(facts, for: demand, told: diagnostics)
    findings = examination.preflight.map { finding in
      var finding = finding
      if denied == .warning { finding.severity = min(finding.severity, .warning) }
      return finding
    }
  }

  static func facts() throws -> MachineFacts { .current(programs: try Programs.besideThisOne().directory) }

  /// Whether the run can start.
  var isHopeless: Bool {
    diagnostics.contains { $0.severity == .error } || findings.contains { $0.severity == .error }
  }

  /// - Returns: what is wrong with this machine and lets the run start, in words.
  /// - Throws: what does not.
  func refusing() throws(ClusterError) -> [String] {
    // Warnings about the config as a whole are told at the head.
    if let error = diagnostics.first(where: { $0.severity == .error }) { throw .failed(error.message) }
    func words(_ finding: Finding) -> String {
      "\(finding.topic.rawValue), \(finding.value): \(finding.reason)" + (finding.cure.map { "; cure: \($0)" } ?? "")
    }
    if let error = findings.first(where: { $0.severity == .error }) { throw .failed(words(error)) }
    return findings.map(words)
  }

  /// Prints what is wrong, and what mends it.
  func tell(errorsOnly: Bool = false) {
    let terminal = Terminal.error
    terminal.tell(diagnostics.filter { !errorsOnly || $0.severity == .error })
    for finding in findings where !errorsOnly || finding.severity == .error {
      let style: Terminal.Style = finding.severity == .error ? .red : .yellow
      terminal.print(
        "ccluster: \(terminal.styled("\(finding.severity.rawValue):", style)) \(finding.topic.rawValue), "
          + "\(finding.value): \(finding.reason)")
      if let cure = finding.cure { terminal.print("cure: \(cure)") }
    }
  }
}
