/// How far a replayed value may be from the recorded one.
public struct Tolerance: Sendable, Equatable {
  /// In the field's own unit.
  public var absolute: Double?
  /// A share of the recorded value.
  public var relative: Double?

  /// Without either, every bit counts.
  public init(absolute: Double? = nil, relative: Double? = nil) {
    (self.absolute, self.relative) = (absolute, relative)
  }

  public var isExact: Bool { absolute == nil && relative == nil }

  /// Whether a difference is one to tell. Either bound suffices. Two NaNs are the same, whatever their bits.
  public func accepts(_ difference: ValueDifference) -> Bool {
    if difference.recorded.isNaN, difference.replayed.isNaN { return true }
    // An infinite share of it would accept all that is far away.
    if isExact || difference.absolute.isInfinite { return false }
    return difference.absolute <= (absolute ?? -1)
      || difference.absolute <= (relative ?? -1) * difference.recorded.magnitude
  }
}
