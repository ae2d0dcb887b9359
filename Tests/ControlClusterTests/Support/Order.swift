/// What `robot_state.order` asks of a `ScriptedController`; the same numbers stand there.
enum Order: Int32 {
  /// number = argument (and the ends of `bulk`, if there is one), joint positions + 1, velocity = index, orientation as it is.
  case echo = 0
  /// Writes and then throws.
  case fail = 1
  /// Sleeps for `argument` seconds, then echoes.
  case sleep = 2
  /// Writes into the page of robot_state.
  case trespass = 3
  case exit = 4
  /// Writes checksummed `telemetry` rows for `argument` seconds.
  case telemetry = 5
  /// `response` = `stimulus`; fails when that is torn or another robot's.
  case mirror = 6
  /// Counts the process's system calls from here on.
  case countSystemCalls = 7
  /// Makes one, once it has answered.
  case systemCall = 8
  /// Echoes, and stops its process in the middle of the write of `bulk`.
  case stopHalfway = 9
}
