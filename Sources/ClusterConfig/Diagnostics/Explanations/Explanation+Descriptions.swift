extension Explanation {
  static let xmlSyntax = Explanation(
    """
    A URDF or an SRDF cannot be read as XML: a tag is not closed, a quote is missing, or a character stands where it must be written \
    as an entity. A DOCTYPE is refused too, since no robot needs entities of its own. Nothing else of the file can be checked before it \
    is mended.
    """,
    broken: .init(
      urdf: """
        <robot name="leg">
          <link name="base"/>
          <link name="foot"/>
          <joint name="knee" type="revolute">
            <parent link="base"/><child link="foot"/>
            <limit lower="-1" upper="1" velocity="2" effort="30"/>
          </link>
        </robot>
        """, arguments: ["--base", "fixed"],
      said: """
        robot.urdf:7:5: error: this does not close <joint>, which is open here [xml-syntax]
            </link>
              ^~~~~
        robot.urdf:4:3: note: <joint> 'knee' begins here

        """),
    cured: .init(urdf: leg, arguments: ["--base", "fixed"]))

  static let notExpanded = Explanation(
    """
    Macros of xacro and inclusions of XInclude are other programs' affair, and without them a robot would lack parts in silence. \
    Run them first, and import what they write.
    """,
    broken: .init(
      urdf: """
        <robot name="leg" xmlns:xacro="http://www.ros.org/wiki/xacro">
          <xacro:include filename="leg.xacro"/>
        </robot>
        """, arguments: ["--base", "fixed"],
      said: """
        robot.urdf:2:3: error: <xacro:include> is xacro's, and not expanded here [not-expanded]
            <xacro:include filename="leg.xacro"/>
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        note: import what 'xacro robot.urdf -o expanded.urdf' writes

        """),
    cured: .init(urdf: leg, arguments: ["--base", "fixed"]))

  static let notARobot = Explanation(
    """
    URDFs and SRDFs begin with a <robot>. A file that begins with something else is of another format, or a web page in its \
    place; import a URDF of the same robot.
    """,
    broken: .init(
      urdf: """
        <sdf version="1.6"/>
        """, arguments: ["--base", "fixed"],
      said: """
        robot.urdf:1:1: error: a URDF begins with <robot>, and this with <sdf> [not-a-robot]
          <sdf version="1.6"/>
          ^~~~~~~~~~~~~~~~~~~~
        note: this is SDF; import a URDF of the robot

        """),
    cured: .init(urdf: leg, arguments: ["--base", "fixed"]))

  static let kinematicTree = Explanation(
    """
    Links and joints have to be one tree: each link but the root is the child of one joint. Robots in two pieces have a \
    joint too few, and closed loops one too many, which URDF cannot describe; take it out, and leave it to your simulator.
    """,
    broken: .init(
      urdf: """
        <robot name="leg">
          <link name="base"/>
          <link name="foot"/>
          <link name="toe"/>
          <joint name="knee" type="revolute">
            <parent link="base"/><child link="foot"/>
            <limit lower="-1" upper="1" velocity="2" effort="30"/>
          </joint>
        </robot>
        """, arguments: ["--base", "fixed"],
      said: """
        robot.urdf:4:15: error: this robot is in 2 pieces: no joint leads to 'toe' [kinematic-tree]
            <link name="toe"/>
                        ^~~
        robot.urdf:2:15: note: nor to 'base'

        """),
    cured: .init(urdf: leg, arguments: ["--base", "fixed"]))

  static let jointType = Explanation(
    """
    A column of a buffer holds one number, so that a joint turns or slides on one axis; only the base may float. The type may also \
    be misspelled. Replace an inner joint of several coordinates by several in a row, make it fixed, or say in the SRDF that it is passive.
    """,
    broken: .init(
      urdf: """
        <robot name="leg">
          <link name="base"/>
          <link name="foot"/>
          <joint name="knee" type="planar">
            <parent link="base"/><child link="foot"/>
            <limit lower="-1" upper="1" velocity="2" effort="30"/>
          </joint>
        </robot>
        """, arguments: ["--base", "fixed"],
      said: """
        robot.urdf:4:28: error: 'knee' is planar: only the base may be, for a column holds one number [joint-type]
            <joint name="knee" type="planar">
                                     ^~~~~~
        note: make it fixed, or revolute and prismatic joints in a row; or name it <passive_joint> in the SRDF

        """),
    cured: .init(urdf: leg, arguments: ["--base", "fixed"]))

  static let unknownLink = Explanation(
    """
    A joint, an end effector, a virtual joint or --contacts names a link that the URDF does not have. Mend the spelling; the note \
    tells the nearest name, or those that there are.
    """,
    broken: .init(
      urdf: leg, arguments: ["--base", "fixed", "--contacts", "foott"],
      said: """
        --contacts foott: error: the URDF has no link 'foott' [unknown-link]
          foott
          ^~~~~
        note: did you mean 'foot'?

        """),
    cured: .init(urdf: leg, arguments: ["--base", "fixed", "--contacts", "foot"]))

  static let unknownPose = Explanation(
    """
    The homing is taken from the SRDF's group states of one name. There is none of the name that was asked for, or there are \
    several and none has a usual name; choose one with --homing.
    """,
    broken: .init(
      urdf: leg, srdf: poses, arguments: ["--base", "fixed"],
      said: """
        robot.srdf:2:22: error: the SRDF has 2 group states, and none of the usual names; choose one with --homing [unknown-pose]
            <group_state name="tucked" group="all"><joint name="knee" value="1"/></group_state>
                               ^~~~~~
        note: valid group states: tucked, stretched

        """),
    cured: .init(urdf: leg, srdf: poses, arguments: ["--base", "fixed", "--homing", "tucked"]))

  static let unknownBase = Explanation(
    """
    A config says whether a robot's root moves freely, and here nothing does: the SRDF has no virtual joint, or one that is neither \
    floating nor fixed. Say it with --base.
    """,
    broken: .init(
      urdf: leg,
      said: """
        robot.urdf:2:15: error: nothing says whether 'base', the root, moves freely [unknown-base]
            <link name="base"/>
                        ^~~~
        note: say it with --base floating or --base fixed; an SRDF says it with <virtual_joint>

        """),
    cured: .init(urdf: leg, arguments: ["--base", "fixed"]))

  static let placeholderLimit = Explanation(
    """
    In a URDF a velocity or an effort of 0, or two ends of 0, mean that nobody filled them in: a robot with them could not move. \
    They are imported as unlimited, with a warning. Look them up in the data sheet, and set them in a file that extends the imported one.
    """,
    broken: .init(
      urdf: """
        <robot name="leg">
          <link name="base"/>
          <link name="foot"/>
          <joint name="knee" type="revolute">
            <parent link="base"/><child link="foot"/>
            <limit lower="-1" upper="1" velocity="2" effort="0"/>
          </joint>
        </robot>
        """, arguments: ["--base", "fixed"],
      said: """
        robot.urdf:6:54: warning: the effort of 'knee' is limited to 0; it is imported as unlimited [placeholder-limit]
              <limit lower="-1" upper="1" velocity="2" effort="0"/>
                                                               ^
        note: look it up in the data sheet, and set it in a file that extends the imported one

        """),
    cured: .init(urdf: leg, arguments: ["--base", "fixed"]))

  private static let leg = """
    <robot name="leg">
      <link name="base"/>
      <link name="foot"/>
      <joint name="knee" type="revolute">
        <parent link="base"/><child link="foot"/>
        <limit lower="-1" upper="1" velocity="2" effort="30"/>
      </joint>
    </robot>
    """

  private static let poses = """
    <robot name="leg">
      <group_state name="tucked" group="all"><joint name="knee" value="1"/></group_state>
      <group_state name="stretched" group="all"><joint name="knee" value="0"/></group_state>
    </robot>
    """
}
