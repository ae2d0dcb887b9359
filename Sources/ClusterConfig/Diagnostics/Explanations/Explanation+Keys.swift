extension Explanation {
  static let unknownKey = Explanation(
    """
    Nobody reads this key: it is misspelled, stands in the wrong mapping, or is of another version. It is an error, because a \
    setting that is ignored in silence is found on the robot. Values for a program of your own go under 'parameters'; those \
    of the built-in ones are checked like all else.
    """,
    broken: "controllers: {per_proces: 2}", cured: "controllers: {per_process: 2}")

  static let missingKey = Explanation(
    """
    A key without a default is not there: 'name', 'robot.joints' and 'controllers.count' of a config, 'writer' and 'fields' \
    of a buffer, 'shape' of a field, 'command' of a program or of a process. It may stand in any of the files, or come by --set.
    """,
    broken: "buffers: {command: {fields: {position: [joints]}}}",
    cured: "buffers: {command: {writer: controller, fields: {position: [joints]}}}")

  static let wrongType = Explanation(
    """
    The value is of another kind than the key takes. Only 'true' and 'false' are booleans; numbers stand without quotes and \
    are decimal or 0x…; one element of a list still stands in brackets.
    """,
    broken: "controllers: {activate: yes}", cured: "controllers: {activate: true}")

  static let invalidValue = Explanation(
    """
    The key takes one of a few words, and this is none of them. The note lists them.
    """,
    broken: "controllers: {on_failure: halt}", cured: "controllers: {on_failure: stop}")

  static let outOfRange = Explanation(
    """
    The number is of the right kind and cannot be meant: a count of nothing, a negative mass, a time that never passes. The \
    message gives the range.
    """,
    broken: "controllers: {threads: 0}", cured: "controllers: {threads: 1}")

  static let schemaVersion = Explanation(
    """
    'ccluster' is the version of the config language that a file is written in; without it the current one is meant. A file \
    of a newer version needs a newer program: none guesses at keys that it does not know.
    """,
    broken: "ccluster: 2", cured: "ccluster: 1")

  static let nameSyntax = Explanation(
    """
    Some names become part of something else. The cluster's is that of its shared memory: letters, digits, '.', '_' and '-', \
    at most 64. Those of dimensions, buffers and fields stand in expressions and in generated code: letters, digits and '_', \
    no digit first. Those of processes are names of files, too: letters, digits, '_' and '-', a letter first. Those of \
    environment variables have no '='.
    """,
    broken: "name: my arm", cured: "name: my-arm")

  static let duplicateName = Explanation(
    """
    A name is listed twice among joints, contacts or columns, so that it would not say which column is meant, or in 'after'. In a sweep, a \
    path, a value or a whole config comes twice, and would be run twice. The note shows the first one.
    """,
    broken: "robot: {contacts: [tool, tool]}", cured: "robot: {contacts: [tool, heel]}")

  static let reservedName = Explanation(
    """
    The dimensions joints, contacts, nodes and controllers follow from the rest of the config, and cannot be given another \
    value; server, simulator, controllers, controller-3, launcher and recorder are processes of every run. Choose another name for your own.
    """,
    broken: "dimensions: {joints: 6}", cured: "dimensions: {axes: 6}")

  static let duration = Explanation(
    """
    A time of processes is a number with its unit: us, ms, s, min or h. A bare number is refused, since 60 may be seconds as \
    well as milliseconds. Time steps (timing, horizon.dt) are plain numbers in seconds.
    """,
    broken: "controllers: {solve_timeout: 5}", cured: "controllers: {solve_timeout: 5s}")

  static let cores = Explanation(
    """
    Cores are 'all', 'isolated' (those that the kernel was started with isolcpus for), or a list of numbers and ranges, each \
    core once.
    """,
    broken: "controllers: {placement: {cores: [0, 0]}}", cured: "controllers: {placement: {cores: [0]}}")

  static let program = Explanation(
    """
    A program is the name of a built-in one (controllers: reference; simulator: stub or external), or a mapping with the \
    'command' to run. One place says which: 'program' and 'command' beside one another contradict.
    """,
    broken: "simulator: {program: python3}", cured: "simulator: {program: {command: [python3, simulate.py]}}")
}
