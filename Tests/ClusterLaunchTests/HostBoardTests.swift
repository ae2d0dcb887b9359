import ClusterPlan
import ControlCluster
import Testing

@testable import ClusterLaunch

@Suite("What the head knows of other hosts")
struct HostBoardTests {
  private static func board() throws -> HostBoard { HostBoard(try ThreeHosts.plan()) }

  @Test("ranks are hosts in order until one says otherwise")
  func ranks() throws {
    var board = try Self.board()
    #expect(board.note(.running, from: 1) == "b")
    #expect(board.note(.host("c", .here(HostIdentity(pid: 7, directory: nil))), from: 1) == "c")
    #expect(board.note(.running, from: 1) == "c")
    #expect(board.name(ofRank: 1) == "c")
    #expect(board.name(ofRank: 0) == nil)
    #expect(board.note(.running, from: 3) == nil)
    #expect(board.host(onNode: "b.cluster.lan") == "b")
    #expect(board.host(onNode: "d") == nil)
  }

  @Test("processes are told with their host, and controllers by their numbers in the whole cluster")
  func processes() throws {
    var board = try Self.board()
    _ = board.note(.started(process: "controller-5", pid: 70), from: 1)
    let row = try #require(board.processes.first { $0["name"]?.string == "b/controller-5" })
    #expect(row["state"] == "starting")
    #expect(row["controllers"] == [5])
    #expect(row["pid"] == 70)
    _ = board.note(.registered(4, of: 4), from: 1)
    #expect(board.processes.first { $0["name"]?.string == "b/controller-5" }?["state"] == "running")
    #expect(board.registered == 4)
    for name in ["5", "b/controller-5", "controller-5"] {
      let found = try #require(board.process(named: name))
      #expect((found.host.share.name, found.process.plan.name) == ("b", "controller-5"))
    }
    #expect(board.process(named: "3") == nil, "it is the head's own")
    #expect(board.process(named: "11")?.host.share.name == "c")
  }

  @Test("who is missing is told, and who has fallen silent")
  func missing() throws {
    var board = try Self.board()
    _ = board.note(.host("b", .here(HostIdentity(pid: 7, directory: nil))), from: 1)
    _ = board.note(.registered(3, of: 4), from: 1)
    #expect(board.missing == "host b has 3 of 4, host c is not there")
    #expect(board.silent == ["b"])
    _ = board.note(.stopping("the agent was killed by SIGKILL", isFailure: true), from: 1)
    #expect(board.silent == [])
    #expect(board.host(named: "b")?.problem == "the agent was killed by SIGKILL")
    board.lose("c", "host c is lost")
    #expect(board.rows[1]["state"] == "lost")
    #expect(board.rows[1]["problem"] == "host c is lost")
  }
}
