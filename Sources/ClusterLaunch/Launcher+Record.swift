import ClusterPlan
import ControlCluster
import Glibc

// What a run tells: to who shows it, to its directory, and to those who listen.
extension Launcher {
  func tell(_ event: LaunchEvent) {
    observer.show(event)
    if case .created = event { options.recorder?.succeed() }
    guard let recorder = options.recorder, let record = EventRecord(event) else { return }
    recorder.record(record)
    control?.publish(record)
  }

  /// Once a turn, so that a chatty process costs a write a turn and not one a line.
  func record() {
    if let problem = options.recorder?.flush() { tell(.warning(problem)) }
  }

  /// Tells which controllers have failed since the last look.
  func tellFailures(_ segment: Segment) {
    for slot in 0..<segment.layout.slots {
      let snapshot = segment.slotSnapshot(slot)
      guard snapshot.state == .failed else {
        failed.remove(slot)
        continue
      }
      if failed.insert(slot).inserted { tell(.solveFailed(controller: snapshot.number, message: snapshot.message)) }
    }
  }

  func drain(_ output: ChildOutput) -> Bool {
    if others != nil, output.process == Topology.hostsName { return drainHosts(output) }
    // What concerns all of the lines is done once: there may be a hundred thousand.
    let log = options.recorder?.log(of: output.process, output.stream)
    var last = lastLines.removeValue(forKey: output.process) ?? LastLines()
    defer { lastLines[output.process] = last }
    return output.drain { line in
      observer.show(.output(process: output.process, stream: output.stream, line: line))
      log?.file.append(line, prefix: log?.prefix ?? "")
      last.add(line, output.stream)
    }
  }

  func tellLastWords(of name: String, _ pid: pid_t, wait: Int32) {
    let status = ProcessStatus(wait: wait)
    guard !status.isSuccess else { return }
    let lines = lastLines[name]?.lines ?? []
    let pattern = System.contents(of: "/proc/sys/kernel/core_pattern") ?? ""
    tell(
      .lastWords(
        LastWords(
          process: name, status: status, lines: lines,
          log: lines.isEmpty ? nil : options.recorder.map { "\($0.directory.logs)/\(name).log" },
          // WCOREDUMP
          core: wait & 0x80 != 0 ? LastWords.core(of: pid, pattern: pattern) : nil)))
  }
}
