import Glibc
import Testing

@testable import ControlCluster

// Rows whose writers were replaced, died, failed or were late.
extension SnapshotTests {
  @Test(
    "answers that were filled anew are not the step's, before they are copied or meanwhile", arguments: [true, false])
  func replaced(_ isEarly: Bool) throws {
    let puppet = try PuppetCluster()
    puppet.step([0, 1])
    let snapshot = try puppet.snapshot(of: ["response"])
    if isEarly {
      puppet.writeAnswer(1, 50)
    } else {
      Self.at(.copiedAnswer(1), of: snapshot) { puppet.writeAnswer(1, 50) }
    }
    #expect(snapshot.take() == .replaced(1))
    #expect(try Self.moments(snapshot, "response") == [.answer(1), .safe(1)])
    #expect(try Self.numbers(snapshot, "response") == [1, 50])
    // The next step makes them whole again, also for who waits.
    Self.at(.waiting, of: snapshot) { puppet.step([0, 1]) }
    #expect(snapshot.take(within: 5) == .step(2))
    #expect(try Self.numbers(snapshot, "response") == [2, 2])
  }

  @Test("a writer that died in the middle leaves a torn row until it has been buried")
  func torn() throws {
    let puppet = try PuppetCluster()
    puppet.step([0, 1])
    let snapshot = try puppet.snapshot(of: ["response"])
    let slot = puppet.segment.slot(1)
    puppet.begin([0, 1])
    puppet.answer(0)
    slot.rowsBits.store(slot.rows.begun.bits)
    #expect(snapshot.take() == .inFlight(2))
    #expect(try Self.moments(snapshot, "response") == [.answer(2), .torn])
    puppet.writeAnswer(1, 0)
    puppet.set(1, .died)
    #expect(snapshot.take() == .step(2))
    #expect(try snapshot.outcome(of: 1) == .died && Self.moments(snapshot, "response") == [.answer(2), .answer(2)])
    // A successor is reset.
    puppet.writeAnswer(1, 0)
    #expect(snapshot.take() == .replaced(2))
  }

  @Test("what a failure and a death hold is of the step; late and absent controllers' rows are marked")
  func outcomes() throws {
    let puppet = try PuppetCluster()
    puppet.step([0, 1])
    let snapshot = try puppet.snapshot(of: ["response"])
    for status in [SlotStatus.failed, .died] {
      puppet.begin([0, 1])
      puppet.answer(0)
      puppet.set(1, status)
      puppet.end()
      #expect(snapshot.take() == .step(puppet.generation) && snapshot.outcome(of: 1) == status)
      #expect(try Self.moments(snapshot, "response") == [.answer(puppet.generation), .answer(1)])
    }
    puppet.begin([0, 1])
    puppet.answer(0)
    puppet.set(1, .late)
    puppet.end()
    let slot = puppet.segment.slot(1)
    let rows = slot.rows
    slot.rowsBits.store(rows.begun.bits)
    #expect(snapshot.take() == .step(4) && snapshot.outcome(of: 1) == .late)
    #expect(try Self.moments(snapshot, "response") == [.answer(4), .torn])
    slot.rowsBits.store(rows.bits)
    puppet.writeAnswer(1, 4)
    slot.becomeAvailable()
    #expect(snapshot.take() == .step(4) && snapshot.outcome(of: 1) == .late)
    #expect(try Self.moments(snapshot, "response") == [.answer(4), .safe(4)])
    puppet.step([0])
    #expect(snapshot.take() == .step(5) && snapshot.outcome(of: 1) == .free)
  }
}
