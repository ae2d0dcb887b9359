import ClusterRecord
import ControlCluster

/// What a replay has to know of a recording before it begins.
struct RecordingFacts {
  let json: JSONValue

  /// - Throws: when the recording cannot be read.
  init(_ recording: Recording) throws {
    let range = try recording.range()
    json = [
      "name": recording.facts["name"].map(JSONValue.string) ?? .null, "config": .string(recording.config),
      "layout_hash": recording.facts["layout_hash"].map(JSONValue.string) ?? .null,
      "cluster_dt": recording.clusterDt.map(JSONValue.number) ?? .null,
      "first": range.map { .integer($0.lowerBound) } ?? .null, "last": range.map { .integer($0.upperBound) } ?? .null,
      "count": recording.stepCount.map(JSONValue.integer) ?? .null,
      "cut": recording.cut.map { .string("\($0)") } ?? .null,
    ]
  }
}
