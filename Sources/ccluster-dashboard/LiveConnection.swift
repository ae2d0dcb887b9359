import ClusterLaunch
import ClusterObserve
import ControlCluster
import FlyingFox
import Foundation

/// One page's WebSocket.
///
/// The page sends JSON: `{"do": "open", "token": "…"}` first; `{"do": "next"}` for each frame that it can take;
/// `{"do": "show", "plots": […], "rows": true, "logs": true}` for what it shows, ``FieldSubscription`` among it. It gets a
/// ``LiveFrame`` for each `next`, 30 a second at most, and before it, as text, what has changed: `cluster`, `ended`, `reading`,
/// `logs`, `problem`.
///
/// So a page that is slow asks for less, and nothing is made for it that it has not asked for.
actor LiveConnection {
  private let door: Door
  private let observer: ClusterObserver
  private var viewer: ClusterObserver.Viewer?
  private var texts: [String] = []
  /// Frames that the page can take.
  private var credit = 0
  private var isClosed = false
  /// What is told of the connection's end.
  private var farewell: WSCloseCode?
  /// The last chapter that the page knows of.
  private var chapter = 0
  private var wantsRows = false
  private var wantsLogs = false
  private var tail: LogTail?
  private var isReading = false
  private var isReadingLogs = false
  private var nextFrame: UInt64 = 0
  private var nextReading: UInt64 = 0
  private var nextLogs: UInt64 = 0
  private let opened = System.monotonicNanoseconds

  /// ns
  private static let framePeriod: UInt64 = 33_000_000
  private static let readingPeriod: UInt64 = 1_000_000_000
  private static let logPeriod: UInt64 = 250_000_000
  /// How long it takes to see that there is something to send, ns.
  private static let pollPeriod: UInt64 = 4_000_000
  /// How long a page may take to say who it is, ns.
  private static let openPatience: UInt64 = 10_000_000_000
  /// What a page that takes nothing may leave untaken; one that draws has asked for as many as are under way.
  private static let mostCredit = 8

  init(door: Door, observer: ClusterObserver) { (self.door, self.observer) = (door, observer) }

  func close() async {
    isClosed = true
    if let viewer { await observer.close(viewer) }
    viewer = nil
    tail = nil
  }

  // MARK: What comes

  func receive(_ message: WSMessage) async {
    guard !isClosed, farewell == nil else { return }
    guard case .text(let text) = message, let json = try? JSONValue(parsing: text) else { return }
    switch (json["do"]?.string, viewer) {
    case ("open", nil):
      guard door.isToken(json["token"]?.string) else {
        // 4000 to 4999 are for applications (RFC 6455, 7.4.2).
        return farewell = WSCloseCode(4403, reason: "the token is missing or another one")
      }
      viewer = await observer.open()
      if viewer == nil { farewell = WSCloseCode(4429, reason: "\(ClusterObserver.mostViewers) pages are open already") }
    case ("next", .some): credit = min(Self.mostCredit, credit + 1)
    case ("show", let viewer?):
      wantsRows = json["rows"]?.bool ?? false
      setLogs(json["logs"]?.bool ?? false)
      for problem in await observer.subscribe(viewer, to: json["plots"]?.array ?? []) {
        tell(["kind": "problem", "message": .string(problem)])
      }
      nextReading = 0
    default: break
    }
  }

  private func setLogs(_ wanted: Bool) {
    if !wanted { tail = nil }
    wantsLogs = wanted
  }

  // MARK: What goes

  /// The next message, once there is one to send; `nil` when there will be no more.
  func next() async -> WSMessage? {
    while !isClosed {
      if let farewell {
        isClosed = true
        return .close(farewell)
      }
      let now = System.monotonicNanoseconds
      if viewer == nil, now - opened > Self.openPatience {
        farewell = WSCloseCode(4408, reason: "nobody has said who it is")
      }
      if let viewer {
        if await observer.number != chapter { await tellChapter() }
        if !texts.isEmpty { return .text(texts.removeFirst()) }
        if credit > 0, now >= nextFrame {
          await gatherTexts(now)
          if let (overview, queues) = await observer.takeFrame(viewer) {
            credit -= 1
            // What was late for once is caught up with.
            nextFrame = max(nextFrame + Self.framePeriod, now)
            return .data(LiveFrame.encode(overview, queues))
          }
        }
      }
      let untilFrame = nextFrame > now ? nextFrame - now : Self.pollPeriod
      do { try await Task.sleep(nanoseconds: min(untilFrame, Self.pollPeriod)) } catch { return nil }
    }
    return nil
  }

  private func tellChapter() async {
    let (number, chapter) = (await observer.number, await observer.chapter)
    self.chapter = number
    switch chapter {
    case .running(let description):
      tell(description)
      // Those of the new run.
      tail = nil
    case .ended(let reason): tell(["kind": "ended", "reason": .string(reason)])
    }
  }

  /// What is sent beside frames, now and then, as a page takes them.
  private func gatherTexts(_ now: UInt64) async {
    if now >= nextReading, !isReading {
      nextReading = now + Self.readingPeriod
      isReading = true
      let (observer, wantsRows) = (observer, wantsRows)
      // Rows of many controllers take their time, and frames do not wait for them.
      Task.detached {
        let text = await observer.reading().map { reading in
          var members = reading.json(TopOrder(), TopFilter()).object ?? []
          if !wantsRows { members.removeAll { $0.key == "rows" } }
          return JSONValue.object([.init(key: "kind", value: "reading")] + members).compact
        }
        await self.append(reading: text)
      }
    }
    if wantsLogs, now >= nextLogs, !isReadingLogs {
      nextLogs = now + Self.logPeriod
      if tail == nil, let directory = await observer.directory { tail = LogTail(directory) }
      guard let tail else { return }
      isReadingLogs = true
      Task { append(await tail.take(), from: tail) }
    }
  }

  private func tell(_ message: JSONValue) { texts.append(message.compact) }

  private func append(reading: String?) {
    isReading = false
    if let reading { texts.append(reading) }
  }

  private func append(_ batch: (lines: [LogRecord], dropped: Int), from tail: LogTail) {
    isReadingLogs = false
    guard tail === self.tail, !batch.lines.isEmpty else { return }
    tell([
      "kind": "logs", "dropped": .integer(batch.dropped), "lines": .array(batch.lines.map(\.json)),
    ])
  }
}
