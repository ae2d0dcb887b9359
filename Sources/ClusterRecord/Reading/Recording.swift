import ControlCluster

/// A recording to read: see FORMAT.md. One that was cut off is read up to its last whole chunk.
public final class Recording {
  public let path: String
  /// What is known of the run, as metadata `ccluster` has it: name, layout hash, versions, machine.
  public let facts: [String: String]
  /// The resolved config.
  public let config: String
  /// How the recording came to its end; `nil` of one that was cut off.
  public let end: [String: String]?
  /// In the order of the file's channels.
  public let buffers: [RecordedBuffer]
  /// Why it is read up to somewhere only; `nil` of one that was finished.
  public var cut: RecordingError? { file.cut }

  let file: MCAPFile
  let stepChannels: Set<UInt16>
  let bufferChannels: [UInt16: RecordedBuffer]

  static let stepTopic = "/ccluster/step"
  static let bufferTopics = "/ccluster/buffers/"

  /// - Throws: when it cannot be read, or is no recording of a cluster.
  public init(_ path: String) throws(RecordingError) {
    self.path = path
    let file = try MCAPFile(path)
    guard let facts = try file.metadata("ccluster"), let config = try file.metadata("ccluster.config")?["config"] else {
      throw RecordingError(path: path, what: "it is an MCAP file, but no recording of 'ccluster record'")
    }
    guard facts["format"] == "1" else {
      throw RecordingError(
        path: path, what: "it is a recording of format \(facts["format"] ?? "?"); this program reads format 1")
    }
    let channels = file.contents.channels.sorted { $0.key < $1.key }
    var buffers: [UInt16: RecordedBuffer] = [:]
    for (id, channel) in channels where channel.topic.hasPrefix(Self.bufferTopics) {
      do throws(ClusterError) { buffers[id] = try RecordedBuffer(channel.metadata["layout"] ?? "") } catch {
        throw RecordingError(path: path, what: "the channel '\(channel.topic)': \(error)")
      }
    }
    self.file = file
    self.facts = facts
    self.config = config
    end = try file.metadata("ccluster.end")
    stepChannels = Set(channels.filter { $0.value.topic == Self.stepTopic }.map(\.key))
    bufferChannels = buffers
    self.buffers = channels.compactMap { buffers[$0.key] }
  }

  /// How many steps there are; `nil` where nobody has counted them.
  public var stepCount: Int? {
    file.contents.statistics.map { statistics in
      stepChannels.reduce(0) { $0 + Int(clamping: statistics.ofChannels[$1] ?? 0) }
    }
  }

  /// The number of the first step; `nil` where there is none, or it cannot be read.
  public var firstStep: Int? { (try? range())?.lowerBound }

  /// s; `nil` when the recording does not say it.
  public var clusterDt: Double? { facts["cluster_dt"].flatMap(Double.init) }
}
