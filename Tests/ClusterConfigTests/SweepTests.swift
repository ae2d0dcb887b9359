import ClusterConfig
import Testing

@Suite struct SweepTests {
  private static func values(_ argument: String) throws -> [String] {
    try Sweep([argument]).axes[0].values.map(\.text)
  }

  private static func problems(_ arguments: String...) -> String {
    do {
      _ = try Sweep(arguments, surroundings: ConfigSurroundings(environment: { _ in nil }))
      return ""
    } catch {
      return error.rendered(relativeTo: "/")
    }
  }

  @Test(
    "commas separate values, unless they stand in brackets or quotes",
    arguments: [
      ("a=16,32,64", ["16", "32", "64"]), ("a=16", ["16"]), ("a= 16 , 32 ", ["16", "32"]),
      ("a=[1,2],[3, 4]", ["[1,2]", "[3, 4]"]), ("a={x: 1, y: [2,3]},null", ["{x: 1, y: [2,3]}", "null"]),
      ("a=\"b,c\",'d,e'", ["\"b,c\"", "'d,e'"]), (#"a="b\",c",d"#, [#""b\",c""#, "d"]),
      ("a='it''s, so',b", ["'it''s, so'", "b"]), ("a=it's,b", ["it's", "b"]), ("a=[\"],\",2],3", ["[\"],\",2]", "3"]),
      ("\"a=b\".c=1,2", ["1", "2"]), ("a=b=c,d", ["b=c", "d"]), ("a={x: '}'},2", ["{x: '}'}", "2"]),
      ("a={\"x\":'}'},2", ["{\"x\":'}'}", "2"]),
      ("a=grün,größer", ["grün", "größer"]),
    ])
  func splitting(argument: String, expected: [String]) throws {
    #expect(try Self.values(argument) == expected)
  }

  @Test("values are what YAML makes of them") func types() throws {
    let axis = try Sweep(["a=1,2.5,true,x,\"1\",null,[1, {b: c}]"]).axes[0]
    #expect(axis.path == "a")
    #expect(
      axis.values.map(\.value) == [
        .integer(1), .number(2.5), .bool(true), .string("x"), .string("1"), .null,
        .sequence([.integer(1), .mapping([.init(key: "b", value: .string("c"))])]),
      ])
  }

  @Test("the points are all combinations, the last axis fastest, numbered from 1") func product() throws {
    let sweep = try Sweep(["controllers.count=16,32", "horizon.nodes=21,31,41"])
    #expect(
      sweep.points.map(\.label) == [
        "controllers.count=16, horizon.nodes=21", "controllers.count=16, horizon.nodes=31",
        "controllers.count=16, horizon.nodes=41", "controllers.count=32, horizon.nodes=21",
        "controllers.count=32, horizon.nodes=31", "controllers.count=32, horizon.nodes=41",
      ])
    #expect(sweep.points.map(\.number) == Array(1...6))
    #expect(sweep.points[5].overrides == ["controllers.count=32", "horizon.nodes=41"])
  }

  @Test("the overrides of a point are one point when they are read as a sweep") func roundTrip() throws {
    let sweep = try Sweep(["a=[1,2],'b,c'", "d={e: \"f,g\"},null"])
    for point in sweep.points {
      let again = try Sweep(point.overrides)
      #expect(again.points.count == 1)
      #expect(again.points[0].settings == point.settings)
    }
  }

  @Test(
    "what is wrong is shown at its place",
    arguments: [
      ("a", "--sweep a: error: there is no '=' between path and value [override-syntax]\n  a\n  ^\n"),
      ("a=", "--sweep a=: error: a value is missing here [override-syntax]\n  a=\n   ^\n"),
      ("a=1,,2", "--sweep a=1,,2: error: a value is missing here [override-syntax]\n  a=1,,2\n     ^\n"),
      ("a=1,", "--sweep a=1,: error: a value is missing here [override-syntax]\n  a=1,\n     ^\n"),
      ("a=[1,2", "--sweep a=[1,2: error: this bracket is never closed [override-syntax]\n  a=[1,2\n    ^\n"),
      ("a=1],2", "--sweep a=1],2: error: this bracket was not opened [override-syntax]\n  a=1],2\n     ^\n"),
      ("a=[1},2", "--sweep a=[1},2: error: this bracket was not opened [override-syntax]\n  a=[1},2\n      ^\n"),
      ("a='b,c", "--sweep a='b,c: error: the quote is never closed [override-syntax]\n  a='b,c\n    ^\n"),
      ("a=1,2,1", "--sweep a=1,2,1: error: the value '1' stands twice in the sweep of a [duplicate-name]\n"),
      ("a=1,${env:NOWHERE}", "[undefined-variable]\n  a=1,${env:NOWHERE}\n"),
      ("a=1,0x99999999999999999", "[wrong-type]\n  a=1,0x99999999999999999\n      ^~~~~~~~~~~~~~~~~~~\n"),
      ("=1", "--sweep =1: error: a key is missing here [override-syntax]\n"),
    ])
  func brokenAxis(argument: String, expected: String) {
    #expect(Self.problems(argument).contains(expected), "\(Self.problems(argument))")
  }

  @Test("a path that is swept twice is told with both places, and all problems are told at once") func twice() {
    let text = Self.problems("a=1,2", "b=1,,2", "a=3")
    #expect(text.contains("--sweep a=3: error: 'a' is swept twice"))
    #expect(text.contains("--sweep a=1,2: note: the first time is here"))
    #expect(text.contains("--sweep b=1,,2: error: a value is missing here"))
  }

  @Test("more points than a sweep may have are an error, whatever their product overflows") func tooMany() throws {
    let ten = (1...10).map(String.init).joined(separator: ",")
    #expect(try Sweep(["a=\(ten)", "b=\(ten)", "c=\(ten)"]).points.count == Sweep.maximumPoints)
    #expect(Self.problems("a=\(ten)", "b=\(ten)", "c=\(ten)", "d=1,2").contains("[too-large]"))
    var arguments: [String] = []
    for name in 0..<40 { arguments.append("a\(name)=\(ten)") }
    #expect(throws: ConfigError.self) { try Sweep(arguments) }
  }

  @Test("a point's values come after the overrides, and are shown as --sweep where they come from") func loading()
    throws
  {
    try Files.withTemporaryDirectory { directory in
      Files.write(
        Array(
          "ccluster: 1\nname: one\nrobot: {joints: [a]}\ncontrollers: {count: 1}\nbuffers: {b: {writer: simulator, fields: {x: [1]}}}\n"
            .utf8), to: directory + "/cluster.yaml")
      let resolved = try ClusterConfig.load(
        paths: [directory + "/cluster.yaml"], overrides: ["controllers.count=2", "horizon.nodes=31"],
        point: ["controllers.count=3"])
      #expect(resolved.config.controllers.count == 3)
      let lines = resolved.yaml(withOrigins: true).split(separator: "\n").map { $0.split(separator: " ") }
      #expect(lines.contains(["count:", "3", "#", "--sweep"]))
      #expect(lines.contains(["nodes:", "31", "#", "--set"]))
      let error = try #require(throws: ConfigError.self) {
        try ClusterConfig.load(paths: [directory + "/cluster.yaml"], point: ["controllers.cuont=3"])
      }
      #expect(error.description.hasPrefix("--sweep controllers.cuont=3: error: unknown key 'cuont' in controllers"))
      #expect(error.description.contains("did you mean 'count'?"))
    }
  }

  @Test("a machine is too small for runs side by side by the largest of them") func machine() throws {
    func demand(_ threads: Int, _ bytes: Int) -> Machine.Demand {
      var demand = Machine.Demand(Self.config, bytes: bytes)
      demand.threads = threads
      return demand
    }
    let machine = Machine(cores: 4, sharedMemory: 100, hasProgram: { _ in true })
    let demands = [demand(1, 10), demand(3, 60), demand(2, 50)]
    #expect(machine.warnings(for: demands, jobs: 1).isEmpty)
    let two = machine.warnings(for: demands, jobs: 2)
    #expect(two.map(\.id) == [.machineCores, .machineMemory])
    #expect(two[0].message == "2 points at a time have up to 5 controller threads, and there are 4 cores")
    #expect(two[0].severity == .warning)
    #expect(machine.warnings(for: [demand(2, 50), demand(2, 50)], jobs: 2).isEmpty)
    #expect(machine.warnings(for: [demand(9, 500)], jobs: 2).isEmpty, "one point has nobody beside it")
    #expect(machine.warnings(for: [demand(.max, 0), demand(.max, 0)], jobs: 2).map(\.id) == [.machineCores])
  }

  private static let config: ClusterConfig = {
    guard let resolved = try? ClusterConfig.load(path: Files.package + "/configs/robots/go2/cluster.yaml") else {
      preconditionFailure("the shipped config is broken")
    }
    return resolved.config
  }()

  @Test("a config's threads are those of all its processes") func demand() throws {
    let resolved = try ClusterConfig.load(
      path: Files.package + "/configs/robots/go2/cluster.yaml",
      overrides: ["controllers.count=10", "controllers.per_process=4", "controllers.threads=2"])
    #expect(Machine.Demand(resolved.config, bytes: 0).threads == 6)
  }
}
