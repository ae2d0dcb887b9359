import CLinux
import ControlCluster
import Glibc

/// A connection to the launcher of a running cluster, as verbs use it. It waits, with a limit.
public final class ControlClient {
  private let descriptor: Int32
  private var input: [UInt8] = []

  /// - Parameter directory: The run directory by a short path.
  init(in directory: String) throws(ClusterError) {
    descriptor = try System.check(
      "connect to the launcher", linux_connect_to("\(directory)/\(RunDirectory.socketName)"))
  }

  deinit { close(descriptor) }

  /// Asks for something, and waits for the answer.
  /// - Parameters:
  ///   - members: beside the version: `do`, and what it takes.
  ///   - timeout: s
  /// - Throws: `failed` with the launcher's own words when it refuses, or when no answer comes.
  public func ask(_ members: [JSONValue.Member], timeout: Double = 10) throws(ClusterError) -> JSONValue {
    try send(members)
    let end = System.monotonicNanoseconds + UInt64(timeout * 1e9)
    while true {
      let left = Double(Int64(bitPattern: end &- System.monotonicNanoseconds)) * 1e-9
      guard left > 0 else { throw .failed("the launcher has not answered within \(Quantity.plain(timeout)) s") }
      guard let answer = try next(timeout: left) else { continue }
      if answer["event"] != nil { continue }
      if answer["ok"]?.bool == true { return answer }
      throw .failed(Self.refusal(answer))
    }
  }

  /// Asks for something, without waiting: ``next(timeout:)`` has the answer, some time.
  public func send(_ members: [JSONValue.Member]) throws(ClusterError) {
    let request = JSONValue.object([.init(key: "v", value: .integer(ControlRequest.version))] + members)
    try System.writeAll(descriptor, Array((request.compact + "\n").utf8))
  }

  /// The launcher's words of an answer that is none.
  public static func refusal(_ answer: JSONValue) -> String {
    answer[path: "error.message"]?.string ?? "the launcher refused without a word"
  }

  /// The next line.
  /// - Parameter timeout: s
  /// - Returns: `nil` when none has come by then.
  /// - Throws: `stopped` when the launcher has hung up.
  public func next(timeout: Double) throws(ClusterError) -> JSONValue? {
    while true {
      if let end = input.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: input[..<end], as: UTF8.self)
        input.removeFirst(end + 1)
        if let json = try? JSONValue(parsing: line) { return json }
        continue
      }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, Int32(timeout * 1000)) > 0 else { return nil }
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .failed("the launcher has hung up") }
      input += chunk[..<count]
    }
  }
}
