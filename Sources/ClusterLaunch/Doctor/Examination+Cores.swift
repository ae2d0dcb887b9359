import ControlCluster

// Who computes, and how fast.
extension Examination {
  var cores: Finding? {
    let (usable, online) = (facts.usableCores.count, facts.onlineCores.count)
    let value = usable == online || online == 0 ? "\(usable)" : "\(usable) usable of \(online)"
    guard usable < online, facts.isolatedCores.count < online - usable else {
      return Finding(.cores, .ok, value)
    }
    return Finding(
      .cores, .note, value,
      "this process may run on cores \(Quantity.ranges(facts.usableCores)) alone: a scheduler's allotment, a cpuset or taskset"
    )
  }

  var isolatedCores: Finding? {
    let isolated = facts.isolatedCores
    guard !isolated.isEmpty else { return Finding(.isolatedCores, .ok, "none") }
    let value = Quantity.ranges(isolated)
    guard let demand, !demand.usesIsolatedCores else { return Finding(.isolatedCores, .ok, value) }
    return Finding(
      .isolatedCores, .note, value,
      "nothing else runs there, and this config does not use them; 'cores: isolated' would")
  }

  var cgroupCores: Finding? {
    guard let quota = facts.cgroup.processorTime else { return Finding(.cgroupCores, .ok, "no limit") }
    let cores = Quantity.plain(quota.cores)
    let value = "\(cores) cores' worth of time"
    let wanted = min(demand?.busyThreads ?? facts.usableCores.count, facts.usableCores.count)
    guard quota.cores < Double(wanted) else { return Finding(.cgroupCores, .ok, value) }
    let reason =
      "whoever has used it up stands still until the \(Quantity.duration(quota.period)) are over, in the middle of steps"
    return Finding(
      .cgroupCores, .warning, value,
      demand.map { "\(Quantity.thousands($0.busyThreads)) threads want cores during a step; \(reason)" } ?? reason,
      cure: facts.container.map {
        "\($0 == "podman" ? "podman" : "docker") run --cpuset-cpus=\(Quantity.ranges(facts.usableCores)) …"
      }
        ?? unit(of: quota.group).map { "sudo systemctl set-property --runtime \($0) CPUQuota=" },
      isOfConfig: demand != nil)
  }

  /// Those that wait for load before they raise the frequency.
  private static let slowGovernors: Set<String> = ["powersave", "ondemand", "conservative"]

  var governor: Finding? {
    guard !facts.governors.isEmpty else { return nil }
    let known = facts.governors.sorted { $0.key < $1.key }
    let value = known.map { "\($0.key) on \($0.value.count == 1 ? "core" : "cores") \(Quantity.ranges($0.value))" }
      .joined(separator: ", ")
    guard facts.governors.keys.contains(where: Self.slowGovernors.contains) else {
      return Finding(.governor, .ok, value)
    }
    let isTimed = demand.map { $0.isPaced || $0.realTimePriority > 0 } ?? false
    return Finding(
      .governor, .warning, value, "cores that waited for a step begin it at a low frequency, so its time varies",
      cure: "sudo cpupower frequency-set -g performance", isOfConfig: isTimed)
  }

  var threadVariables: Finding? {
    let set = facts.threadVariables.sorted { $0.key < $1.key }
    let binding = set.filter { !MachineFacts.threadCounts.contains($0.key) && !Self.means(off: $0.value) }
    let counts = set.filter { MachineFacts.threadCounts.contains($0.key) }
    func words(_ variables: [(key: String, value: String)]) -> String {
      variables.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
    func unset(_ variables: [(key: String, value: String)]) -> String {
      "unset " + variables.map(\.key).joined(separator: " ")
    }
    if let demand, !demand.contradictingVariables.isEmpty {
      let own = demand.contradictingVariables.sorted { $0.key < $1.key }
      return Finding(
        .threadVariables, .warning, words(own),
        "the environment of controllers.program contradicts 'threads: \(demand.threadsPerController)', and wins: each "
          + "controller's libraries start that many threads", isOfConfig: true)
    }
    if !binding.isEmpty {
      return Finding(
        .threadVariables, .warning, words(binding),
        "libraries bind their threads to cores by it, every controller to the same ones", cure: unset(binding),
        isOfConfig: demand != nil)
    }
    guard !counts.isEmpty else { return Finding(.threadVariables, .ok, "none set") }
    if let demand {
      let other = counts.filter { Int($0.value) != demand.threadsPerController }
      guard !other.isEmpty else { return Finding(.threadVariables, .ok, words(counts)) }
      return Finding(
        .threadVariables, .note, words(other),
        "controllers get 'threads: \(demand.threadsPerController)' of the config instead; the simulator gets yours",
        cure: unset(other))
    }
    return Finding(
      .threadVariables, .note, words(counts),
      "controllers get the config's 'controllers.threads' instead; a simulator of yours gets these", cure: unset(counts)
    )
  }

  private static func means(off value: String) -> Bool {
    ["false", "0", "none", "disabled", "norespect,none", ""].contains(value.lowercased())
  }
}
