extension Expression {
  enum Lookup {
    case value(Int)
    case undefined
    /// Defined, and its own problem has been reported.
    case failed
  }

  enum Failure: Error {
    case problem(Problem)
    case undefined(String, Range<Int>)
    /// Follows from a problem that has been reported.
    case follows
  }

  /// The extent: a whole number that is not negative. Parts of it may be negative.
  func extent(_ lookup: (String) -> Lookup) throws(Failure) -> Int {
    let value = try evaluate(lookup)
    guard value >= 0 else {
      throw .problem(
        .init(id: .negativeExtent, message: "an extent cannot be negative, and this is \(value)", range: range))
    }
    return value
  }

  private func evaluate(_ lookup: (String) -> Lookup) throws(Failure) -> Int {
    switch kind {
    case .number(let value): return value
    case .name(let name):
      switch lookup(name) {
      case .value(let value): return value
      case .undefined: throw .undefined(name, range)
      case .failed: throw .follows
      }
    case .operation(let operation, let leftSide, let rightSide):
      let left = try leftSide.evaluate(lookup)
      let right = try rightSide.evaluate(lookup)
      let (value, overflows) =
        switch operation {
        case .add: left.addingReportingOverflow(right)
        case .subtract: left.subtractingReportingOverflow(right)
        case .multiply: left.multipliedReportingOverflow(by: right)
        case .divide: try divide(left, by: right, rightSide.range)
        }
      if overflows {
        throw .problem(
          .init(
            id: .extentOverflow, message: "\(left) \(operation.rawValue) \(right) does not fit into 64 bits",
            range: range))
      }
      return value
    }
  }

  private func divide(_ left: Int, by right: Int, _ divisor: Range<Int>) throws(Failure) -> (Int, Bool) {
    if right == 0 {
      throw .problem(.init(id: .divisionByZero, message: "this is 0, and nothing can be divided by it", range: divisor))
    }
    let (quotient, overflows) = left.dividedReportingOverflow(by: right)
    if !overflows, quotient * right != left {
      throw .problem(
        .init(
          id: .inexactDivision, message: "\(left) / \(right) leaves a remainder, and an extent must be whole",
          range: range))
    }
    return (quotient, overflows)
  }
}
