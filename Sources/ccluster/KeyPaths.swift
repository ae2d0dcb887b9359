import ClusterConfig

/// Completion of `--set` and `--sweep`: the keys of the config on the command line.
enum KeyPaths {
  /// - Parameter words: the command line that is being written; the first file on it that is a config counts.
  static func completions(_ words: [String]) -> [String] {
    for word in words.dropFirst() where word.hasSuffix(".yaml") || word.hasSuffix(".yml") {
      if let resolved = try? ClusterConfig.load(path: word) { return leaves(of: resolved.yaml(withOrigins: false)) }
    }
    return []
  }

  /// The dotted paths of all values of block mappings, two spaces a level, as `ResolvedConfig` writes them.
  static func leaves(of yaml: String) -> [String] {
    var path: [Substring] = []
    return yaml.split(separator: "\n").compactMap { line in
      let content = line.drop { $0 == " " }
      let depth = (line.count - content.count) / 2
      guard let colon = keyEnd(content) else { return nil }
      path.removeSubrange(min(depth, path.count)...)
      path.append(content[..<colon])
      // The schema's version is what it is.
      let isLeaf = content.index(after: colon) < content.endIndex && path != ["ccluster"]
      return isLeaf ? path.joined(separator: ".") : nil
    }
  }

  /// A key in quotes may hold a colon.
  private static func keyEnd(_ line: Substring) -> Substring.Index? {
    guard line.first == "\"" else { return line.firstIndex(of: ":") }
    var isEscaped = false
    for index in line.indices.dropFirst() {
      if !isEscaped, line[index] == "\"" {
        let end = line.index(after: index)
        return end < line.endIndex && line[end] == ":" ? end : nil
      }
      isEscaped = !isEscaped && line[index] == "\\"
    }
    return nil
  }
}
