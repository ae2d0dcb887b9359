extension CgroupFacts {
  /// Reads both hierarchies: where a controller has one of its own (version 1), that one holds, and the common one
  /// (version 2) otherwise.
  init(reading files: MachineFiles) {
    let memory = Hierarchy("memory", files)
    let tasks = Hierarchy("pids", files)
    self.init(
      memory: Self.tightest(memory.groups.compactMap { Self.memory(in: $0, memory.version, files) }),
      processorTime: Self.processorTime(Hierarchy("cpu", files), files),
      tasks: Self.tightest(
        tasks.groups.compactMap { group in
          files.number("\(group.path)/pids.max").map {
            Allowance(limit: $0, used: files.number("\(group.path)/pids.current") ?? 0, group: group.name)
          }
        }))
  }

  private static func tightest(_ allowances: [Allowance]) -> Allowance? { allowances.min { $0.free < $1.free } }

  private static func memory(in group: Group, _ version: Int, _ files: MachineFiles) -> Allowance? {
    let (limitFile, usedFile, idleKey) =
      version == 1
      ? ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
      : ("memory.max", "memory.current", "inactive_file")
    // Version 1 says "no limit" by the largest number that is a whole page; no machine has an exbibyte.
    guard let limit = files.number("\(group.path)/\(limitFile)"), limit < 1 << 60 else { return nil }
    let idle = files.lines("\(group.path)/memory.stat").first { $0.hasPrefix("\(idleKey) ") }
      .flatMap { Int($0.dropFirst(idleKey.count + 1)) }
    let used = files.number("\(group.path)/\(usedFile)") ?? 0
    return Allowance(limit: limit, used: max(0, used - (idle ?? 0)), group: group.name)
  }

  private static func processorTime(_ hierarchy: Hierarchy, _ files: MachineFiles) -> Quota? {
    let quotas = hierarchy.groups.compactMap { group -> Quota? in
      let words: [Int?] =
        hierarchy.version == 1
        ? ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map { files.number("\(group.path)/\($0)") }
        : (files.text("\(group.path)/cpu.max") ?? "").split(separator: " ").map { Int($0) }
      guard words.count == 2, let quota = words[0], let period = words[1], quota > 0, period > 0 else { return nil }
      return Quota(cores: Double(quota) / Double(period), period: Double(period) / 1e6, group: group.name)
    }
    return quotas.min { $0.cores < $1.cores }
  }

  private struct Group {
    /// Of its directory.
    var path: String
    var name: String
  }

  /// Where one controller is mounted, and this process's groups there, its own first.
  private struct Hierarchy {
    var version = 2
    var groups: [Group] = []

    init(_ controller: String, _ files: MachineFiles) {
      let mounts = files.lines("/proc/self/mountinfo").compactMap(Mount.init)
      let memberships = files.lines("/proc/self/cgroup").map {
        $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      }
      func path(_ isWanted: (Substring) -> Bool) -> Substring? {
        memberships.first { $0.count == 3 && isWanted($0[1]) }?[2]
      }
      if let mount = mounts.first(where: { $0.type == "cgroup" && $0.options.contains(Substring(controller)) }),
        let own = path({ $0.split(separator: ",").contains { $0 == controller } })
      {
        version = 1
        groups = Self.upwards(from: own, mount)
      } else if let mount = mounts.first(where: { $0.type == "cgroup2" }), let own = path(\.isEmpty) {
        groups = Self.upwards(from: own, mount)
      }
    }

    private static func upwards(from own: Substring, _ mount: Mount) -> [Group] {
      // In a container the mount shows a part of the tree, and paths may still count from the machine's root, or, in a
      // namespace that was left, lead out of it.
      var below = own
      if mount.root != "/", below.hasPrefix(mount.root) { below = below.dropFirst(mount.root.count) }
      var parts = below.split(separator: "/")
      if parts.contains("..") { parts = [] }
      return (0...parts.count).reversed().map { count in
        let name = parts.prefix(count).map { "/\($0)" }.joined()
        return Group(path: mount.point + name, name: name.isEmpty ? "/" : name)
      }
    }
  }

  /// A line of /proc/self/mountinfo; see proc(5).
  private struct Mount {
    var root: Substring
    var point: String
    var type: Substring
    /// Of its file system, where version 1 has the names of controllers.
    var options: [Substring]

    init?(_ line: Substring) {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
      root = fields[3]
      point = String(fields[4])
      type = fields[dash + 1]
      options = fields[dash + 3].split(separator: ",")
    }
  }
}
