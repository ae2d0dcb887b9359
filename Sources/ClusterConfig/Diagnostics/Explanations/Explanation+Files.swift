extension Explanation {
  static let unreadableFile = Explanation(
    """
    A file that the command line or an 'extends' names is not there, may not be read, or is no file. 'extends' looks beside \
    the file that names it, then along --config-path, $CCLUSTER_CONFIG_PATH and the installed configs; the notes list the \
    places that were tried. Mend the name, or add the folder with --config-path.
    """,
    broken: .init("extends: payload.yml", others: ["payload.yaml": "robot: {mass: 12}"]),
    cured: .init("extends: payload.yaml", others: ["payload.yaml": "robot: {mass: 12}"]))

  static let notText = Explanation(
    """
    Configs are UTF-8 text. NUL bytes, control characters and other encodings are refused, because editors hide them and \
    programs disagree about them. Delete the character, or save the file as UTF-8.
    """,
    broken: "robot: {name: \"arm\u{7}\"}", cured: "robot: {name: \"arm\"}")

  static let emptyFile = Explanation(
    """
    A file without a single setting is a slip: a file that was not saved, or one in which everything is commented out. \
    Write what it shall set, or do not name it.
    """,
    broken: "# horizon: {nodes: 21}", cured: "horizon: {nodes: 21}")

  static let yamlSyntax = Explanation(
    """
    The file cannot be read as YAML 1.1 or 1.2: a bracket or a quote is not closed, a tab indents, a colon lacks its space, \
    or lines are indented differently. The message says which, and the note where it began. Nothing else of the file can be \
    checked before it is mended.
    """,
    broken: "controllers: {count: 4", cured: "controllers: {count: 4}")

  static let multipleDocuments = Explanation(
    """
    '---' in the middle of a file begins a second YAML document, and a config is one. Remove the line, or make a file of \
    each document and 'extends' them.
    """,
    broken: """
      controllers: {count: 4}
      ---
      horizon: {nodes: 21}
      """,
    cured: """
      controllers: {count: 4}
      horizon: {nodes: 21}
      """)

  static let unsupportedTag = Explanation(
    """
    A YAML tag asks a reader to make something else of a value. Configs know two: '!final' locks a value against files and \
    --set that come later, '!replace' makes a mapping take the place of the one before it. Types need no tag: write a number \
    without quotes, and text that looks like a number with them.
    """,
    broken: "controllers: {count: !!int \"4\"}", cured: "controllers: {count: 4}")

  static let undefinedAlias = Explanation(
    """
    '*name' repeats the value that '&name' marks, which must stand before it in the same file: anchors do not reach into \
    files that are extended. Define the anchor first, or correct the name.
    """,
    broken: "controllers: {joints: *all}",
    cured: """
      robot: {joints: &all [shoulder, elbow, wrist]}
      controllers: {joints: *all}
      """)

  static let mergeKey = Explanation(
    """
    The merge key '<<' is not in YAML 1.2, and programs disagree about what wins. Configs have one way to build on others: \
    'extends'. An alias may still repeat a whole value.
    """,
    broken: """
      robot:
        limits:
          shoulder: &limits {velocity: 2, effort: 80}
          elbow: {<<: *limits, effort: 40}
      """,
    cured: """
      robot:
        limits:
          shoulder: {velocity: 2, effort: 80}
          elbow: {velocity: 2, effort: 40}
      """)

  static let complexKey = Explanation(
    """
    YAML allows lists and mappings as keys, and no key of a config is one. Write a line for each name.
    """,
    broken: "robot: {homing: {[shoulder, elbow]: 0.5}}", cured: "robot: {homing: {shoulder: 0.5, elbow: 0.5}}")

  static let duplicateKey = Explanation(
    """
    The same key stands twice in one mapping. Most YAML readers keep the last one in silence, which loses a setting. Keep \
    the one that is meant.
    """,
    broken: "controllers: {count: 4, per_process: 2, count: 8}", cured: "controllers: {count: 8, per_process: 2}")

  static let tooDeep = Explanation(
    """
    Lists and mappings are nested, files extend one another, or the path of a --set goes on for more than 64 levels. No \
    config needs that; the bound keeps a hostile file from exhausting the stack. Flatten the value.
    """,
    broken: .init("robot: {parameters: {grid: \(nested(70))}}"),
    cured: .init("robot: {parameters: {grid: \(nested(3))}}"))

  private static func nested(_ levels: Int) -> String {
    String(repeating: "[", count: levels) + "1" + String(repeating: "]", count: levels)
  }

  static let tooLarge = Explanation(
    """
    A bound that keeps a slip or a hostile file from filling the machine: 4 MiB a file, 2^20 values in it with aliases \
    expanded, 256 extended files, 1 GiB for one row of each buffer, 1 TiB of buffers, and 1000 points of a sweep. For \
    buffers the factors are the extents, of which a 0 counts as 1, the dtype and controllers.count: mostly one of them is \
    mistaken.
    """,
    broken: "buffers: {map: {writer: simulator, fields: {height: [1000000, 1000000]}}}",
    cured: "buffers: {map: {writer: simulator, fields: {height: [1000, 1000]}}}")

  static let undefinedVariable = Explanation(
    """
    '${env:NAME}' takes the value of an environment variable, and this one is not set. It never becomes an empty text by \
    itself. Set the variable, or write '${env:NAME:-default}' with what to use without it.
    """,
    broken: "robot: {version: \"${env:ROBOT_VERSION}\"}", cured: "robot: {version: \"${env:ROBOT_VERSION:-1.0.0}\"}")

  static let variableSyntax = Explanation(
    """
    '${' begins an environment variable, of which there are two forms: '${env:NAME}', and '${env:NAME:-default}' where the \
    variable may be missing or empty. For the characters '${' themselves write '$${'.
    """,
    broken: .init("robot: {version: \"${ROBOT_VERSION}\"}", environment: ["ROBOT_VERSION": "1.0.0"]),
    cured: .init("robot: {version: \"${env:ROBOT_VERSION}\"}", environment: ["ROBOT_VERSION": "1.0.0"]))
}
