import ClusterConfig

/// What an SRDF says, as far as a config asks.
struct SemanticDescription {
  /// How the robot hangs on the world.
  struct VirtualJoint {
    var name: Located<String>
    var type: Located<String>
    var childLink: Located<String>
  }

  /// A named pose of some joints.
  struct GroupState {
    var name: Located<String>
    /// The values as text: one number, or several for a joint of several coordinates.
    var joints: [(name: Located<String>, value: Located<String>)]
  }

  var virtualJoints: [VirtualJoint]
  var groupStates: [GroupState]
  /// The links that end effectors sit on.
  var endEffectorLinks: [Located<String>]
  var passiveJoints: [Located<String>]

  /// Reads an SRDF; problems are reported, and what has one is left out.
  /// - Throws: When there is nothing to go on with.
  init(srdf source: SourceText, _ collector: DiagnosticCollector) throws(Reported) {
    let reader = DescriptionReader(collector: collector)
    let root = try reader.robot(source, "an SRDF")
    virtualJoints = root.children(named: "virtual_joint").compactMap { element in
      guard let name = reader.required("name", of: element), let type = reader.required("type", of: element),
        let link = reader.required("child_link", of: element)
      else { return nil }
      return VirtualJoint(name: name, type: type, childLink: link)
    }
    groupStates = root.children(named: "group_state").compactMap { element in
      guard let name = reader.required("name", of: element) else { return nil }
      let joints = element.children(named: "joint").compactMap { joint -> (Located<String>, Located<String>)? in
        guard let name = reader.required("name", of: joint), let value = reader.required("value", of: joint) else {
          return nil
        }
        return (name, value)
      }
      return GroupState(name: name, joints: joints)
    }
    endEffectorLinks = root.children(named: "end_effector").compactMap { reader.required("parent_link", of: $0) }
    passiveJoints = root.children(named: "passive_joint").compactMap { reader.required("name", of: $0) }
  }
}
