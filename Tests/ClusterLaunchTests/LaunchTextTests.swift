import ClusterPlan
import Glibc
import Testing

@testable import ClusterLaunch

@Suite("What the launch reads and prints")
struct LaunchTextTests {
  @Test(
    "a wait status is an exit code or a signal, and a shell's status",
    arguments: [(0, 0), (7 << 8, 7), (9, 137), (11 | 0x80, 139)] as [(Int32, Int32)])
  func waitStatus(wait: Int32, shell: Int32) { #expect(ProcessStatus(wait: wait).shellStatus == shell) }

  @Test("the kernel's core lists", arguments: [("", []), ("2\n", [2]), ("2,4-7\n", [2, 4, 5, 6, 7])])
  func cores(list: String, expected: [Int]) { #expect(HerePlacement.Machine.parse(list: list) == expected) }

  @Test("output comes line by line, whatever pieces it arrives in")
  func lines() {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    let output = ChildOutput(process: "p", stream: .standardOutput, descriptor: ends[0])
    var lines: [String] = []
    for piece in ["one\ntw", "o\r\n\n", "three"] {
      _ = piece.withCString { write(ends[1], $0, strlen($0)) }
      #expect(output.drain { lines.append($0) })
    }
    #expect(lines == ["one", "two", ""])
    close(ends[1])
    #expect(!output.drain { lines.append($0) })
    #expect(lines == ["one", "two", "", "three"])
  }
}
