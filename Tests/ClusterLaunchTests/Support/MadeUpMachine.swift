import Glibc

@testable import ClusterLaunch

/// A directory with the files that describe a machine, removed with this object.
final class MadeUpMachine {
  let root: String

  init(_ files: [String: String]) {
    var template = Array("/tmp/ccluster-machine.XXXXXX".utf8CString)
    root = String(cString: mkdtemp(&template))
    for (path, text) in files { write(path, text) }
  }

  deinit { remove(root) }

  func write(_ path: String, _ text: String) {
    var directory = root
    for part in path.split(separator: "/").dropLast() {
      directory += "/\(part)"
      mkdir(directory, 0o755)
    }
    let file = fopen(root + path, "w")!
    fputs(text, file)
    fclose(file)
  }

  func facts(
    environment: [String: String] = [:], sharedMemory: MachineFacts.Space? = nil, programs: String = "/nowhere"
  ) -> MachineFacts {
    MachineFacts(
      reading: MachineFiles(root: root), environment: { environment[$0] }, sharedMemory: sharedMemory,
      programs: programs)
  }

  private func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR, let entries = opendir(path) {
      var names: [String] = []
      while let entry = readdir(entries) {
        names.append(
          withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
      }
      closedir(entries)
      for name in names where name != "." && name != ".." { remove("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}
