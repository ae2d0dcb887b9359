/// Two ways to do the same, measured in turns, so that whatever else the machine does meets both alike.
struct Comparison {
  private(set) var ours: Samples
  private(set) var theirs: Samples
  /// Ratio of the medians of each turn: how far their quartiles lie apart says how far to trust the figure.
  private(set) var turns: [Double] = []

  init(ours: Samples = Samples(), theirs: Samples = Samples()) {
    self.ours = ours
    self.theirs = theirs
  }

  /// The median of the turns' ratios, and not the ratio of all medians: a turn that something else ran into spoils both its
  /// sides, or one, but no other turn.
  var ratio: Double { ratio(quantile: 0.5) }

  func ratio(quantile p: Double) -> Double {
    let sorted = turns.sorted()
    return sorted[min(Int(p * Double(sorted.count)), sorted.count - 1)]
  }

  /// - Parameters:
  ///   - turns: how often each comes round.
  ///   - ours, theirs: ns of each of as many repetitions as fit into one turn.
  static func measure(turns: Int, _ ours: () throws -> [UInt64], _ theirs: () throws -> [UInt64]) rethrows -> Comparison
  {
    var comparison = Comparison()
    for turn in 0..<turns {
      // Who goes first alternates: the second one finds the caches and the clock rate as the first one left them.
      let isOursFirst = turn.isMultiple(of: 2)
      let early = try isOursFirst ? ours() : theirs()
      let late = try isOursFirst ? theirs() : ours()
      comparison.add(ours: isOursFirst ? early : late, theirs: isOursFirst ? late : early)
    }
    return comparison
  }

  private mutating func add(ours: [UInt64], theirs: [UInt64]) {
    self.ours += ours
    self.theirs += theirs
    var mine = Samples()
    var others = Samples()
    mine += ours
    others += theirs
    turns.append(mine.median / others.median)
  }
}
