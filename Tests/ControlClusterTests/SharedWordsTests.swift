import CLinux
import Testing

@testable import ControlCluster

@Suite("The words of the shared memory")
struct SharedWordsTests {
  @Test("offsets that are written out in Swift are those of the C header")
  func offsets() {
    let block = UnsafeMutableRawPointer.allocate(byteCount: 8192, alignment: 4096)
    defer { block.deallocate() }
    block.initializeMemory(as: UInt8.self, repeating: 0, count: 8192)
    let control = ControlBlock(block)
    control.doorbell.store(1)
    control.generation.store(2)
    control.pending.store(3)
    control.done.store(4)
    control.serverBell.store(5)
    control.steps.store(6)
    control.lastStepNanoseconds.store(7)
    control.firstStepAt.store(8)
    control.lastStepAt.store(9)
    control.simulatedNanoseconds.store(10)
    control.solved.store(11)
    control.failed.store(12)
    control.died.store(13)
    control.late.store(14)
    control.stepTime(513).store(15)
    control.turnBits.store(16)
    control.totalStepNanoseconds.store(17)
    control.totalSolved.store(18)
    control.totalFailed.store(19)
    control.totalDied.store(20)
    control.totalLate.store(21)
    control.stepDurations[31].store(22)
    control.solveDurations(shard: 11)[31].store(23)
    let read = block.load(as: ccluster_control.self)
    #expect(
      [UInt64(read.doorbell), UInt64(read.generation), read.pending, UInt64(read.done), UInt64(read.server_bell)]
        == [1, 2, 3, 4, 5])
    #expect(
      [read.steps, read.last_step_ns, read.first_step_at_ns, read.last_step_at_ns, read.simulated_ns] == [
        6, 7, 8, 9, 10,
      ])
    #expect([read.solved, read.failed, read.died, read.late] == [11, 12, 13, 14])
    #expect(read.step_times_ns.1 == 15 && read.turn == 16)
    #expect(
      [read.total_step_ns, read.total_solved, read.total_failed, read.total_died, read.total_late] == [
        17, 18, 19, 20, 21,
      ])
    #expect(read.step_durations.31 == 22 && read.solve_durations.11.31 == 23)

    block.initializeMemory(as: UInt8.self, repeating: 0, count: 8192)
    let slot = Slot(words: block, record: block + 64)
    slot.stepBits.store(1)
    slot.lifecycleBits.store(2)
    slot.process.store(3)
    slot.requests.store(4)
    slot.prepared.store(5)
    slot.registeringAt.store(6)
    slot.registrationNanoseconds.store(7)
    slot.restarts.store(8)
    slot.lateSteps.store(15)
    slot.rowsBits.store(9)
    slot.solves.store(10)
    slot.failures.store(11)
    slot.lastSolve.store(12)
    slot.maxSolve.store(13)
    slot.totalSolve.store(14)
    slot.message = "x"
    let words = block.load(as: ccluster_words.self)
    #expect([words.step, words.lifecycle] == [1, 2])
    let of = block.load(fromByteOffset: 64, as: ccluster_slot.self)
    #expect([of.process, UInt64(of.request), UInt64(of.prepared)] == [3, 4, 5])
    #expect([of.registering_at_ns, of.registration_ns, UInt64(of.restarts), of.rows] == [6, 7, 8, 9])
    #expect(of.late_steps == 15)
    #expect([of.solves, of.failures, of.last_solve_ns, of.max_solve_ns, of.total_solve_ns] == [10, 11, 12, 13, 14])
    #expect(of.message.0 == CChar(UInt8(ascii: "x")))
  }

  @Test("a message is cut at a whole character, and never unterminated")
  func messages() {
    let block = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 64)
    defer { block.deallocate() }
    block.initializeMemory(as: UInt8.self, repeating: 0xff, count: 256)
    let slot = Slot(words: block, record: block + 64)
    for (text, kept) in [
      ("", ""), ("short", "short"), (String(repeating: "x", count: 63), String(repeating: "x", count: 63)),
      (String(repeating: "x", count: 64), String(repeating: "x", count: 63)),
      (String(repeating: "x", count: 61) + "é!", String(repeating: "x", count: 61) + "é"),
      (String(repeating: "x", count: 62) + "é!", String(repeating: "x", count: 62)),
      (String(repeating: "🤖", count: 20), String(repeating: "🤖", count: 15)),
    ] {
      slot.message = text
      #expect(slot.message == kept)
    }
  }

  @Test("words keep what they were given, and unknown values are harmless")
  func words() {
    for status in [SlotStatus.free, .due, .solved, .failed, .died, .late] {
      for request in [StepRequest.solve, .reset] {
        let word = StepWord(.max, status, of: request)
        #expect(StepWord(bits: word.bits) == word)
      }
    }
    for state in [SlotState.vacant, .registering, .idle, .active, .failed, .dead] {
      #expect(Lifecycle(bits: Lifecycle(.max, state).bits) == Lifecycle(.max, state))
    }
    #expect(StepWord(bits: 7 << 32 | 98 << 8 | 99) == StepWord(7, .free))
    #expect(Lifecycle(bits: 7 << 32 | 99) == Lifecycle(7, .vacant))
  }

  @Test("the turn changes hands with every pass, and never to a word that it was a while ago")
  func turns() {
    let block = UnsafeMutableRawPointer.allocate(byteCount: 8192, alignment: 4096)
    defer { block.deallocate() }
    block.initializeMemory(as: UInt8.self, repeating: 0, count: 8192)
    let control = ControlBlock(block)
    #expect(control.turn.holder == .simulator && control.turn.generation == 0)
    // Clients that die between all of it: each successor takes the turn first, whoever has it.
    for start in [0, 5 << 32 | 0xffff_fff8, 0xffff_fffe << 32 | 3] as [UInt64] {
      control.turnBits.store(start)
      var seen: Set<UInt64> = [start]
      for (holder, generation) in [
        (Turn.Holder.simulator, 6), (.controllers, 7), (.simulator, 6), (.controllers, 7), (.simulator, 7),
        (.simulator, 7), (.controllers, .max), (.simulator, .max), (.controllers, 0),
      ] as [(Turn.Holder, UInt32)] {
        control.pass(to: holder, in: generation)
        #expect(control.turn.holder == holder && control.turn.generation == generation)
        #expect(seen.insert(control.turn.bits).inserted)
      }
    }
  }

  @Test(
    "rows say while they are written, and of which step they are; a second writing of the same step changes the word")
  func rows() {
    let block = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 64)
    defer { block.deallocate() }
    block.initializeMemory(as: UInt8.self, repeating: 0, count: 256)
    let slot = Slot(words: block, record: block + 64)
    var seen: Set<UInt64> = [slot.rowsBits.load()]
    func write(_ step: StepWord) -> RowsWord {
      slot.stepBits.store(step.bits)
      var during = slot.rows
      slot.writeRows { during = slot.rows }
      #expect(during.isBeingWritten && !during.answers(step.generation))
      #expect(seen.insert(during.bits).inserted && seen.insert(slot.rowsBits.load()).inserted)
      return slot.rows
    }
    for generation in [1, .max, 0] as [UInt32] {
      #expect(write(StepWord(generation, .due)).answers(generation))
      #expect(!slot.rows.answers(generation &+ 1))
      for status in [SlotStatus.free, .solved, .failed, .died, .late] {
        let after = write(StepWord(generation, status))
        #expect(!after.isBeingWritten && after.generation == generation && !after.answers(generation), "\(status)")
      }
      #expect(write(StepWord(generation, .due)).answers(generation))
    }
    // Killed in the middle: whoever fills the rows then makes them whole.
    slot.rowsBits.store(slot.rows.begun.bits)
    #expect(slot.rows.isBeingWritten)
    #expect(!write(StepWord(7, .solved)).isBeingWritten)
    // The count wraps without touching the generation.
    slot.rowsBits.store(5 << 32 | 0xffff_fffc)
    #expect(write(StepWord(5, .due)).answers(5) && slot.rowsBits.load() == 5 << 32)
  }
}
