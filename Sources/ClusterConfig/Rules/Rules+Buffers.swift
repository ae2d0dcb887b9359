extension Rules {
  /// In a step every row has exactly one process that may write it.
  func ownership(_ buffer: BufferSpec) {
    guard let writer = buffer.writer, let per = buffer.per, let sync = buffer.sync else { return }
    if writer.value == .controller, per.value == .cluster {
      collector.report(
        .noOwner, "all controllers would write the one row of \(quoted(buffer.name.value))", at: per.span,
        notes: [.init("use 'per: controller', or another writer")])
    }
    if writer.value == .server || writer.value == .tool, sync.value == .step {
      collector.report(
        .noOwner,
        "a \(writer.value.rawValue) takes no part in steps, so \(quoted(buffer.name.value)) cannot be handed over in one",
        at: writer.span, notes: [.init("add 'sync: latest'")])
    }
  }

  /// A page.
  private static let maximumAlignment = 4096

  /// What the runtime keeps of a `latest` row (`BufferLayout.latestCopies`): neither module knows the other.
  static let latestCopies = 4

  func alignment(_ buffer: BufferSpec) {
    guard let align = buffer.align else { return }
    guard align.value <= Self.maximumAlignment else {
      return collector.report(
        .align, "align must be at most \(Self.maximumAlignment), not \(align.value): buffers start on a page",
        at: align.span)
    }
    if align.value.nonzeroBitCount != 1 {
      collector.report(
        .align, "align must be a power of two, and \(align.value) is not", at: align.span,
        notes: [
          .init(
            "the nearest ones are \(largestPowerOfTwo(below: align.value)) and \(largestPowerOfTwo(below: align.value) * 2)"
          )
        ])
      return
    }
    let widest = buffer.fields.compactMap { field in field.dtype.map { (field, $0) } }.max { $0.1.size < $1.1.size }
    guard let (field, dtype) = widest, dtype.size > align.value else { return }
    collector.report(
      .align, "align must be at least \(dtype.size), the size of \(dtype.rawValue)", at: align.span,
      notes: [.init("the widest field is \(quoted(field.name.value))", at: field.name.span)])
  }

  private func largestPowerOfTwo(below value: Int) -> Int { 1 << (Int.bitWidth - 1 - value.leadingZeroBitCount) }

  func emptyBuffer(_ buffer: BufferSpec) {
    guard buffer.hasFields, buffer.fields.isEmpty else { return }
    collector.report(
      .missingKey, "the buffer \(quoted(buffer.name.value)) has no fields", at: buffer.name.span,
      notes: [.init("to drop it, write '\(buffer.name.value): null' or 'enabled: false'")])
  }

  /// What the buffers take in memory, so that nobody finds out by a full machine.
  func memory() {
    guard let controllers = spec.controllers.count else { return }
    var rows: [(BufferSpec, Int)] = []
    for buffer in spec.buffers where buffer.isEnabled {
      guard let row = row(of: buffer) else { return }
      rows.append((buffer, row))
    }
    func check(_ limit: Int, _ subject: String, _ factors: String, _ size: (BufferSpec, Int) -> Int?) -> Bool {
      var total = 0
      for (buffer, row) in rows {
        total = sum([total, size(buffer, row) ?? .max]) ?? .max
        if total < .max, total <= limit { continue }
        let taken = total == .max ? "more than 2^63 bytes" : byteText(total)
        var notes = [Diagnostic.Note("the factors are \(factors)")]
        if buffer.fields.contains(where: { $0.extents?.contains(0) == true }) {
          notes.append(.init("an extent of 0 counts as 1, for strides are products of the extents, too"))
        }
        collector.report(
          .tooLarge,
          "with \(quoted(buffer.name.value)) \(subject) \(taken), and \(byteText(limit)) is allowed",
          at: buffer.name.span, notes: notes)
        return false
      }
      return true
    }
    _ =
      check(limits.memory, "the buffers take", "the extents and controllers.count = \(controllers)") { buffer, row in
        product([
          row, buffer.per?.value == .cluster ? 1 : controllers, buffer.sync?.value == .latest ? Self.latestCopies : 1,
        ])
      }
      && check(limits.rows, "a row of each buffer takes", "the extents") { $1 }
  }

  /// An upper bound in bytes of one row, as the memory map will lay it out; `Int.max` when it does not fit, `nil` when the
  /// extents are not known.
  private func row(of buffer: BufferSpec) -> Int? {
    var row = 0
    for field in buffer.fields {
      guard let extents = field.extents, let dtype = field.dtype else { return nil }
      // Strides are products of the extents, also beside a 0.
      guard let size = product([dtype.size] + extents.map { max($0, 1) }) else { return .max }
      let padding = (dtype.size - row % dtype.size) % dtype.size
      guard let end = sum([row, padding, size]) else { return .max }
      row = end
    }
    // It is padded to its alignment, at most one page.
    return sum([row, buffer.align?.value ?? 64]) ?? .max
  }
}

/// `2.5 GiB`
func byteText(_ bytes: Int) -> String {
  let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  var unit = 0
  var amount = Double(bytes)
  while amount >= 1024, unit < units.count - 1 {
    amount /= 1024
    unit += 1
  }
  return "\(((amount * 10).rounded() / 10).shortText) \(units[unit])"
}

/// `nil` on overflow.
func sum(_ terms: [Int]) -> Int? {
  var result = 0
  for term in terms {
    let (next, overflows) = result.addingReportingOverflow(term)
    if overflows { return nil }
    result = next
  }
  return result
}

/// `nil` on overflow; an extent of 0 makes the product 0 whatever the others are.
func product(_ factors: [Int]) -> Int? {
  if factors.contains(0) { return 0 }
  var result = 1
  for factor in factors {
    let (next, overflows) = result.multipliedReportingOverflow(by: factor)
    if overflows { return nil }
    result = next
  }
  return result
}
