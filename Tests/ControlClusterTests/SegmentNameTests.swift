import Glibc
import Testing

@testable import ControlCluster

@Suite("Names of segments")
struct SegmentNameTests {
  @Test("a cluster of one's own that is made at this moment is not another user's, nor is one of another name")
  func foreignOwner() throws {
    let name = UniqueName.next()
    let segment = SegmentName.of(name)
    func owner(errno code: Int32 = ENOENT) -> uid_t? { SegmentName.foreignOwner(of: segment, errno: code) }
    var made: [String] = []
    defer { for path in made { unlink(path) } }
    func make(_ namespace: String, uid: uid_t) throws {
      let path = SegmentName.path(of: SegmentName.of(namespace, uid: uid))
      let file = open(path, O_CREAT | O_EXCL | O_RDWR, 0o600)
      try #require(file >= 0)
      close(file)
      made.append(path)
    }
    #expect(owner() == nil)
    // It was not there when it was opened, and is there now.
    try make(name, uid: getuid())
    #expect(owner() == nil)
    #expect(owner(errno: EACCES) == getuid())
    try make("other.\(name)", uid: getuid() + 1)
    try make("\(name).other", uid: getuid() + 1)
    #expect(owner() == nil)
    try make(name, uid: getuid() + 7)
    #expect(owner() == getuid() + 7)
    unlink(SegmentName.path(of: segment))
    #expect(owner() == getuid() + 7)
  }
}
