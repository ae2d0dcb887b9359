import ControlCluster

extension ReplayReport {
  /// One object. Times in s. JSON has no word for what is no finite number: `"nan"`, `"inf"` and `"-inf"` stand for it.
  public var json: JSONValue {
    [
      "recording": .string(recording), "cluster": .string(cluster), "same": .bool(isSame),
      "controllers": .array(controllers.map(JSONValue.integer)),
      "steps": [
        "compared": .integer(compared), "different": .integer(different), "warmed_up": .integer(warmedUp),
        "first": first?.json ?? .null, "last": last?.json ?? .null,
      ],
      "values": .integer(values), "tolerance": tolerance.json,
      "outcomes": .array(outcomes.map(\.json)), "differences": .array(differences.map(\.json)),
      "notes": .array(notes.map(JSONValue.string)), "problem": problem.map(JSONValue.string) ?? .null,
    ]
  }

  /// - Throws: `failed` for what is no report.
  public init(parsing text: String) throws(ClusterError) {
    guard let json = try? JSONValue(parsing: text), let recording = json["recording"]?.string,
      let cluster = json["cluster"]?.string, let controllers = json["controllers"]?.array?.compactMap(\.int),
      let compared = json[path: "steps.compared"]?.int, let different = json[path: "steps.different"]?.int,
      let warmedUp = json[path: "steps.warmed_up"]?.int, let values = json["values"]?.int,
      let outcomes = json["outcomes"]?.array, let differences = json["differences"]?.array
    else { throw .failed("the replayer has left no report") }
    self.init(
      recording: recording, cluster: cluster, controllers: controllers,
      tolerance: Tolerance(
        absolute: json[path: "tolerance.absolute"]?.number, relative: json[path: "tolerance.relative"]?.number))
    (self.compared, self.different, self.warmedUp, self.values) = (compared, different, warmedUp, values)
    first = json[path: "steps.first"].flatMap(ReplayMoment.init)
    last = json[path: "steps.last"].flatMap(ReplayMoment.init)
    self.outcomes = outcomes.compactMap(Outcome.init)
    self.differences = differences.compactMap(Difference.init)
    notes = json["notes"]?.array?.compactMap(\.string) ?? []
    problem = json["problem"]?.string
  }
}

extension ReplayMoment {
  var json: JSONValue { ["step": .integer(step), "time": .number(time)] }

  init?(_ json: JSONValue) {
    guard let step = json["step"]?.int, let time = json["time"]?.number else { return nil }
    self.init(step: step, time: time)
  }
}

extension ReplayReport.Outcome {
  var json: JSONValue {
    [
      "controller": .integer(controller), "step": .integer(moment.step), "time": .number(moment.time),
      "steps": .integer(steps), "recorded": .string(recorded), "replayed": .string(replayed), "same": .bool(isSame),
      "recorded_message": .string(recordedMessage), "replayed_message": .string(replayedMessage),
    ]
  }

  init?(_ json: JSONValue) {
    guard let controller = json["controller"]?.int, let moment = ReplayMoment(json),
      let recorded = json["recorded"]?.string, let replayed = json["replayed"]?.string
    else { return nil }
    self.init(controller: controller, moment: moment, recorded: recorded, replayed: replayed)
    steps = json["steps"]?.int ?? 1
    recordedMessage = json["recorded_message"]?.string ?? ""
    replayedMessage = json["replayed_message"]?.string ?? ""
  }
}

extension ReplayReport.Difference {
  var json: JSONValue {
    [
      "controller": .integer(controller), "field": .string(field), "element": .string(element),
      "dtype": .string(type.name), "unit": .string(unit), "steps": .integer(steps), "first": first.json,
      "worst": [
        "step": .integer(worst.step), "time": .number(worst.time), "recorded": .real(value.recorded),
        "replayed": .real(value.replayed), "absolute": .real(value.absolute), "relative": .real(value.relative),
        "ulps": value.ulps.map { .integer(Int(clamping: $0)) } ?? .null,
      ],
    ]
  }

  init?(_ json: JSONValue) {
    guard let controller = json["controller"]?.int, let field = json["field"]?.string,
      let type = json["dtype"]?.string.flatMap({ ElementType(name: $0) }),
      let first = json["first"].flatMap(ReplayMoment.init),
      let worst = json["worst"], let moment = ReplayMoment(worst)
    else { return nil }
    self.init(
      controller: controller, field: field, element: json["element"]?.string ?? "", type: type,
      unit: json["unit"]?.string ?? "", steps: json["steps"]?.int ?? 1, first: first, worst: moment,
      value: ValueDifference(
        recorded: worst["recorded"]?.real ?? .nan, replayed: worst["replayed"]?.real ?? .nan,
        ulps: worst["ulps"]?.int.map { UInt64(clamping: $0) }))
  }
}

extension JSONValue {
  fileprivate static func real(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .string("\(value)") }

  fileprivate var real: Double? { number ?? string.flatMap(Double.init) }
}
