import CLinux
import ControlCluster
import Glibc

/// What stands before a run: reading, validating and planning.
enum ConfigFigures {
  /// The config that the whole program is timed with.
  static let standard = "configs/robots/go2/cluster.yaml"

  /// Reading, validating and planning a config of 1000 controllers, inside a process.
  static func planning(fields: Int, _ effort: Effort) throws -> Samples {
    let descriptor = try System.check("memfd", linux_memfd("cluster.yaml"))
    defer { close(descriptor) }
    try System.writeAll(descriptor, Array(config(fields: fields).utf8))
    var samples = Samples()
    samples += try Tool.planning("/proc/\(getpid())/fd/\(descriptor)", count: 5 * effort.turns)
    return samples
  }

  /// `ccluster validate` of the standard config, from before its start until after its end.
  static func validation(_ effort: Effort) throws -> Samples {
    let program = try Tool.path(of: "ccluster")
    let nowhere = try System.call("open /dev/null") { open("/dev/null", O_WRONLY | O_CLOEXEC) }
    defer { close(nowhere) }
    var request = SpawnRequest([program, "validate", standard])
    request.descriptors = [(nowhere, STDOUT_FILENO), (STDERR_FILENO, STDERR_FILENO)]
    var samples = Samples()
    for _ in 0..<effort.turns {
      let began = Clock.now
      let child = try Spawn.start(request)
      defer { close(child.pidfd) }
      var status: Int32 = 0
      waitpid(child.pid, &status, 0)
      samples += [Clock.now - began]
      guard status == 0 else { throw BenchError.tool("'ccluster validate \(standard)' failed") }
    }
    return samples
  }

  private static func config(fields: Int) -> String {
    let buffers = (0..<10).map { buffer in
      let lines = (0..<(fields / 10)).map { "      field_\($0): {shape: [joints], unit: rad, columns: joints}\n" }
      return "  buffer_\(buffer):\n    writer: \(buffer.isMultiple(of: 2) ? "simulator" : "controller")\n    fields:\n"
        + lines.joined()
    }
    return """
      ccluster: 1
      name: wide
      robot:
        name: go2
        joints: [\(BenchBuffers.joints.joined(separator: ", "))]
        contacts: [\(BenchBuffers.contacts.joined(separator: ", "))]
        mass: 15.0
      controllers: {count: 1000}
      buffers:

      """ + buffers.joined()
  }
}
