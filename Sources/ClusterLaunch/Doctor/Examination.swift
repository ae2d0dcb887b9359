import ClusterConfig
import ControlCluster

/// What a machine's facts mean for clusters in general, or for one. No system call: any machine can be made up.
public struct Examination: Sendable {
  public let facts: MachineFacts
  /// Of the config that it is for; `nil` when it is for none.
  public let demand: RunDemand?
  /// What the config's own checks have said of this machine: they know the places.
  let told: [Diagnostic]

  public init(_ facts: MachineFacts, for demand: RunDemand? = nil, told: [Diagnostic] = []) {
    (self.facts, self.demand, self.told) = (facts, demand, told)
  }

  /// In the order of the topics; of each topic one at least where the machine has such a thing.
  public var findings: [Finding] {
    Finding.Topic.allCases.flatMap { topic in
      let own = finding(topic)
      let told = told.filter { Self.topic(of: $0) == topic }
      guard !told.isEmpty else { return own.map { [$0] } ?? [] }
      return told.map { finding($0, topic, measured: own) }
    }
  }

  /// What a launch has to tell beside the config's own diagnostics, which have a place: what its demand meets here. That
  /// memory cannot be locked is among those.
  public var preflight: [Finding] {
    findings.filter { $0.isOfConfig && $0.severity >= .warning && $0.place == nil && $0.topic != .lockedMemory }
  }

  private func finding(_ topic: Finding.Topic) -> Finding? {
    switch topic {
    case .sharedMemory: sharedMemory
    case .memory: memory
    case .cgroupMemory: cgroupMemory
    case .staleMemory: staleMemory
    case .removeIPC: removeIPC
    case .descriptors: descriptors
    case .processes: processes
    case .cgroupProcesses: cgroupProcesses
    case .lockedMemory: lockedMemory
    case .realTime: realTime
    case .cores: cores
    case .isolatedCores: isolatedCores
    case .cgroupCores: cgroupCores
    case .governor: governor
    case .threadVariables: threadVariables
    case .kernel: kernel
    case .clock: clock
    case .virtualisation: virtualisation
    case .programs: programs
    }
  }

  // MARK: What the config's checks have said

  /// `nil` for what is no matter of the machine.
  private static func topic(of diagnostic: Diagnostic) -> Finding.Topic? {
    switch diagnostic.id {
    case .machineMemory: .sharedMemory
    case .machineCores, .machinePlacement: .cores
    case .machineScheduling: .realTime
    case .missingProgram: .programs
    default: nil
    }
  }

  private func finding(_ diagnostic: Diagnostic, _ topic: Finding.Topic, measured: Finding?) -> Finding {
    let place = diagnostic.location
    return Finding(
      topic, diagnostic.severity == .error ? .error : .warning, measured?.value ?? "",
      ([diagnostic.message] + diagnostic.notes.map(\.message)).joined(separator: "; "), cure: cure(for: topic),
      place: place.isOverride ? place.file : "\(place.file):\(place.start.line):\(place.start.column)", isOfConfig: true
    )
  }

  private func cure(for topic: Finding.Topic) -> String? {
    switch topic {
    case .sharedMemory: largerSharedMemory
    case .realTime: realTimePermission
    default: nil
    }
  }

  // MARK: Words

  /// Raises a limit for the shell that it is typed into, and so for what is started there.
  static func raise(_ limit: String, to value: String) -> String {
    "sudo prlimit --pid $$ --\(limit)=\(value):\(value)"
  }

  static func text(_ limit: Int?) -> String { limit.map(Quantity.thousands) ?? "no limit" }
}
