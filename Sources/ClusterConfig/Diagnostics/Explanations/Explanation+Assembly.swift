extension Explanation {
  static let extendsCycle = Explanation(
    """
    Files extend one another in a circle, so that none could come first. The note shows the circle. Take one 'extends' out; \
    what several files need belongs into a file that extends none of them.
    """,
    broken: .init(
      "extends: payload.yaml",
      others: [
        "payload.yaml": """
        extends: example.yaml
        robot: {mass: 12}
        """
      ]),
    cured: .init("extends: payload.yaml", others: ["payload.yaml": "robot: {mass: 12}"]))

  static let lockedValue = Explanation(
    """
    A value that a file marks '!final' may not be changed, extended or removed by files that are laid over it, nor by --set, \
    and not by way of an alias or a variable; to say the same again is allowed. So an experiment cannot change a fact of the \
    robot by accident. Drop the change, or make it where the value is locked, in a new version of that file.
    """,
    broken: .init(
      """
      extends: robot.yaml
      robot: {mass: 14}
      """, others: ["robot.yaml": "robot: {mass: !final 12}"]),
    cured: .init("extends: robot.yaml", others: ["robot.yaml": "robot: {mass: !final 14}"]))

  static let overrideSyntax = Explanation(
    """
    --set takes a path of keys, '=', and a YAML value: path.to.key=value; --sweep takes several values with commas between \
    them. An element of a list is joints[0]; a key with a dot stands in quotes, robot.homing."a.b"=0. In a shell, put the \
    whole argument into single quotes when it has brackets, braces or spaces.
    """,
    broken: .init("", overrides: ["controllers.count"]), cured: .init("", overrides: ["controllers.count=4"]))

  static let overridePath = Explanation(
    """
    The path of a --set leads nowhere: a list has no such element, an index stands where a mapping is, or the key is \
    'extends', which only files have. The note shows what is there. An element that is not there cannot be added; set the \
    whole list.
    """,
    broken: .init("", overrides: ["robot.joints[3]=gripper"]),
    cured: .init("", overrides: ["robot.joints=[shoulder, elbow, wrist, gripper]"]))

  static let nothingRemoved = Explanation(
    """
    A null removes what the files before it have under that name, and here there is nothing: the name is misspelled, or it is \
    gone already. It is a warning, since nothing is lost by it; but what should go may still be there.
    """,
    broken: .init(
      """
      extends: pose.yaml
      robot: {homing: {wirst: null}}
      """, others: ["pose.yaml": "robot: {homing: {elbow: 0.5, wrist: 0.2}}"]),
    cured: .init(
      """
      extends: pose.yaml
      robot: {homing: {wrist: null}}
      """, others: ["pose.yaml": "robot: {homing: {elbow: 0.5, wrist: 0.2}}"]))
}
