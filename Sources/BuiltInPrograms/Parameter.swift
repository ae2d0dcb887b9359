/// One value that a program takes in its `parameters`, as data: the program reads by it, and a config is checked by it long
/// before the program starts.
public struct Parameter: Sendable {
  public enum Kind: Sendable {
    case number(Bound)
    /// A whole number of at least 0.
    case count
    case choice([String])
    /// One positive number for all of the robot's joints, or a mapping from some of them to theirs.
    case perJoint
    case section([Parameter])
  }

  /// What a number may be, besides finite.
  public enum Bound: Sendable {
    case positive, notNegative, any
  }

  /// What holds without it.
  public enum Absence: Sendable {
    case required
    case value(Double)
    /// In words.
    case meaning(String)
  }

  public let key: String
  public let kind: Kind
  /// Of the numbers; empty where there are none.
  public let unit: String
  public let absence: Absence
  /// One or two whole sentences.
  public let meaning: String

  init(_ key: String, _ kind: Kind, unit: String = "", _ absence: Absence, _ meaning: String) {
    self.key = key
    self.kind = kind
    self.unit = unit
    self.absence = absence
    self.meaning = meaning
  }
}
