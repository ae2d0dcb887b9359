import ClusterConfig

/// What a URDF says, as far as a config asks.
struct RobotDescription {
  struct Link {
    var name: Located<String>
    /// kg; 0 without `<inertial>`.
    var mass: Double
  }

  struct Joint {
    enum Kind: String, CaseIterable {
      case revolute, continuous, prismatic, fixed, floating, planar

      /// Whether it has one coordinate.
      var isOneDimensional: Bool { self == .revolute || self == .continuous || self == .prismatic }
    }

    var name: Located<String>
    var kind: Located<Kind>
    /// Links.
    var parent: Located<String>
    var child: Located<String>
    /// The joint whose position it follows.
    var mimicked: Located<String>?
    var limits: Limits
  }

  /// As the file has them, in rad or m, rad/s or m/s, N*m or N.
  struct Limits {
    var lower: Located<Double>?
    var upper: Located<Double>?
    var velocity: Located<Double>?
    var effort: Located<Double>?
    /// What stands for the limits as a whole.
    var span: Span
  }

  /// Of `<robot>`; `nil` when it has none.
  var name: Located<String>?
  /// In the order of the file, names unique.
  var links: [Link]
  /// In the order of the file, names unique.
  var joints: [Joint]
  var source: SourceText
}
