import ControlCluster

// What everything runs on.
extension Examination {
  /// The first with pidfd_open(2), by which deaths are told.
  private static let oldestKernel = (5, 3)

  var kernel: Finding? {
    let value = facts.kernel + (facts.isRealTimeKernel ? ", PREEMPT_RT" : "")
    let numbers = facts.kernel.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    guard numbers.count == 2, (numbers[0], numbers[1]) < Self.oldestKernel else { return Finding(.kernel, .ok, value) }
    return Finding(
      .kernel, .error, value, "without pidfd_open, which came with Linux 5.3, nobody learns that a controller has died",
      isOfConfig: demand != nil)
  }

  /// Those that are read without a system call, on each architecture and below each hypervisor.
  private static let fastClocks: Set<String> = [
    "tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page",
  ]

  var clock: Finding? {
    guard let source = facts.clockSource else { return nil }
    if Self.fastClocks.contains(source) { return Finding(.clock, .ok, source) }
    let path = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
    let better = facts.clockSources.first(where: Self.fastClocks.contains)
    return Finding(
      .clock, .warning, source,
      "each look at the clock is a system call, and waiting clients look all the time"
        + (better == nil ? "; the kernel has found the processor's own counter unusable" : ""),
      cure: better.map { "echo \($0) | sudo tee \(path)" } ?? "sudo dmesg | grep -i tsc")
  }

  /// Of the cores' time, from which on a user sees it in step times.
  private static let noticeable = 0.01

  var virtualisation: Finding? {
    guard let machine = facts.virtualisation else { return Finding(.virtualisation, .ok, "none") }
    let stolen = "\(Quantity.fixed(machine.stolen * 100, 1)) % of the cores' time stolen"
    return Finding(
      .virtualisation, machine.stolen >= Self.noticeable ? .warning : .note, "\(machine.name), \(stolen)",
      "other guests take cores away in the middle of steps: what was measured here holds for here")
  }

  var programs: Finding? {
    guard !facts.missingPrograms.isEmpty else { return Finding(.programs, .ok, "all there") }
    return Finding(
      .programs, .error, "without \(facts.missingPrograms.joined(separator: ", "))",
      "they belong beside ccluster, which starts them from there", cure: "make install", isOfConfig: demand != nil)
  }
}
