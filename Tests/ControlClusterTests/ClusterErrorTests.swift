import Glibc
import Testing

@testable import ControlCluster

@Suite("Error sentences")
struct ClusterErrorTests {
  @Test("every error says what, of which thing, and what to do where that helps", arguments: Self.sentences)
  func sentence(_ row: (error: ClusterError, sentence: String)) {
    #expect("\(row.error)" == row.sentence)
  }

  static let sentences: [(error: ClusterError, sentence: String)] = [
    (.system(call: "shm_open '/x'", errno: EACCES), "shm_open '/x': Permission denied"),
    (.notFound(segment: "/x"), "there is no cluster '/x' on this machine; 'ccluster launch FILE' starts one"),
    (
      .otherUser(segment: "/ccluster.7.x", owner: 7),
      "the cluster 'x' belongs to user 7, and not to this one (\(getuid())): clusters are open to the user who launched them "
        + "only"
    ),
    (.inUse(segment: "/x", owner: 0), "'/x' is being started by another launch at this moment"),
    (
      .inUse(segment: "/x", owner: 7),
      "'/x' is in use by a running cluster (server pid 7); stop it, or launch with --name OTHER"
    ),
    (.stale(segment: "/x"), "'/x' is left over from a server that is gone; launching again replaces it"),
    (.badMagic(segment: "/x", found: 0xab), "'/x' is not a cluster's memory (magic 0xab)"),
    (
      .abiMismatch(segment: "/x", found: 2, expected: 1),
      "'/x' has memory layout version 2, this program was built for 1"
    ),
    (
      .layoutMismatch(segment: "/x", found: 0x1f, expected: 0x2f),
      "'/x' has layout hash 0x1f, expected 0x2f: it was launched from another config"
    ),
    (.clientTaken(segment: "/x", owner: 9), "'/x' already has a client: process 9"),
    (.unknownBuffer("a", known: ["b", "c"]), "there is no buffer 'a'; there are b, c"),
    (.unknownField(buffer: "b", field: "x", known: ["y", "z"]), "buffer 'b' has no field 'x'; it has y, z"),
    (
      .wrongElementType(field: "b.x", found: "f32", expected: "Double"),
      "field 'b.x' holds f32, but was opened as Double"
    ),
    (.unknownValue(path: "robot.x"), "the cluster's description has no value 'robot.x'"),
    (.unanswered(by: "controller 1 (idle)", seconds: 2), "no answer within 2.0 s from controller 1 (idle)"),
    (.notWritable(buffer: "b", writer: "simulator"), "buffer 'b' is written by the simulator only"),
    (.slotTaken(slot: 3, owner: 8), "controller 3 is already run by process 8"),
    (.slotOutOfRange(slot: 4, count: 4), "there is no controller 4: the cluster has 4, from 0"),
    (
      .environment(name: "CCLUSTER_SEGMENT", value: nil),
      "CCLUSTER_SEGMENT is not set; this program is started by 'ccluster launch'"
    ),
    (.environment(name: "N", value: "x"), "N is 'x', which makes no sense"),
    (
      .registrationTimeout(missing: ["controller 1", "controller 3"], seconds: 2),
      "not registered within 2.0 s: controller 1, controller 3"
    ),
    (
      .noMemory(segment: "/x", needed: 99),
      "/dev/shm has no room for the 99 bytes of '/x'; free some (ls -l /dev/shm) or make it larger "
        + "(mount -o remount,size=… /dev/shm)"
    ),
  ]

  @Test("a failed call is retried after EINTR, and keeps its errno")
  func systemCalls() throws {
    var calls = 0
    let result = try System.call("x") {
      calls += 1
      errno = EINTR
      return calls < 3 ? -1 : 42
    }
    #expect(result == 42 && calls == 3)
    #expect(throws: ClusterError.system(call: "open 'nowhere'", errno: ENOENT)) {
      try System.call("open 'nowhere'") { open("/nowhere/at/all", O_RDONLY) }
    }
    #expect(throws: ClusterError.system(call: "y", errno: EPERM)) { try System.check("y", -EPERM) }
  }

  @Test("a process is told from a later one of the same pid, and a zombie is not alive")
  func identity() throws {
    let own = ProcessIdentity.current()
    #expect(own.isAlive && own.pid == getpid())
    #expect(!ProcessIdentity(word: own.word ^ 1).isAlive)
    #expect(!ProcessIdentity.nobody.isAlive)
    #expect(ProcessIdentity(word: .max).isAlive == false)
    var pid: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
    defer { free(arguments[0]) }
    #expect(posix_spawnp(&pid, "true", nil, nil, &arguments, nil) == 0)
    let child = ProcessIdentity(pid: pid)
    try waitUntil("the child is a zombie") { ProcessIdentity(pid: pid) == nil }
    #expect(child?.isAlive != true)
    waitpid(pid, nil, 0)
  }
}
