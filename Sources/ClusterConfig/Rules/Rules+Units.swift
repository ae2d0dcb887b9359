extension Rules {
  /// Units of measurement that fields of robots have, with the prefixes that are common for them. SI writes the rest.
  static let units: [String] = [
    "m", "mm", "cm", "km", "rad", "mrad", "deg", "rev", "s", "ms", "us", "ns", "min", "h", "kg", "g", "N", "mN", "kN",
    "J",
    "mJ", "kJ", "W", "mW", "kW", "Hz", "kHz", "MHz", "V", "mV", "A", "mA", "Ah", "Ohm", "F", "H", "T", "K", "degC",
    "Pa",
    "kPa", "bar", "rpm", "px", "lx", "dB", "%", "1",
  ]

  /// A unit is a product of known ones, each with a whole power: `kg*m^2/s`. Nothing computes with it, so a misspelled
  /// one only misleads whoever reads it.
  func unit(_ field: FieldSpec) {
    guard let unit = field.unit, !unit.value.isEmpty else { return }
    for factor in unit.value.split(omittingEmptySubsequences: false, whereSeparator: { "*/·".contains($0) }) {
      let parts = factor.split(separator: "^", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts[0].filter { !"() ".contains($0) }
      let power = parts.count == 1 ? "1" : parts[1].filter { !"() ".contains($0) }
      if Self.units.contains(name), Int(power) != nil { continue }
      let isPower = Self.units.contains(name)
      collector.report(
        .unit,
        isPower
          ? "the unit \(quoted(unit.value)) has the power \(quoted(power)), which is no whole number"
          : "the unit \(quoted(unit.value)) is made of \(quoted(name)), which is not known",
        at: unit.span, severity: .warning,
        notes: isPower ? [] : Suggestion.notes(for: name, among: Self.units, kind: "units"))
      return
    }
  }

  /// The server only conducts the steps: of the config's buffers it writes none.
  func writerNobodyPlays(_ buffer: BufferSpec) {
    guard buffer.isEnabled, let writer = buffer.writer, writer.value == .server else { return }
    collector.report(
      .noWriter, "nobody writes \(quoted(buffer.name.value)): the server writes no buffer of a config", at: writer.span,
      severity: .warning, notes: [.init("name who does: simulator, controller, or tool for a program of your own")])
  }
}
