import ControlCluster

extension MachineFacts {
  /// Bytes, seconds and numbers; `null` is without limit, or unknown.
  public var json: JSONValue {
    [
      "kernel": .string(kernel), "real_time_kernel": .bool(isRealTimeKernel), "clock_source": .text(clockSource),
      "virtualisation": virtualisation.map { ["name": .string($0.name), "stolen": .number($0.stolen)] } ?? .null,
      "container": .text(container), "slurm_job": .text(slurmJob),
      "cores": ["online": .numbers(onlineCores), "usable": .numbers(usableCores), "isolated": .numbers(isolatedCores)],
      "governors": .object(
        governors.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .numbers($0.value)) }),
      "real_time_runtime": .count(realTimeRuntime),
      "shared_memory": sharedMemory.json, "memory": memory.json,
      "stale_objects": .array(
        staleObjects.map { ["name": .string($0.name), "bytes": .integer($0.bytes)] }),
      "removes_ipc": removesIPC.map(JSONValue.bool) ?? .null, "lingers": .bool(lingers),
      "limits": [
        "descriptors": descriptors.json, "processes": processes.json, "locked_memory": lockedMemory.json,
        "real_time_priority": realTimePriority.json,
      ],
      "user": [
        "uid": .integer(uid), "threads": .integer(userTasks), "held_to_process_limit": .bool(isHeldToProcessLimit),
      ],
      "cgroup": [
        "memory": cgroup.memory.json, "threads": cgroup.tasks.json,
        "cores": cgroup.processorTime.map {
          ["cores": .number($0.cores), "period": .number($0.period), "group": .string($0.group)]
        } ?? .null,
      ],
      "thread_variables": .object(
        threadVariables.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .string($0.value)) }),
      "missing_programs": .array(missingPrograms.map(JSONValue.string)),
    ]
  }
}

extension RunDemand {
  public var json: JSONValue {
    [
      "shared_memory": .integer(sharedMemory), "private_memory": .integer(privateMemory),
      "processes": .integer(processes), "threads": .integer(threads), "busy_threads": .integer(busyThreads),
      "descriptors": .integer(descriptors), "real_time_priority": .integer(realTimePriority), "nice": .integer(nice),
      "paced": .bool(isPaced), "isolated_cores": .bool(usesIsolatedCores),
    ]
  }
}

extension MachineFacts.Limit {
  fileprivate var json: JSONValue { ["soft": .count(soft), "hard": .count(hard)] }
}

extension MachineFacts.Space? {
  fileprivate var json: JSONValue { map { ["total": .integer($0.total), "free": .integer($0.free)] } ?? .null }
}

extension CgroupFacts.Allowance? {
  fileprivate var json: JSONValue {
    map { ["limit": .integer($0.limit), "used": .integer($0.used), "group": .string($0.group)] } ?? .null
  }
}

extension JSONValue {
  fileprivate static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
  fileprivate static func count(_ number: Int?) -> JSONValue { number.map(JSONValue.integer) ?? .null }
  fileprivate static func numbers(_ numbers: [Int]) -> JSONValue { .array(numbers.map(JSONValue.integer)) }
}
