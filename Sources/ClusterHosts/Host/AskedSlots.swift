/// The slots that a step is handed out to, as the client takes them. It is the same ones nearly always, so they are counted once.
struct AskedSlots {
  private var marks: [UInt8]
  /// `nil` is all.
  private var slots: [Int]? = []

  init(slots count: Int) { marks = [UInt8](repeating: 0, count: count) }

  /// - Returns: `nil` for all.
  mutating func take(_ order: borrowing OrderBlock) -> [Int]? {
    var isSame = true
    for index in marks.indices where marks[index] != order[index] {
      marks[index] = order[index]
      isSame = false
    }
    if !isSame {
      let asked = marks.indices.filter { marks[$0] != 0 }
      slots = asked.count == marks.count ? nil : asked
    }
    return slots
  }
}
