/// Memory that C programs look into for as long as its owner lives.
struct CMemory: ~Copyable {
  private var blocks: [UnsafeMutableRawPointer] = []

  deinit { for block in blocks { block.deallocate() } }

  mutating func text(_ text: String) -> UnsafePointer<CChar> {
    array(text.utf8.map { CChar(bitPattern: $0) } + [0])
  }

  /// - Returns: a pointer, also when there is nothing behind it.
  mutating func array<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
    let copy = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    copy.initialize(from: elements, count: elements.count)
    blocks.append(UnsafeMutableRawPointer(copy))
    return UnsafePointer(copy)
  }

  mutating func texts(_ texts: [String]) -> UnsafePointer<UnsafePointer<CChar>?> {
    array(texts.map { text($0) })
  }
}
