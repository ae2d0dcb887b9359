import ControlCluster
import Testing

@testable import ClusterReplay

@Suite("what two values differ by")
struct ValueDifferenceTests {
  private func difference<Value>(_ recorded: Value, _ replayed: Value, _ type: ElementType) -> ValueDifference? {
    withUnsafeBytes(of: recorded) { before in
      withUnsafeBytes(of: replayed) { after in ValueDifference(before.baseAddress!, after.baseAddress!, type) }
    }
  }

  @Test("the same bits are no difference, NaN's as well")
  func sameBits() {
    #expect(difference(Float(0.1), Float(0.1), .f32) == nil)
    #expect(difference(Double.nan, Double.nan, .f64) == nil)
    #expect(difference(Int32(-7), Int32(-7), .i32) == nil)
  }

  @Test("ulps count the numbers between, through zero and over powers of two")
  func ulps() throws {
    #expect(try #require(difference(Float(1), Float(1).nextUp, .f32)).ulps == 1)
    #expect(try #require(difference(Float(1).nextDown, Float(1).nextUp, .f32)).ulps == 2)
    #expect(try #require(difference(Double(-1).nextUp, Double(-1).nextDown, .f64)).ulps == 2)
    let across = try #require(difference(-Float.leastNonzeroMagnitude, Float.leastNonzeroMagnitude, .f32))
    // -0 and 0 are two.
    #expect(across.ulps == 3)
    #expect(try #require(difference(-Double.infinity, Double.infinity, .f64)).ulps == 2 * 0x7FF0_0000_0000_0000 + 1)
  }

  @Test("sizes are in the field's unit and of the recorded value")
  func sizes() throws {
    let found = try #require(difference(2.0, 1.5, .f64))
    #expect((found.absolute, found.relative) == (0.5, 0.25))
    let fromZero = try #require(difference(0.0, 1e-3, .f64))
    #expect((fromZero.absolute, fromZero.relative) == (1e-3, .infinity))
    let integers = try #require(difference(Int32(10), Int32(12), .i32))
    #expect((integers.absolute, integers.relative) == (2, 0.2))
    #expect(integers.ulps == nil)
  }

  @Test("a value that is no number any more is infinitely far away")
  func notANumber() throws {
    let found = try #require(difference(Float(1), Float.nan, .f32))
    #expect(found.absolute == .infinity && found.relative == .infinity && found.ulps == nil)
  }

  @Test("every bit counts without a tolerance, and either bound suffices with one")
  func tolerance() {
    let value = ValueDifference(recorded: 100, replayed: 100.05, ulps: 4)
    #expect(!Tolerance().accepts(value))
    #expect(Tolerance(absolute: 0.1).accepts(value))
    #expect(!Tolerance(absolute: 0.01).accepts(value))
    #expect(Tolerance(relative: 1e-3).accepts(value))
    #expect(!Tolerance(relative: 1e-4).accepts(value))
    #expect(Tolerance(absolute: 0.01, relative: 1e-3).accepts(value))
    #expect(!Tolerance(absolute: 1e9).accepts(ValueDifference(recorded: 1, replayed: .nan, ulps: nil)))
    #expect(!Tolerance(relative: 1).accepts(ValueDifference(recorded: .infinity, replayed: 0, ulps: nil)))
  }

  @Test("0 and -0 are not the same to the bit, and within any tolerance")
  func signedZero() throws {
    let zeros = try #require(difference(Float(0), -Float(0), .f32))
    #expect((zeros.absolute, zeros.relative, zeros.ulps) == (0, 0, 1))
    #expect(!Tolerance().accepts(zeros))
    #expect(Tolerance(absolute: 0).accepts(zeros))
  }
}
