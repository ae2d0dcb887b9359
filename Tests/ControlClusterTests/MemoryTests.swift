import CLinux
import Glibc
import Testing

@testable import ControlCluster

@Suite("The shared-memory object")
struct MemoryTests {
  private static func exists(_ name: String) -> Bool { access(SegmentName.path(of: name), F_OK) == 0 }

  @Test("the name carries the user and the namespace, and only the user may open it")
  func name() throws {
    let cluster = try TestCluster(starts: false)
    #expect(cluster.name == "/ccluster.\(getuid()).\(cluster.blueprint.name)")
    #expect(SegmentName.of(cluster.name) == cluster.name)
    var status = stat()
    #expect(stat(SegmentName.path(of: cluster.name), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(status.st_size == cluster.segment.layout.size)
    // Reserved to the last page, so that no access can find /dev/shm full.
    #expect(Int(status.st_blocks) * 512 >= cluster.segment.layout.size)
    cluster.end()
    #expect(!Self.exists(cluster.name))
  }

  @Test("a namespace of its own is not the cluster's name")
  func namespace() throws {
    let name = UniqueName.next()
    let server = try ControlClusterServer(TestBlueprint().make(), namespace: name, ownsControllers: false)
    #expect(server.segmentName == SegmentName.of(name))
    server.stop()
    server.stop()
    #expect(!Self.exists(server.segmentName))
  }

  @Test("an opener waits until the object is published, and says so when it is not")
  func openersWait() throws {
    try Watchdog.guarding {
      let blueprint = TestBlueprint()
      let server = try ControlClusterServer(blueprint.make(), namespace: nil, ownsControllers: false)
      defer { server.stop() }
      #expect(throws: ClusterError.notReady(segment: server.segmentName)) {
        try Segment.attach(to: blueprint.name, as: .observer)
      }
      let isAttached = Flag()
      let opener = try Thread.start {
        if (try? Segment.attach(to: blueprint.name, as: .observer)) != nil { isAttached.set() }
      }
      usleep(50_000)
      #expect(!isAttached.isSet)
      try server.publish(launcher: .current())
      pthread_join(opener, nil)
      #expect(isAttached.isSet)
    }
  }

  @Test("what is not there, not a cluster's or left over is its own error")
  func attachErrors() throws {
    try Watchdog.guarding {
      let name = SegmentName.of(UniqueName.next())
      #expect(throws: ClusterError.notFound(segment: name)) { try Segment.attach(to: name, as: .simulator) }
      Leftovers.add(segment: name)
      defer {
        shm_unlink(name)
        Leftovers.remove(segment: name)
      }
      func put(_ image: [UInt8], phase: UInt32, server: UInt64) throws {
        let descriptor = try System.call("shm_open") { shm_open(name, O_CREAT | O_RDWR | O_TRUNC, 0o600) }
        defer { close(descriptor) }
        var bytes = image
        bytes.withUnsafeMutableBytes {
          guard $0.count >= 4096 else { return }
          $0.storeBytes(of: phase, toByteOffset: MemoryLayout<ccluster_header>.offset(of: \.phase)!, as: UInt32.self)
          $0.storeBytes(of: server, toByteOffset: MemoryLayout<ccluster_header>.offset(of: \.server)!, as: UInt64.self)
        }
        try System.writeAll(descriptor, bytes)
      }
      let blueprint = TestBlueprint(name: "left-over").make()
      let image = blueprint.encode() + [UInt8](repeating: 0, count: blueprint.layout.size - blueprint.encode().count)
      let alive = ProcessIdentity.current().word

      try put([UInt8](repeating: 7, count: 8192), phase: 1, server: alive)
      #expect(throws: ClusterError.badMagic(segment: name, found: 0x0707_0707_0707_0707)) {
        try Segment.attach(to: name, as: .observer)
      }
      try put([1, 2, 3], phase: 1, server: alive)
      #expect(throws: ClusterError.notReady(segment: name)) { try Segment.attach(to: name, as: .observer) }
      try put(Array(image.dropLast(4096)), phase: 1, server: alive)
      #expect(throws: ClusterError.self) { try Segment.attach(to: name, as: .observer) }
      try put(image, phase: 1, server: alive ^ 1)
      #expect(throws: ClusterError.stale(segment: name)) { try Segment.attach(to: name, as: .observer) }
      try put(image, phase: 1, server: alive)
      #expect(try Segment.attach(to: name, as: .observer).blueprint == blueprint)
      var description = image
      description[description.count - 1] = 0
      let sections = SegmentSections(
        layout: blueprint.layout, description: blueprint.description, config: blueprint.config)
      description[sections.description] = UInt8(ascii: "x")
      try put(description, phase: 1, server: alive)
      #expect(throws: ClusterError.self) { try Segment.attach(to: name, as: .observer) }

      // A left-over one is replaced by the next server of that name.
      try put(image, phase: 1, server: alive ^ 1)
      let server = try ControlClusterServer(blueprint, namespace: name, ownsControllers: false)
      try server.publish(launcher: .current())
      #expect(try Segment.attach(to: name, as: .observer).phase == .ready)
      server.stop()
      #expect(!Self.exists(name))
      try put(image, phase: 1, server: alive ^ 1)
      #expect(Segment.removeStale(name))
      #expect(!Segment.removeStale(name))
      #expect(!Self.exists(name))
    }
  }

  @Test("a live object is refused with its owner's pid, and is not removed as stale")
  func inUse() throws {
    let cluster = try TestCluster(starts: false)
    #expect(throws: ClusterError.inUse(segment: cluster.name, owner: getpid())) {
      try ControlClusterServer(cluster.blueprint.make(), namespace: nil, ownsControllers: false)
    }
    #expect(!Segment.removeStale(cluster.name))
    #expect(Self.exists(cluster.name))
    #expect(try Segment.attach(to: cluster.name, as: .tool).phase == .ready)
  }

  @Test("of 50 servers that start at once exactly one gets the name", arguments: [false, true])
  func creationRace(_ isStale: Bool) throws {
    try Watchdog.guarding {
      let blueprint = TestBlueprint().make()
      for _ in 0..<20 {
        let name = SegmentName.of(UniqueName.next())
        Leftovers.add(segment: name)
        if isStale {
          let descriptor = try System.call("shm_open") { shm_open(name, O_CREAT | O_RDWR, 0o600) }
          try System.writeAll(descriptor, [1])
          close(descriptor)
        }
        let race = CreationRace()
        let threads = try (0..<50).map { _ in
          try Thread.start {
            race.waitForStart()
            do { race.won(try OwnedSegment(creating: blueprint, named: name)) } catch { race.lost(error) }
          }
        }
        race.start()
        for thread in threads { pthread_join(thread, nil) }
        #expect(race.winners == 1)
        #expect(race.losers == 49, "each loser is told that the name is in use: \(race.unexpected)")
        #expect(Self.exists(name))
        race.release()
        #expect(!Self.exists(name))
        Leftovers.remove(segment: name)
      }
    }
  }

  private final class CreationRace: Sendable {
    private struct Result { var owned: [OwnedSegment] = []; var losers = 0; var unexpected: [String] = [] }
    private let result = Locked(Result())
    private let isStarted = Flag()

    func waitForStart() { while !isStarted.isSet { sched_yield() } }
    func start() { isStarted.set() }
    func won(_ owned: sending OwnedSegment) {
      result.withLock { [owned = UncheckedBox(owned)] in $0.owned.append(owned.value) }
    }
    func lost(_ error: any Error) {
      result.withLock {
        if case ClusterError.inUse = error { $0.losers += 1 } else { $0.unexpected.append("\(error)") }
      }
    }
    func release() { result.withLock { $0.owned = [] } }
    var winners: Int { result.withLock { $0.owned.count } }
    var losers: Int { result.withLock { $0.losers } }
    var unexpected: [String] { result.withLock { $0.unexpected } }
  }

  private struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  @Test("a cluster that /dev/shm has no room for is an error at once, and leaves nothing")
  func noMemory() throws {
    var room = statvfs()
    #expect(statvfs("/dev/shm", &room) == 0)
    let total = Int(room.f_blocks) * Int(room.f_frsize)
    let slots = 1 << 14
    var huge = TestBuffer("huge", .server, rows: slots)
    huge.add("bytes", .u8, [total / slots + (1 << 16)])
    var blueprint = TestBlueprint()
    blueprint.controllers = slots
    let made = ClusterBlueprint(
      name: blueprint.name, slots: slots, buffers: [huge.layout], description: blueprint.description.compact, config: ""
    )
    #expect(made.layout.size > total)
    let name = SegmentName.of(blueprint.name)
    #expect(throws: ClusterError.noMemory(segment: name, needed: made.layout.size)) {
      try ControlClusterServer(made, namespace: nil, ownsControllers: false)
    }
    #expect(!Self.exists(name))
  }

  @Test("every role may write its own pages and no others")
  func roles() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2), starts: false)
      let writers: [(SegmentRole, Set<String>)] = [
        (.simulator, ["robot_state", "clock"]), (.controller, ["rhc_commands", "telemetry", "profiling"]),
        (.tool, ["goal"]), (.observer, []),
      ]
      for (role, own) in writers {
        let segment = try Segment.attach(to: cluster.name, as: role)
        let pages = try WritablePages(of: segment)
        for buffer in segment.layout.buffers {
          #expect(segment.mayWrite(buffer) == own.contains(buffer.name))
          #expect(pages.contain(segment.base + buffer.offset) == own.contains(buffer.name), "\(role): \(buffer.name)")
        }
        // No page but these: not the tables, the description or the config.
        var expected: [Range<Int>] = []
        if role == .simulator { expected.append(0..<SegmentSections.words) }
        if role == .controller || role == .tool {
          expected.append(SegmentSections.control..<SegmentSections.control + SegmentSections.page)
        }
        let sections = SegmentSections(
          layout: segment.layout, description: segment.blueprint.description, config: segment.blueprint.config)
        if role != .observer { expected.append(SegmentSections.words..<sections.buffers) }
        for buffer in segment.layout.buffers where own.contains(buffer.name) {
          expected.append(buffer.offset..<buffer.offset + buffer.size)
        }
        for page in stride(from: 0, to: segment.layout.size, by: SegmentSections.page) {
          let isExpected = expected.contains { $0.overlaps(page..<page + SegmentSections.page) }
          #expect(pages.contain(segment.base + page) == isExpected, "\(role), page at \(page)")
        }
      }
    }
  }

  /// What the kernel lets this process write, from /proc/self/maps.
  private struct WritablePages {
    private var ranges: [Range<UInt>] = []

    init(of segment: Segment) throws {
      let maps = try #require(System.contents(of: "/proc/self/maps", limit: 1 << 24))
      for line in maps.split(separator: "\n") where line.hasSuffix(segment.name) {
        let fields = line.split(separator: " ")
        let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        if fields[1].contains("w") { ranges.append(bounds[0]..<bounds[1]) }
      }
    }

    func contain(_ address: UnsafeMutableRawPointer) -> Bool {
      ranges.contains { $0.contains(UInt(bitPattern: address)) }
    }
  }
}
