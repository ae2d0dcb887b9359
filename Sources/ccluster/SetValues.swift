import ArgumentParser
import ClusterLaunch
import ClusterObserve
import ControlCluster

struct SetValues: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Sets values of a running cluster, where the config leaves them to tools.",
    discussion: """
      PATH=VALUE, with the paths of 'show': rhc_references.root_linear_velocity.x@3=0.5. A list in brackets has a value for each \
      element, one value goes into all of them; without @ROWS it is all controllers. Only buffers with 'writer: tool' are written: \
      others belong to the simulator or to the controllers, and are refused. All values are checked before the first is written, and \
      a row changes as a whole: a controller never finds half of it.

      --json: {"name", "set": [{"buffer", "field", "elements", "rows", "values"}]}.
      """)

  @OptionGroup var cluster: ClusterArgument

  @Argument(help: ArgumentHelp("What to set, to what.", valueName: "path=value"))
  var assignments: [String]

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let running = try cluster.find()
    let checked = try ValueArguments.printingProblems {
      let checked = try assignments.map {
        try ValueAssignment(
          $0, in: running.segment.layout, first: running.segment.cluster.firstController)
      }
      try ValueWriter(Segment.attach(to: running.name, as: .tool)).write(checked)
      return checked
    }
    if json {
      return try Terminal.output.data(
        JSONValue.object([
          .init(key: "name", value: .string(cluster.name)), .init(key: "set", value: .array(checked.map(\.json))),
        ]).pretty + "\n")
    }
    let terminal = Terminal.error
    for assignment in checked { terminal.print("\(terminal.styled("✓", .green)) \(Self.words(assignment))") }
  }

  private static func words(_ assignment: ValueAssignment) -> String {
    let rows = assignment.selection.numbers
    let values = assignment.values.map(\.exact)
    let isOne = Set(values).count == 1
    let text = isOne ? values[0] : "[\(values.joined(separator: ", "))]"
    let names = assignment.field.names
    let name =
      names.count == 1
      ? assignment.selection.name(assignment.field, 0)
      : "\(assignment.selection.buffer.name).\(assignment.field.layout.name)"
    let elements = isOne && names.count > 1 ? " in \(names.count) elements" : ""
    let owners = assignment.selection.buffer.per == .cluster ? "" : " for \(TopRequest.words(rows))"
    return "\(name) = \(text)\(elements)\(owners)"
  }
}
