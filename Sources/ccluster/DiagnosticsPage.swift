import ClusterConfig

/// Diagnostics explained as one Markdown page, by chapter.
struct DiagnosticsPage {
  let markdown: String

  init(_ ids: [Diagnostic.ID]) {
    let chapters = Diagnostic.ID.Chapter.allCases.compactMap { chapter -> String? in
      let own = ids.filter { $0.chapter == chapter }
      return own.isEmpty ? nil : "## \(chapter.rawValue)\n\n" + own.map(Self.section).joined(separator: "\n\n")
    }
    markdown = ([Self.introduction] + chapters).joined(separator: "\n\n") + "\n"
  }

  private static let introduction = """
    # What `ccluster` says about configs

    <!-- Written by `ccluster explain --format markdown`; a test compares. -->

    Each message has a place, and ends in an id; `ccluster explain ID` prints what stands here about it. Most examples are a \
    part of a config, laid over this one, `\(ConfigExample.base.name)`:

    ```yaml
    \(ConfigExample.base.text)```

    What is said about them is said by `ccluster validate \(ConfigExample.base.name) --overlay example.yaml`.
    """

  private static func section(_ id: Diagnostic.ID) -> String {
    let explanation = id.explanation
    let parts =
      ["### \(id.rawValue)", explanation.meaning] + sources(of: explanation.broken)
      + ["```text\n\(explanation.broken.rendered())```", "The cure:"] + sources(of: explanation.cured)
    return parts.joined(separator: "\n\n")
  }

  private static func sources(of example: ConfigExample) -> [String] {
    let files = example.files.enumerated().map { index, file in
      example.isDescription
        ? "```xml\n\(file.shown)```" : "```yaml\n\(index == 0 ? "" : "# \(file.name)\n")\(file.shown)```"
    }
    return files + (example.needsCommand ? ["```sh\n\(example.commandLine)\n```"] : [])
  }
}
