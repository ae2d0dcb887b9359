/// The controllers that run on one host: their numbers in the whole cluster are `first..<first + count`.
public struct HostShare: Sendable, Equatable {
  /// As the config names it.
  public var name: String
  public var first: Int
  /// 0 only at the head, which may have the simulator alone.
  public var count: Int

  public var controllers: Range<Int> { first..<first + count }

  public init(name: String, first: Int, count: Int) {
    self.name = name
    self.first = first
    self.count = count
  }
}
