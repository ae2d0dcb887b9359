/// The states that were explored, by hash, each with the least preemptions it was reached with.
///
/// A hash of 60 bits stands for a state: that two of ten million share one, and something is left out, has a chance of
/// 1 in 20,000.
final class StateTable {
  private var keys: UnsafeMutablePointer<UInt64>
  private var capacity: Int
  private(set) var count = 0

  init() {
    capacity = 1 << 16
    keys = .allocate(capacity: capacity)
    keys.initialize(repeating: 0, count: capacity)
  }

  func deallocate() { keys.deallocate() }

  /// Notes a state; whether it had been there with as few preemptions.
  func visit(_ hash: UInt64, preemptions: Int) -> Bool {
    let tag = (hash | 16) & ~15
    var place = Int(truncatingIfNeeded: hash >> 20) & (capacity - 1)
    while true {
      let key = keys[place]
      if key == 0 { break }
      if key & ~15 == tag {
        if Int(key & 15) <= preemptions { return true }
        keys[place] = tag | UInt64(preemptions)
        return false
      }
      place = (place + 1) & (capacity - 1)
    }
    keys[place] = tag | UInt64(preemptions)
    count += 1
    if count * 3 > capacity * 2 { grow() }
    return false
  }

  private func grow() {
    let old = (keys, capacity)
    capacity *= 2
    keys = .allocate(capacity: capacity)
    keys.initialize(repeating: 0, count: capacity)
    for index in 0..<old.1 where old.0[index] != 0 {
      // The low bits of the hash are lost to the tag, not those that find the place.
      var place = Int(truncatingIfNeeded: old.0[index] >> 20) & (capacity - 1)
      while keys[place] != 0 { place = (place + 1) & (capacity - 1) }
      keys[place] = old.0[index]
    }
    old.0.deallocate()
  }
}
