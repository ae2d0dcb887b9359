// What libFuzzer runs: `make fuzz`. One input is a whole command line's worth of config, and whatever it holds, it must end in
// a plan or in diagnostics. A trap, a hang or too much memory is what is looked for.
import ClusterConfig
import Glibc

/// libFuzzer's own main function, as it is for programs that have one.
@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ fuzzOneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
  runFuzzer(&count, &arguments) { bytes, count in
    do throws(ConfigError) {
      try RoundTrip.check(FuzzInput(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
      Diagnostics.check(error)
    }
    return 0
  })
