import Testing

@testable import ClusterConfig

@Suite struct ExpressionTests {
  private let dimensions = ["a": 6, "b": 4, "zero": 0, "big": Int.max]

  private func value(_ text: String) -> Int? {
    guard let expression = try? Expression(parsing: text) else { return nil }
    return try? expression.extent { dimensions[$0].map { .value($0) } ?? .undefined }
  }

  private func problem(_ text: String) -> Expression.Problem? {
    do {
      _ = try Expression(parsing: text).extent { dimensions[$0].map { .value($0) } ?? .undefined }
      return nil
    } catch let problem as Expression.Problem {
      return problem
    } catch Expression.Failure.problem(let problem) {
      return problem
    } catch {
      return nil
    }
  }

  @Test("products bind tighter than sums, and equals associate to the left, for all pairs of operators")
  func precedence() throws {
    func apply(_ operation: Character, _ left: Int?, _ right: Int?) -> Int? {
      guard let left, let right else { return nil }
      switch operation {
      case "+": return left + right
      case "-": return left - right
      case "*": return left * right
      default: return right != 0 && left % right == 0 ? left / right : nil
      }
    }
    let numbers = [0, 1, 2, 3, 6]
    for first in "+-*/" {
      for second in "+-*/" {
        let secondBindsTighter = "+-".contains(first) && "*/".contains(second)
        for x in numbers {
          for y in numbers {
            for z in numbers {
              let left = apply(second, apply(first, x, y), z)
              let right = apply(first, x, apply(second, y, z))
              func extent(_ value: Int?) -> Int? { value.flatMap { $0 < 0 ? nil : $0 } }
              #expect(value("\(x) \(first) \(y) \(second) \(z)") == extent(secondBindsTighter ? right : left))
              #expect(value("(\(x)\(first)\(y))\(second)\(z)") == extent(left))
              #expect(value("\(x)\(first)(\(y)\(second)\(z))") == extent(right))
            }
          }
        }
      }
    }
  }

  @Test(
    "names, numbers, blanks and brackets",
    arguments: [
      ("7", 7), ("0", 0), ("0x1F", 31), ("a", 6), (" a ", 6), ("2*a+b", 16), ("( ( a ) )", 6), ("a-b-2", 0),
      ("a - 8 + b", 2),
      ("12/a/2", 1), ("a\t*\nb", 24), ("zero*big", 0), ("big", Int.max), ("big/1", Int.max),
    ])
  func values(text: String, expected: Int) { #expect(value(text) == expected) }

  @Test(
    "a problem is located at the smallest part that causes it",
    arguments: [
      ("2 * (a - 7)", Diagnostic.ID.negativeExtent, "2 * (a - 7)"), ("b + a / b", .inexactDivision, "a / b"),
      ("b + (a+1) / b", .inexactDivision, "(a+1) / b"), ("1 + b / (a - 6)", .divisionByZero, "(a - 6)"),
      ("b / zero", .divisionByZero, "zero"), ("1 + big * 2 - 3", .extentOverflow, "big * 2"),
      ("big + 1", .extentOverflow, "big + 1"), ("0 - big - 2", .extentOverflow, "0 - big - 2"),
      ("(0 - big - 1) / (0 - 1)", .extentOverflow, "(0 - big - 1) / (0 - 1)"), ("2 +", .expressionSyntax, "+"),
      ("2 + )", .expressionSyntax, ")"), ("(a", .expressionSyntax, "("), ("a)", .expressionSyntax, ")"),
      ("a b", .expressionSyntax, "b"), ("a % b", .expressionSyntax, "%"), ("1.5 * a", .expressionSyntax, "1.5"),
      (".5", .expressionSyntax, ".5"), ("2a", .expressionSyntax, "2a"), ("07", .expressionSyntax, "07"),
      ("99999999999999999999", .expressionSyntax, "99999999999999999999"), ("* a", .expressionSyntax, "*"),
      ("a ** b", .expressionSyntax, "*"), ("a € b", .expressionSyntax, "€"),
    ])
  func problems(text: String, id: Diagnostic.ID, culprit: String) throws {
    let problem = try #require(self.problem(text))
    #expect(problem.id == id)
    let bytes = Array(text.utf8)
    #expect(String(decoding: bytes[problem.range], as: UTF8.self) == culprit)
  }

  @Test("every short text of the grammar's characters is an expression or a located problem") func allShortTexts() {
    let alphabet = ["1", "a", "(", ")", "+", "-", "*", "/", " ", "é"]
    var texts = [""]
    for _ in 0..<5 {
      texts = texts.flatMap { text in alphabet.map { text + $0 } }
      for text in texts {
        do {
          let expression = try Expression(parsing: text)
          #expect(expression.range.upperBound <= text.utf8.count)
        } catch {
          #expect(error.id == .expressionSyntax)
          #expect(error.range.upperBound <= text.utf8.count)
        }
      }
    }
  }

  @Test("brackets and length are limited, so that no text exhausts the stack") func limits() {
    let nested = { (depth: Int) in String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth) }
    #expect(value(nested(32)) == 1)
    #expect(problem(nested(33))?.id == .expressionSyntax)
    #expect(value("1" + String(repeating: "+1", count: 255)) == 256)
    #expect(problem("1" + String(repeating: "+1", count: 256))?.id == .expressionSyntax)
  }
}
