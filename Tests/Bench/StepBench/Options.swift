/// What the command line asks for.
struct Options {
  var effort = Effort.full
  var jsonPath: String?
  var pagePath: String?
  /// `nil` is all.
  var only: [Section.Key]?
  var python: String?
  /// What the build knows and the program does not.
  var commit = "unknown"
  var compiler = "unknown"

  static let usage = """
    usage: step-bench [--quick | --smoke] [--json FILE] [--page FILE] [--only SECTION,…] [--workers N] [--python FILE]
                      [--commit TEXT] [--compiler TEXT]
    sections: \(Section.Key.allCases.map(\.rawValue).joined(separator: " "))
    """

  init(_ arguments: ArraySlice<String>) throws {
    var rest = arguments
    func value(_ option: String) throws -> String {
      guard let value = rest.popFirst() else { throw BenchError.usage("\(option) needs a value") }
      return value
    }
    var workers: Int?
    while let argument = rest.popFirst() {
      switch argument {
      case "--quick": effort = .quick
      case "--smoke": effort = .smoke
      case "--json": jsonPath = try value(argument)
      case "--page": pagePath = try value(argument)
      case "--python": python = try value(argument)
      case "--commit": commit = try value(argument)
      case "--compiler": compiler = try value(argument)
      case "--only":
        only = try value(argument).split(separator: ",").map {
          guard let key = Section.Key(rawValue: String($0)) else {
            throw BenchError.usage("no section is called '\($0)'")
          }
          return key
        }
      case "--workers":
        workers = Int(try value(argument))
        guard workers ?? 0 > 0 else { throw BenchError.usage("--workers needs a number") }
      default: throw BenchError.usage("unknown argument '\(argument)'")
      }
    }
    // Whatever the effort, and wherever it stands: only the empty step of that many processes.
    if let workers {
      effort.workers = [workers]
      only = only ?? [.step]
    }
  }
}
