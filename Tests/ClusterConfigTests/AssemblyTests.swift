import Glibc
import Testing

@testable import ClusterConfig

/// Files that build on one another, and overrides.
@Suite struct AssemblyTests {
  private func load(
    _ files: [String: String], overrides: [String] = [], limits: ConfigLimits = ConfigLimits()
  ) throws -> ResolvedConfig {
    try Files.withTemporaryDirectory { directory in
      mkdir(directory + "/presets", 0o700)
      for (name, text) in files { Files.write(text.utf8, to: "\(directory)/\(name)") }
      return try ClusterConfig.load(path: directory + "/cluster.yaml", overrides: overrides, limits: limits)
    }
  }

  private func ids(_ files: [String: String], overrides: [String] = [], limits: ConfigLimits = ConfigLimits())
    -> [Diagnostic.ID]
  {
    do {
      return try load(files, overrides: overrides, limits: limits).warnings.map(\.id)
    } catch {
      return (error as? ConfigError)?.diagnostics.map(\.id) ?? []
    }
  }

  @Test("mappings merge, lists and scalars replace, null removes") func merging() throws {
    let config = try load([
      "base.yaml": """
      robot: {joints: [a, b], contacts: [c], mass: 3, parameters: {x: {y: 1, z: 2}, w: [1, 2]}}
      buffers:
        keep: {writer: simulator, fields: {x: [], y: []}}
        drop: {writer: simulator, fields: {x: []}}
      """,
      "cluster.yaml": """
      extends: base.yaml
      name: demo
      controllers: {count: 1}
      robot: {joints: [z], mass: ~, parameters: {x: {y: 3}, w: [4]}}
      buffers:
        keep: {fields: {x: null, w: [2]}}
        drop: null
      """,
    ]).config
    #expect(config.robot.joints == ["z"])
    #expect(config.robot.contacts == ["c"])
    #expect(config.robot.mass == 0)
    let inner = ConfigValue.mapping([.init(key: "y", value: .integer(3)), .init(key: "z", value: .integer(2))])
    #expect(
      config.robot.parameters
        == .mapping([.init(key: "x", value: inner), .init(key: "w", value: .sequence([.integer(4)]))]))
    #expect(config.buffers.map(\.name) == ["keep"])
    #expect(config.buffers[0].fields.map(\.name) == ["y", "w"])
  }

  @Test("files are merged in order, the including one last, each relative to the file that names it") func order()
    throws
  {
    let resolved = try load([
      "presets/a.yaml": "extends: c.yaml\nhorizon: {nodes: 3, dt: 3}\nrobot: {urdf: r.urdf}\n",
      "presets/c.yaml": "horizon: {nodes: 9, dt: 9}\nrobot: {mass: 9, srdf: ./x/../r.srdf}\n",
      "presets/b.yaml": "horizon: {nodes: 5}\n",
      "cluster.yaml": "extends: [presets/a.yaml, presets/b.yaml]\n" + Good.smallest,
    ])
    #expect(resolved.config.horizon.nodes == 5)
    #expect(resolved.config.horizon.dt == 3)
    #expect(resolved.config.robot.mass == 9)
    #expect(resolved.config.robot.urdf?.hasSuffix("/presets/r.urdf") == true)
    #expect(resolved.config.robot.srdf?.hasSuffix("/presets/r.srdf") == true)
    let names = resolved.files.map { $0.split(separator: "/").last! }
    #expect(names == ["cluster.yaml", "a.yaml", "c.yaml", "b.yaml"])
  }

  @Test("a file that removes does so for what stands before it in the list") func removalInList() throws {
    let config = try load([
      "a.yaml": "buffers: {x: {writer: simulator, fields: {y: []}}}\n", "b.yaml": "buffers: {x: null}\n",
      "cluster.yaml": "extends: [a.yaml, b.yaml]\n" + Good.smallest,
    ])
    #expect(config.config.buffers == [])
    #expect(config.warnings.map(\.id) == [.noBuffers])
  }

  @Test("a diamond is no circle, and its top is read once, whatever it is called") func diamond() throws {
    let resolved = try load([
      "top.yaml": "horizon: {nodes: 7}\n", "left.yaml": "extends: top.yaml\n",
      "right.yaml": "extends: presets/../top.yaml\nname: right\n",
      "cluster.yaml": "extends: [left.yaml, right.yaml]\n" + Good.smallest,
    ])
    #expect(resolved.config.horizon.nodes == 7)
    #expect(resolved.files.count == 4)
  }

  @Test("a ladder of diamonds takes linear time") func ladder() throws {
    var files = ["cluster.yaml": "extends: [l0.yaml, r0.yaml]\n" + Good.smallest]
    for level in 0..<30 {
      for side in ["l", "r"] { files["\(side)\(level).yaml"] = "extends: [l\(level + 1).yaml, r\(level + 1).yaml]\n" }
    }
    (files["l30.yaml"], files["r30.yaml"]) = ("horizon: {nodes: 4}\n", "horizon: {dt: 1}\n")
    #expect(try load(files).config.horizon == .init(nodes: 4, dt: 1))
  }

  @Test("more includes than allowed, and a longer chain, end in a diagnostic") func includeLimits() {
    var limits = ConfigLimits()
    limits.includes = 2
    limits.depth = 8
    let list = ["a.yaml": "name: a\n", "cluster.yaml": "extends: [a.yaml, a.yaml, a.yaml]\n" + Good.smallest]
    #expect(ids(list, limits: limits) == [.tooLarge])
    limits.includes = 256
    var chain = ["cluster.yaml": "extends: f0.yaml\n" + Good.smallest, "f9.yaml": "name: a\n"]
    for link in 0..<9 { chain["f\(link).yaml"] = "extends: f\(link + 1).yaml\n" }
    #expect(ids(chain, limits: limits) == [.tooDeep])
  }

  @Test("overrides come last, in their order, and reach into lists") func overrides() throws {
    let resolved = try load(
      ["cluster.yaml": Good.smallest + "\nbuffers: {b: {writer: simulator, fields: {x: [joints, 3]}}}"],
      overrides: [
        "controllers.count=3", "controllers.count=4", "robot.joints[1]=knee", "robot.joints.2=ankle",
        "buffers.b.fields.x[1]=2 * contacts + 1", "controllers.restart={limit: 1, window: 3s}",
        "controllers.restart.window=4s", #"robot.parameters."a.b".c=[1, {d: e}]"#, "robot.mass=3 # kg",
        "horizon.nodes=0x10",
        "name=a=b", "name=", "name=c",
      ])
    let config = resolved.config
    #expect(config.controllers.count == 4)
    #expect(config.robot.joints == ["hip", "knee", "ankle"])
    #expect(config.buffers[0].fields[0].shape == [3, 1])
    #expect(config.controllers.restart.limit == 1)
    #expect(config.controllers.restart.window == 4)
    #expect(config.robot.mass == 3)
    #expect(config.horizon.nodes == 16)
    #expect(config.name == "c")
    let value = ConfigValue.sequence([.integer(1), .mapping([.init(key: "d", value: .string("e"))])])
    #expect(
      config.robot.parameters
        == .mapping([.init(key: "a.b", value: .mapping([.init(key: "c", value: value)]))]))
  }

  @Test("paths in overrides are relative to the current directory") func overridePaths() throws {
    let config = try load(["cluster.yaml": Good.smallest], overrides: ["robot.urdf=a.urdf", "robot.srdf=/b.srdf"])
      .config
    let buffer = getcwd(nil, 0)!
    defer { free(buffer) }
    #expect(config.robot.urdf == String(cString: buffer) + "/a.urdf")
    #expect(config.robot.srdf == "/b.srdf")
  }

  @Test("several files merge from left to right, each with what it extends") func severalFiles() throws {
    try Files.withTemporaryDirectory { directory in
      Files.write(Good.smallest.utf8, to: directory + "/a.yaml")
      Files.write("horizon: {nodes: 5, dt: 1}\nrobot: {mass: 1}\n".utf8, to: directory + "/base.yaml")
      Files.write("extends: base.yaml\nhorizon: {nodes: 6}\n".utf8, to: directory + "/b.yaml")
      Files.write("extends: base.yaml\nrobot: {mass: 2}\n".utf8, to: directory + "/c.yaml")
      let paths = ["a", "b", "c"].map { "\(directory)/\($0).yaml" }
      let resolved = try ClusterConfig.load(paths: paths, overrides: ["horizon.dt=2"])
      #expect(resolved.config.horizon == .init(nodes: 5, dt: 2))
      #expect(resolved.config.robot.mass == 2)
      #expect(resolved.files == [paths[0], paths[1], directory + "/base.yaml", paths[2]])
      #expect(try ClusterConfig.load(paths: [paths[0], paths[2], paths[1]]).config.horizon.nodes == 6)
    }
  }

  @Test("extended files are looked for beside the file that names them, then along the search path") func searchPath()
    throws
  {
    try Files.withTemporaryDirectory { directory in
      for folder in ["beside", "first", "second"] { mkdir("\(directory)/\(folder)", 0o700) }
      Files.write(
        "extends: [x.yaml, y.yaml, z.yaml]\n\(Good.smallest)".utf8, to: directory + "/beside/cluster.yaml")
      Files.write("robot: {urdf: beside.urdf}\n".utf8, to: directory + "/beside/x.yaml")
      Files.write("robot: {urdf: wrong}\n".utf8, to: directory + "/first/x.yaml")
      Files.write("robot: {srdf: first.srdf}\n".utf8, to: directory + "/first/y.yaml")
      Files.write("robot: {srdf: wrong}\n".utf8, to: directory + "/second/y.yaml")
      // What stands in the search path may build on its neighbours, and on what is in the search path.
      Files.write("extends: [base.yaml, y.yaml]\n".utf8, to: directory + "/second/z.yaml")
      Files.write("robot: {mass: 3}\n".utf8, to: directory + "/second/base.yaml")
      let robot = try ClusterConfig.load(
        path: directory + "/beside/cluster.yaml",
        surroundings: .init(searchPath: [directory + "/first", directory + "/second"])
      ).config.robot
      #expect(robot.urdf == directory + "/beside/beside.urdf")
      #expect(robot.srdf == directory + "/second/wrong", "beside z.yaml comes before the search path")
      #expect(robot.mass == 3)
    }
  }

  @Test("'!replace' takes a mapping's place whole, also through further files, and what comes later merges again")
  func replace() throws {
    let files = [
      "base.yaml": "robot: {parameters: {a: {x: 1, y: 2}, b: {x: 1}, keep: 1}}\n",
      "middle.yaml": "robot: {parameters: {a: !replace {z: 3}}}\n",
      "cluster.yaml": "extends: [base.yaml, middle.yaml]\n" + Good.smallest + "\n",
    ]
    func parameters(_ overrides: [String]) throws -> String {
      let yaml = try load(files, overrides: overrides).yaml(withOrigins: false).split(separator: "\n")
      let start = yaml.firstIndex { $0.hasPrefix("  parameters:") }! + 1
      return yaml[start...].prefix { $0.hasPrefix("   ") }.map { $0.drop { $0 == " " } }.joined(separator: " ")
    }
    #expect(try parameters([]) == "a: z: 3 b: x: 1 keep: 1")
    #expect(try parameters(["robot.parameters.a.x=4"]) == "a: z: 3 x: 4 b: x: 1 keep: 1")
    #expect(try parameters(["robot.parameters.b=!replace {}"]) == "a: z: 3 b: {} keep: 1")
    #expect(try parameters(["robot.parameters=!replace {b: {q: 1}}"]) == "b: q: 1")
    // The tag is part of what the file says, so it works on whatever the file is laid over.
    let nested = try load([
      "base.yaml": files["base.yaml"]!, "middle.yaml": files["middle.yaml"]!,
      "last.yaml": "extends: middle.yaml\nrobot: {parameters: {a: {w: 1}}}\n",
      "cluster.yaml": "extends: [base.yaml, last.yaml]\n" + Good.smallest,
    ])
    let a = ConfigValue.mapping([.init(key: "z", value: .integer(3)), .init(key: "w", value: .integer(1))])
    guard case .mapping(let entries) = nested.config.robot.parameters else { return #expect(Bool(false)) }
    #expect(entries.first { $0.key == "a" }?.value == a)
  }

  @Test("a locked value may be said again, and what is beside it may change") func finalValues() throws {
    let base = """
      robot: {joints: !final [hip, "thigh"], mass: !final 15, limits: !final {hip: {effort: 16, velocity: 2.0}}}
      horizon: &h !final {nodes: 5}
      """
    let resolved = try load(
      [
        "base.yaml": base,
        "left.yaml": "extends: base.yaml\nrobot: {contacts: [foot]}\n",
        "cluster.yaml": """
        extends: [left.yaml, base.yaml]
        name: demo
        robot:
          joints: [hip, thigh]
          mass: 0xF
          homing: {hip: 1}
          limits: {hip: {velocity: 2, effort: 16.0}, thigh: null}
        controllers: {count: 1}
        """,
      ], overrides: ["robot.joints[0]=hip", "robot.limits=!replace {hip: {velocity: 2.0, effort: 16}}"])
    #expect(resolved.config.robot.joints == ["hip", "thigh"])
    #expect(resolved.config.robot.mass == 15)
    #expect(resolved.config.robot.limits[0] == .init(velocity: 2, effort: 16))
    #expect(resolved.config.robot.contacts == ["foot"])
    #expect(resolved.config.horizon.nodes == 5)
    // The lock may come last, over what is not locked.
    #expect(
      try load([
        "a.yaml": "name: a\n", "b.yaml": "name: !final b\n",
        "cluster.yaml": "extends: [a.yaml, b.yaml]\n"
          + "robot: {joints: [hip]}\ncontrollers: {count: 1}\n",
      ]).config.name == "b")
  }
}
