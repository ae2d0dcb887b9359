/// An extent as it is written: `2 * joints + task`.
struct Expression: Sendable {
  enum Operator: Character, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
  }

  indirect enum Kind: Sendable {
    case number(Int)
    case name(String)
    case operation(Operator, Expression, Expression)
  }

  struct Problem: Error, Equatable {
    var id: Diagnostic.ID
    var message: String
    /// UTF-8 offsets in the expression's text.
    var range: Range<Int>
  }

  var kind: Kind
  /// UTF-8 offsets in the expression's text.
  var range: Range<Int>

  /// The names in it, from left to right.
  var names: [(name: String, range: Range<Int>)] {
    switch kind {
    case .number: []
    case .name(let name): [(name, range)]
    case .operation(_, let left, let right): left.names + right.names
    }
  }
}
