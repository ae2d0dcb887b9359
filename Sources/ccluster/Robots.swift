import ClusterConfig
import ClusterLaunch
import ControlCluster
import Glibc

/// The robots of all configs that can be found.
struct Robots {
  struct Robot {
    let name: String
    /// The folder of configs that it is in, absolute and without links.
    let configs: String

    private var directory: String { "\(configs)/robots/\(name)" }
    /// Files that describe a whole cluster of it but for its own sections.
    var extended: [String] {
      let cluster = "\(directory)/cluster.yaml"
      if access(cluster, R_OK) == 0 { return [cluster] }
      return ["\(configs)/presets/rhc.yaml", "\(directory)/robot.yaml"].filter { access($0, R_OK) == 0 }
    }
  }

  /// By name.
  let all: [Robot]

  init(configPath: [String]) {
    var found: [String: Robot] = [:]
    for directory in configPath + Self.ownConfigs {
      guard let configs = System.realPath(directory) else { continue }
      for name in System.names(in: "\(configs)/robots")
      where !name.hasPrefix(".") && found[name] == nil && access("\(configs)/robots/\(name)/robot.yaml", R_OK) == 0 {
        found[name] = Robot(name: name, configs: configs)
      }
    }
    all = found.values.sorted { $0.name < $1.name }
  }

  /// For completion: the words of a command line that is being written.
  init(words: [String]) {
    self.init(
      configPath: zip(words, words.dropFirst()).compactMap { option, value in
        option == "--config-path" ? value : nil
      })
  }

  subscript(name: String) -> Robot? { all.first { $0.name == name } }

  /// A line for each robot, with the folder it is in.
  var text: String {
    let width = all.map(\.name.count).max() ?? 0
    return all.map { robot in
      "\(robot.name)\(String(repeating: " ", count: width - robot.name.count))  \(robot.configs)\n"
    }.joined()
  }

  /// The robot that was probably meant: a part of its name was written, or few letters differ.
  func nearest(to name: String) -> String? {
    let wanted = name.lowercased()
    let names = all.map(\.name)
    let part = names.first { !wanted.isEmpty && ($0.lowercased().contains(wanted) || wanted.contains($0.lowercased())) }
    return part ?? Suggestion.nearest(to: name, among: names)
  }

  // MARK: Folders

  /// Those of checkouts around the current directory and around this program, and the installed ones.
  private static var ownConfigs: [String] {
    let program = (try? Programs.besideThisOne().directory) ?? "/"
    return configs(above: System.realPath(".") ?? "/") + configs(above: program) + [
      "\(program)/../share/ccluster/configs"
    ]
  }

  /// The nearest first. A folder of that name is ours when it holds robots.
  private static func configs(above directory: String) -> [String] {
    var parts = directory.split(separator: "/")
    var found: [String] = []
    while true {
      found.append("/" + (parts + ["configs"]).joined(separator: "/"))
      if parts.popLast() == nil { return found }
    }
  }
}
