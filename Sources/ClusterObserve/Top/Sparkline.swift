/// Values as a row of bars of eight heights, from 0 up to the largest.
enum Sparkline {
  private static let bars = Array("▁▂▃▄▅▆▇█")

  /// - Parameters:
  ///   - values: oldest first; where there are more than columns, each bar is the largest of as many as come together.
  ///   - width: columns.
  static func text(_ values: [Double], width: Int) -> String {
    guard width > 0, let top = values.max(), top > 0 else { return "" }
    let count = min(width, values.count)
    return String(
      (0..<count).map { bar in
        let part = values[bar * values.count / count..<(bar + 1) * values.count / count]
        return bars[min(bars.count - 1, Int((part.max() ?? 0) / top * Double(bars.count)))]
      })
  }
}
