/// Which values are meant: `BUFFER[.FIELD[.COLUMN…]][@ROWS]`, as people type it.
///
/// ```text
/// rhc_status                                      a buffer
/// rhc_commands.joint_position                     a field
/// rhc_commands.joint_position.FL_hip_joint@3      a joint of one controller
/// rhc_commands.contact_force.z@0-3,7              the third element of each contact, of some
/// rhc_references.root_position@3.z                the row may stand before the columns, too
/// ```
///
/// Columns are names, or numbers and ranges of them: one place for each axis of the field. A name is looked for on all axes that
/// are left, so that those before it are taken whole. Nothing is looked up here: ``ValueSelection`` does.
public struct ValuePath: Sendable, Equatable {
  public enum Rows: Sendable, Equatable {
    /// Nothing was said of them.
    case any
    case all
    /// As they were named, each once.
    case some([Int])
  }

  /// As it was typed.
  public let text: String
  public let buffer: String
  public let field: String?
  /// What stands behind the field; names of columns may hold dots.
  public let columns: String?
  public let rows: Rows

  /// - Throws: `syntax`.
  public init(_ text: String) throws(ValueError) {
    self.text = text
    var rest = text[...]
    rows = try Self.takeRows(&rest, of: text)
    let parts = rest.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains("") else { throw .syntax(text, Self.form) }
    buffer = parts[0]
    field = parts.count > 1 ? parts[1] : nil
    columns = parts.count > 2 ? parts[2] : nil
  }

  private static let form = "a path is BUFFER, BUFFER.FIELD or BUFFER.FIELD.COLUMN, and @ROWS says of which controllers"

  /// Takes `@ROWS` out of the path, wherever it stands.
  private static func takeRows(_ rest: inout Substring, of text: String) throws(ValueError) -> Rows {
    guard let at = rest.lastIndex(of: "@") else { return .any }
    let behind = rest[rest.index(after: at)...]
    let end = behind.firstIndex(of: ".") ?? behind.endIndex
    let rows = behind[..<end]
    guard rows == "all" || rows.first?.isNumber == true else {
      throw .syntax(text, "behind '@' stand numbers and ranges such as 3 or 0-3,7, or all")
    }
    rest = Substring(String(rest[..<at]) + behind[end...])
    if rows == "all" { return .all }
    guard let numbers = NumberList.numbers(rows) else {
      throw .syntax(text, "'\(rows)' is no list of controllers: 3, or 0-3,7")
    }
    return .some(numbers)
  }
}
