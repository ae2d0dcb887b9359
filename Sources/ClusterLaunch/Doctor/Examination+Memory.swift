import ControlCluster

// Shared memory, and what becomes of it.
extension Examination {
  /// What container engines give when nobody asks for more, bytes.
  static let containerDefault = 64 << 20

  var sharedMemory: Finding? {
    guard let space = facts.sharedMemory, space.total > 0 else {
      return Finding(
        .sharedMemory, .error, "no /dev/shm", "a cluster's memory is an object in /dev/shm",
        cure: "sudo mount -t tmpfs -o mode=1777,size=50% tmpfs /dev/shm", isOfConfig: demand != nil)
    }
    if space.isReadOnly {
      return Finding(
        .sharedMemory, .error, "read-only", "a cluster's memory is made in /dev/shm",
        cure: "sudo mount -o remount,rw /dev/shm", isOfConfig: demand != nil)
    }
    let value = "\(Quantity.bytes(space.free)) free of \(Quantity.bytes(space.total))"
    if let demand, demand.sharedMemory > sharedMemoryFree {
      return Finding(
        .sharedMemory, .error, value,
        "the cluster takes \(Quantity.bytes(demand.sharedMemory)) of shared memory, and /dev/shm has "
          + "\(Quantity.bytes(sharedMemoryFree)) free", cure: largerSharedMemory, isOfConfig: true)
    }
    if demand == nil, space.free < space.total / 10 {
      return Finding(
        .sharedMemory, .warning, value,
        "clusters of this machine share what is left, and one that finds too little does "
          + "not start", cure: "ls -lS /dev/shm")
    }
    if demand == nil, space.total <= Self.containerDefault {
      return Finding(
        .sharedMemory, .note, value, "this is what a container gets by default; large clusters take more",
        cure: facts.container.map { "\($0 == "podman" ? "podman" : "docker") run --shm-size=1g …" })
    }
    return Finding(.sharedMemory, .ok, value)
  }

  /// An object that is stale gives way to the run that takes its name.
  public var sharedMemoryFree: Int {
    let replaced = facts.staleObjects.first { $0.name == demand?.object }?.bytes ?? 0
    return (facts.sharedMemory?.free ?? 0) + replaced
  }

  var largerSharedMemory: String? {
    guard let space = facts.sharedMemory, let demand else { return nil }
    let wanted = space.total + max(0, demand.sharedMemory - sharedMemoryFree)
    let size = Self.roundedUp(wanted)
    if facts.container != nil, facts.slurmJob == nil {
      return "\(facts.container == "podman" ? "podman" : "docker") run --shm-size=\(size) …"
    }
    return "sudo mount -o remount,size=\(size) /dev/shm"
  }

  /// In whole MiB up to 1 GiB and whole GiB beyond, as mount(8) and docker(1) read it: `768m`, `3g`.
  static func roundedUp(_ bytes: Int) -> String {
    let (unit, letter) = bytes <= 1 << 30 ? (1 << 20, "m") : (1 << 30, "g")
    return "\((bytes - 1) / unit + 1)\(letter)"
  }

  var memory: Finding? {
    guard let space = facts.memory else { return nil }
    let value = "\(Quantity.bytes(space.free)) available of \(Quantity.bytes(space.total))"
    guard let demand, demand.sharedMemory + demand.privateMemory > space.free else {
      return Finding(.memory, .ok, value)
    }
    let wanted = "the cluster takes \(Quantity.bytes(demand.sharedMemory + demand.privateMemory))"
    return demand.sharedMemory > space.total
      ? Finding(
        .memory, .error, value,
        "\(wanted), more than this machine has; its controllers must be fewer or their buffers smaller",
        isOfConfig: true)
      : Finding(
        .memory, .warning, value,
        "\(wanted); what is missing is swapped out in the middle of steps, or somebody is killed",
        cure: "ps -e --sort=-rss -o pid,user,rss,comm | head", isOfConfig: true)
  }

  var cgroupMemory: Finding? {
    guard let allowance = facts.cgroup.memory else { return Finding(.cgroupMemory, .ok, "no limit") }
    let value = "\(Quantity.bytes(allowance.free)) free of \(Quantity.bytes(allowance.limit))"
    guard let demand else { return Finding(.cgroupMemory, .ok, value) }
    let wanted = demand.sharedMemory + demand.privateMemory
    guard wanted > allowance.free else { return Finding(.cgroupMemory, .ok, value) }
    return Finding(
      .cgroupMemory, demand.sharedMemory > allowance.limit ? .error : .warning, value,
      "the cluster takes \(Quantity.bytes(wanted)), and its shared memory counts; the kernel kills processes of a group "
        + "that goes beyond its limit", cure: moreMemory(wanted + allowance.used, allowance.group), isOfConfig: true)
  }

  private func moreMemory(_ bytes: Int, _ group: String) -> String? {
    let size = Self.roundedUp(bytes)
    if facts.slurmJob != nil { return "sbatch --mem=\(size) …" }
    if let container = facts.container {
      return "\(container == "podman" ? "podman" : "docker") run --memory=\(size) …"
    }
    return unit(of: group).map { "sudo systemctl set-property --runtime \($0) MemoryMax=\(size.uppercased())" }
  }

  /// The systemd unit that a group belongs to; `nil` for other people's groups.
  func unit(of group: String) -> String? {
    guard let name = group.split(separator: "/").last else { return nil }
    return [".slice", ".service", ".scope"].contains(where: name.hasSuffix) ? String(name) : nil
  }

  var staleMemory: Finding? {
    let objects = facts.staleObjects.filter { $0.name != demand?.object }
    guard !objects.isEmpty else { return Finding(.staleMemory, .ok, "none") }
    let bytes = objects.reduce(0) { $0 + $1.bytes }
    let names = objects.map { $0.name.split(separator: ".", maxSplits: 2).last.map(String.init) ?? $0.name }
    return Finding(
      .staleMemory, .warning, "\(Quantity.count(objects.count, "object")), \(Quantity.bytes(bytes))",
      objects.count == 1
        ? "its server is gone, and nobody else removes it; it takes memory until the machine starts again"
        : "their servers are gone, and nobody else removes them; they take memory until the machine starts again",
      cure: "ccluster clean " + names.map(ShellWord.quoted).joined(separator: " "))
  }

  var removeIPC: Finding? {
    guard let removesIPC = facts.removesIPC else { return nil }
    // Of system users logind removes nothing; SYS_UID_MAX is 999 wherever systemd is.
    guard removesIPC, facts.uid > 999, !facts.lingers else {
      return Finding(.removeIPC, .ok, removesIPC ? "yes, but not of this user" : "no")
    }
    return Finding(
      .removeIPC, .warning, "yes",
      "when your last session ends, logind removes the memory of clusters that still run: nobody can attach to them any "
        + "more, and no controller can be started again", cure: "sudo loginctl enable-linger \(facts.uid)")
  }
}
