/// What `ccluster dashboard` hands on; it has checked it for people already.
struct DashboardOptions: Equatable {
  var name: String
  /// 0 is any that is free; `nil` the first that is free from ``DashboardServer/firstPort`` on.
  var port: UInt16?
  var json = false

  static let usage = "usage: ccluster dashboard NAME [--port N] [--json]"

  struct Misuse: Error {
    var message: String
  }

  init(_ arguments: some Sequence<String>) throws(Misuse) {
    var names: [String] = []
    var rest = arguments.makeIterator()
    while let argument = rest.next() {
      switch argument {
      case "--json": json = true
      case "--port":
        guard let text = rest.next(), let number = UInt16(text) else {
          throw Misuse(message: "--port takes a number from 0 to 65535")
        }
        port = number
      case let text where text.hasPrefix("-"): throw Misuse(message: "there is no option '\(text)'")
      default: names.append(argument)
      }
    }
    guard names.count == 1 else { throw Misuse(message: "it takes the name of one cluster") }
    name = names[0]
  }
}
