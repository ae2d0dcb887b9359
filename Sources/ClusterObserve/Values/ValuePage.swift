import ControlCluster

/// A reading as a page of aligned tables.
public struct ValuePage: Sendable {
  public let lines: [StyledLine]

  /// - Parameters:
  ///   - width: columns of the page; where a table has more, its controllers are shared out over several. `nil` is as wide as it
  ///     takes.
  public init(_ reading: ValueReading, width: Int?) {
    var lines = [Self.header(reading)]
    for group in reading.groups {
      lines.append(StyledLine())
      lines += ValueTable(group, width: width).lines
    }
    self.lines = lines
  }

  private static func header(_ reading: ValueReading) -> StyledLine {
    var line = StyledLine(reading.name, .bold)
    if let step = reading.step { line.add("  step \(Quantity.thousands(Int(step)))") }
    return line
  }
}
