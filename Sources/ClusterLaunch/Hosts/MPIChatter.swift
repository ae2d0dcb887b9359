import ControlCluster

/// Picks out of what `mpirun` prints on standard error what matters: the lines of ranks and of the shells that start its
/// daemons, and in its own framed advice what has become of which host. The rest is meant for authors of MPI programs.
struct MPIChatter {
  enum Finding: Equatable {
    /// A line of a rank: the agent's at the head, when it is 0.
    case line(rank: Int, String)
    /// A line of another program: of ssh, perhaps.
    case other(String)
    /// A rank was killed.
    case killed(rank: Int, signal: Int32)
    /// The daemon of a host is gone, by the host's name.
    case daemonLost(host: String)
    /// Something could not be started, or has failed, in words.
    case failed(String)
  }

  private var frame: [String]?
  private static let tag = "<stderr>:"
  /// Of a frame whose kind is not known, characters that are told.
  private static let longest = 300

  /// - Parameter line: of its standard error.
  mutating func read(_ line: String) -> Finding? {
    if let tagged = Self.tagged(line) { return tagged }
    if line.utf8.count > 40, line.allSatisfy({ $0 == "-" }) {
      defer { frame = frame == nil ? [] : nil }
      return frame.flatMap(Self.finding)
    }
    if frame != nil {
      frame?.append(String(line.drop { $0 == " " }))
      return nil
    }
    return Self.isOwn(line) ? nil : .other(line)
  }

  /// `[1,2]<stderr>:TEXT`
  private static func tagged(_ line: String) -> Finding? {
    guard line.hasPrefix("["), let close = line.firstIndex(of: "]"), case let rest = line[line.index(after: close)...],
      rest.hasPrefix(tag), let comma = line[..<close].lastIndex(of: ","),
      let rank = Int(line[line.index(after: comma)..<close])
    else { return nil }
    return .line(rank: rank, String(rest.dropFirst(tag.count)))
  }

  /// What Open MPI says outside of a frame, or a shell of a daemon that was killed: that the daemon is gone is told in a frame.
  private static func isOwn(_ line: String) -> Bool {
    let text = line.drop { $0 == " " }
    if text.isEmpty || text == "Killed" || text == "Terminated" { return true }
    if text.hasPrefix("mpirun: ") || text.hasSuffix("total processes failed to start") { return true }
    if text.contains("more process has sent help message") || text.contains("more processes have sent help message") {
      return true
    }
    // "[b:4711] PMIX ERROR: …"
    guard text.hasPrefix("["), let close = text.firstIndex(of: "]") else { return false }
    let inside = text[..<close].dropFirst()
    return inside.lastIndex(of: ":").map { Int(inside[inside.index(after: $0)...]) != nil } ?? false
  }

  private static func finding(_ lines: [String]) -> Finding? {
    let text = lines.joined(separator: " ")
    if text.contains("has lost communication with a remote daemon") {
      return value("Remote daemon:", in: lines).flatMap { $0.split(separator: " ").last }
        .map { .daemonLost(host: String($0)) }
    }
    if text.contains("could not access or execute an executable"), let program = value("Executable:", in: lines),
      let host = value("Node:", in: lines)
    {
      return .failed(
        "host \(host): '\(program)' cannot be started there; our programs are at the same path on all hosts")
    }
    if text.contains("unable to reliably start one or more daemons") {
      return .failed(
        "mpirun could not start its daemon on one of the hosts: 'ssh HOST true' has to work without a password "
          + "(OMPI_MCA_plm_rsh_agent names another program), and Open MPI has to be installed there")
    }
    // That somebody failed follows from what is known anyway, and aborting is what it was asked for.
    let isKnown = [
      "Primary job", "Child job", "does not know how to route", "mpirun has exited due to", "failed to TCP connect",
    ]
    if isKnown.contains(where: text.contains) { return nil }
    if let killed = killed(text) { return killed }
    let first = lines.drop(while: \.isEmpty).prefix { !$0.isEmpty }.joined(separator: " ")
    return first.isEmpty ? nil : .failed("mpirun: \(first.prefix(longest))")
  }

  /// "mpirun noticed that process rank 1 with PID 4711 on node b exited on signal 9 (Killed)."
  private static func killed(_ text: String) -> Finding? {
    let words = text.split(separator: " ")
    func number(after marker: String) -> Int? {
      words.firstIndex(of: Substring(marker)).flatMap { index in
        words.indices.contains(index + 1) ? Int(words[index + 1]) : nil
      }
    }
    guard words.starts(with: ["mpirun", "noticed"]), let rank = number(after: "rank"),
      let signal = number(after: "signal")
    else { return nil }
    return .killed(rank: rank, signal: Int32(signal))
  }

  private static func value(_ key: String, in lines: [String]) -> String? {
    lines.first { $0.hasPrefix(key) }.map { String($0.dropFirst(key.count).drop { $0 == " " }) }
  }
}
