import ArgumentParser
import ClusterLaunch
import ClusterObserve
import ClusterPlan
import ControlCluster
import Glibc

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows values of a running cluster by their names; without a path, what there is.",
    discussion: """
      A path is BUFFER, BUFFER.FIELD or BUFFER.FIELD.COLUMN. Columns are joints, contacts, x, y and z, or numbers and ranges, a \
      place for each axis: rhc_commands.contact_force.FL_foot.z. @3, @3,5-7 or @all behind it says of which controllers; without, \
      minimum, mean and maximum over all of them are shown, and who has them.

      All rows that a step hands over are of one and the same step, those of the simulator as the step found them and those of the \
      controllers as it left them; if that did not come about, standard error says why. No step waits for it.

      --json: {"name", "step", "warning", "values": [{"path", "buffer", "field", "dtype", "unit", "frame", "convention", "shape", \
      "elements", "rows": [{"row", "moment", "step", "version", "values"}]}]}, or in place of rows "statistics": [{"element", \
      "min", "min_row", "mean", "max", "max_row", "not_finite"}]. --csv: a line for each controller. Without a path, --json is \
      what 'map --json' prints.
      """)

  @OptionGroup var values: ValueArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print comma-separated values.")
  var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("it is either --json or --csv") }
    if csv, values.paths.isEmpty { throw ValidationError("--csv takes a path") }
  }

  func run() throws {
    let running = try values.cluster.find()
    if values.paths.isEmpty { return try Terminal.output.data(json ? Self.map(running) : Self.buffers(running)) }
    let selections = try values.selections(in: running)
    let reading = try ClusterArgument.printingProblems { try ValueReader(running.segment, selections) }.read()
    Terminal.error.tell(reading)
    let output = Terminal.output
    if json { return try output.data(reading.json(statistics: true).pretty + "\n") }
    if csv { return try output.data(ValueReading.csvHeader(selections) + reading.csv(since: reading.at)) }
    try output.data(ValuePage(reading, width: output.tableWidth).lines)
  }

  private static func map(_ running: RunningCluster) -> String {
    MapReport(running.segment.layout, uid: getuid()).json.pretty + "\n"
  }

  /// A line for each field.
  private static func buffers(_ running: RunningCluster) -> String {
    var table = TextTable([
      ("BUFFER", .left), ("FIELD", .left), ("DTYPE", .left), ("SHAPE", .left), ("UNIT", .left), ("WRITER", .left),
      ("ROWS", .right),
    ])
    for buffer in running.segment.layout.buffers {
      for (index, field) in buffer.fields.enumerated() {
        let shape = field.shape.isEmpty ? "" : "[\(field.shape.map(String.init).joined(separator: ", "))]"
        let isFirst = index == 0
        table.add([
          isFirst ? buffer.name : "", field.name, field.elementType.name, shape, field.unit,
          isFirst ? buffer.writer.name + (buffer.sync == .latest ? ", latest" : "") : "",
          isFirst ? "\(buffer.rows)" : "",
        ])
      }
    }
    let output = Terminal.output
    return table.text(indent: 0, width: output.tableWidth) { cell, row, column in
      row < 0 || column == 0 ? output.styled(cell, .bold) : cell
    }
  }
}

extension Terminal {
  /// Says what values are, when they are of no one step.
  func tell(_ reading: ValueReading) {
    if let warning = reading.warning { print("\(styled("!", .yellow)) \(warning)") }
    let torn = reading.tornRows
    guard !torn.isEmpty else { return }
    print("\(styled("!", .yellow)) rows \(Quantity.ranges(torn)) were being written: their values are none")
  }
}
