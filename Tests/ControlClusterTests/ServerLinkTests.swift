import Glibc
import Testing

@testable import ControlCluster

@Suite("The link between launcher and server")
struct ServerLinkTests {
  @Test("who offers a message to a full link goes on, and is told; once it is read there is room again")
  func full() throws {
    let (mine, theirs) = try ServerLink.pair()
    defer { for link in [mine, theirs] { close(link.descriptor) } }
    #expect(!theirs.isReadable)
    var sent: Int32 = 0
    // The kernel's default has room for some hundreds.
    while sent < 1 << 20, mine.offer(.registered, number: sent) { sent += 1 }
    #expect(sent > 10 && sent < 1 << 20)
    for number in 0..<sent {
      #expect(theirs.isReadable)
      #expect(try theirs.receive()?.number == number)
    }
    #expect(!theirs.isReadable)
    #expect(mine.offer(.registered, number: 7))
    #expect(try theirs.receive()?.number == 7)
  }
}
