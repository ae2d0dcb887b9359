@testable import ClusterConfig
@testable import ClusterPlan
import ControlCluster
import Testing

@Suite("Reports")
struct ReportTests {
  private func plan(
    _ config: ClusterConfig = .hopper(buffers: ClusterConfig.Buffer.standard)
  ) throws -> ClusterPlan {
    try ClusterPlan(config, configText: "")
  }

  @Test("the map as text")
  func mapText() throws {
    let text = MapReport(try plan().blueprint.layout, uid: 1000).text
    #expect(
      text == """
        /ccluster.1000.hopper  36,864 bytes  layout 0xa948060ffc433cae

        robot_state  step, written by the simulator, a row for each controller
          3 rows every 64 bytes from 20,480
          field             dtype  shape   strides  offset  bytes  unit  columns
          root_orientation  f32    [4]     [4]           0     16  wxyz
          joint_position    f32    [2]     [4]          16      8  rad   hip, knee
          contact_force     f32    [1, 3]  [12, 4]      24     12  N     foot

        commands  step, written by the controller, a row for each controller
          3 rows every 8 bytes from 24,576
          field           dtype  shape  strides  offset  bytes  unit  columns
          joint_position  f32    [2]    [4]           0      8  rad   hip, knee

        wind  step, written by the simulator, a row for the cluster
          1 row every 64 bytes from 28,672
          field     dtype  shape  strides  offset  bytes  unit  columns
          velocity  f64    [3]    [8]           0     24  m/s

        status  latest, written by the controller, a row for each controller
          3 rows every 64 bytes from 32,768, 4 copies 192 bytes apart, sequence words from +768
          field  dtype  shape  strides  offset  bytes  unit  columns
          ok     bool   []     []            0      1
          cost   f64    []     []            8      8

        """)
  }

  @Test("the map as JSON has the documented keys, and those of copies only where there are several")
  func mapJSON() throws {
    let json = MapReport(try plan().blueprint.layout, uid: 1000).json
    let expected: JSONValue = [
      "segment": "/ccluster.1000.hopper", "size": 36864, "layout_hash": "0xa948060ffc433cae",
      "buffers": [
        [
          "name": "robot_state", "writer": "simulator", "per": "controller", "sync": "step", "rows": 3, "offset": 20480,
          "row_stride": 64,
          "fields": [
            [
              "name": "root_orientation", "dtype": "f32", "shape": [4], "strides": [4], "offset": 0, "unit": "",
              "columns": [],
            ],
            [
              "name": "joint_position", "dtype": "f32", "shape": [2], "strides": [4], "offset": 16, "unit": "rad",
              "columns": ["hip", "knee"],
            ],
            [
              "name": "contact_force", "dtype": "f32", "shape": [1, 3], "strides": [12, 4], "offset": 24, "unit": "N",
              "columns": ["foot"],
            ],
          ],
        ],
        [
          "name": "commands", "writer": "controller", "per": "controller", "sync": "step", "rows": 3, "offset": 24576,
          "row_stride": 8,
          "fields": [
            [
              "name": "joint_position", "dtype": "f32", "shape": [2], "strides": [4], "offset": 0, "unit": "rad",
              "columns": ["hip", "knee"],
            ]
          ],
        ],
        [
          "name": "wind", "writer": "simulator", "per": "cluster", "sync": "step", "rows": 1, "offset": 28672,
          "row_stride": 64,
          "fields": [
            [
              "name": "velocity", "dtype": "f64", "shape": [3], "strides": [8], "offset": 0, "unit": "m/s",
              "columns": [],
            ]
          ],
        ],
        [
          "name": "status", "writer": "controller", "per": "controller", "sync": "latest", "rows": 3, "offset": 32768,
          "row_stride": 64, "copies": 4, "copy_stride": 192, "sequence_offset": 768,
          "fields": [
            ["name": "ok", "dtype": "bool", "shape": [], "strides": [], "offset": 0, "unit": "", "columns": []],
            ["name": "cost", "dtype": "f64", "shape": [], "strides": [], "offset": 8, "unit": "", "columns": []],
          ],
        ],
      ],
    ]
    #expect(json.pretty == expected.pretty)
  }

  @Test("the plan on one page")
  func planText() throws {
    #expect(
      PlanReport(try plan()).text == """
        hopper

          robot        hopper 1.0.0, floating base, 2 joints, 1 contact, 3.5 kg
          timing       a step every 0.02 s, 10 simulation steps of 0.002 s
          horizon      31 nodes every 0.04 s: 1.2 s
          controllers  3 in 3 workers, active from the start, hold on failure
          memory       36.0 KiB in 4 buffers, layout 0xa948060ffc433cae

        Buffers
          name              rows  stride   bytes  writer → readers              sync
          robot_state          3      64     192  simulator → controller        step
          commands             3       8      24  controller → simulator        step
          wind                 1      64      64  simulator → controller        step
          status               3      64     960  controller → simulator, tool  latest
          header, tables                  20,480
          padding to pages                15,144
          total                           36,864

        Processes
          name          slots  program    depends on   threads  placement
          server               server
          controller-0  0      reference  server             2  spread over all cores
          controller-1  1      reference  server             2  spread over all cores
          controller-2  2      reference  server             2  spread over all cores
          simulator            stub       controllers

        """)
  }

  @Test("a thousand workers still fit one page of 80 columns")
  func manyWorkers() throws {
    let text = PlanReport(try plan(.hopper(controllers: 1000, buffers: ClusterConfig.Buffer.standard))).text
    for line in text.split(separator: "\n") { #expect(line.count <= 80) }
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count < 30)
    for name in ["controller-0 ", "controller-2 ", "… ", "controller-999 "] { #expect(text.contains("\n  " + name)) }
    #expect(!text.contains("controller-3 "))
  }

  @Test("bound to a machine, the plan says the cores of each worker")
  func here() throws {
    let plan = try plan(.hopper(controllers: 2, placement: .init(cores: .all, policy: .pin)))
    let report = PlanReport(plan, here: try HerePlacement(plan.topology, on: .init(cores: [3, 5])))
    #expect(report.text.contains("controller-0  0      reference  server             2  core 3\n"))
    #expect(report.text.contains("controller-1  1      reference  server             2  core 5\n"))
    #expect(report.json["processes"]?.array?.map { $0["cores"] } == [[], [3], [5], []])
    #expect(PlanReport(plan).json[path: "processes.1.cores"] == nil)
  }

  @Test("an external simulator and a command are named for what they are")
  func programs() throws {
    let command = ClusterConfig.Program.command(
      arguments: ["/opt/a/long/path/to/where/it/was/installed/my-mpc", "--fast"], environment: [], directory: "/tmp")
    let report = PlanReport(try plan(.hopper(program: command, simulator: .external)))
    #expect(report.text.contains("…to/where/it/was/installed/my-mpc --fast  server"))
    #expect(report.text.hasSuffix("the simulator is external: started by hand, once the rest runs\n"))
    #expect(
      report.json[path: "processes.1.program"]?.compact
        == #"{"command":["/opt/a/long/path/to/where/it/was/installed/my-mpc","--fast"],"environment":{},"directory":"/tmp"}"#
    )
  }

  @Test("the plan as JSON: the description, then memory and processes that add up")
  func planJSON() throws {
    let plan = try plan()
    let json = PlanReport(plan).json
    #expect(
      json.object?.map(\.key)
        == ["name", "robot", "timing", "horizon", "controllers", "simulator", "memory", "processes"])
    let sizes = try #require(json[path: "memory.buffers"]?.array).compactMap { $0["size"]?.int }
    let parts = sizes.reduce(0, +) + (json[path: "memory.tables"]?.int ?? 0) + (json[path: "memory.padding"]?.int ?? 0)
    #expect(sizes == [192, 24, 64, 960])
    #expect(json[path: "memory.size"]?.int == parts)
    #expect(parts == plan.blueprint.layout.size)
    #expect(
      json[path: "processes.1"]?.compact
        == #"{"name":"controller-0","role":"controller","first_slot":0,"slot_count":1,"program":"reference","#
        + #""environment":{"OMP_NUM_THREADS":"2","OPENBLAS_NUM_THREADS":"2","MKL_NUM_THREADS":"2"},"#
        + #""placement":{"cores":"all","policy":"spread"},"scheduling":{"policy":"other","priority":0,"nice":0},"#
        + #""depends_on":["server"]}"#)
  }

  @Test("the config's own processes: who waits for them, when they are ready, and what becomes of the run without them")
  func extras() throws {
    var config = ClusterConfig.hopper(controllers: 1)
    config.processes = [.make("loader", ready: .exited), .make("policy", after: ["loader"], ready: .registered)]
    config.processes[1].required = false
    config.simulator.after = ["policy"]
    config.controllers.after = ["loader"]
    let plan = try plan(config)
    let report = PlanReport(plan)
    #expect(
      report.text.hasSuffix(
        """
          loader is ready once it has ended with 0, within 30 s; the run ends if it fails
          policy is ready once it has registered, within 30 s; the run goes on if it fails

        """))
    #expect(report.text.contains("  policy               /bin/policy  server, loader\n"))
    #expect(report.text.contains("  simulator            stub         controllers, policy\n"))
    #expect(
      report.json[path: "processes.2"]?.compact
        == #"{"name":"policy","role":"extra","first_slot":null,"slot_count":0,"program":{"command":["/bin/policy"],"#
        + #""environment":{},"directory":null},"environment":{},"placement":null,"scheduling":null,"#
        + #""depends_on":["server","loader"],"ready":"registered","startup_timeout":30.0,"required":false,"#
        + #""restart":{"policy":"never","limit":5,"window":60.0,"backoff":0.1}}"#)
    #expect(
      DataFlow(plan).dot.hasSuffix(
        """
          process0 [shape=box, style=rounded, label="loader"];
          process1 [shape=box, style=rounded, label="policy"];
          process0 -> process1 [style=dotted, label=before];
          process0 -> controller [style=dotted, label=before];
          process1 -> simulator [style=dotted, label=before];
        }

        """))
    #expect(
      DataFlow(plan).mermaid.hasSuffix(
        """
          process0(["loader"])
          process1(["policy"])
          process0 -. before .-> process1
          process0 -. before .-> controller
          process1 -. before .-> simulator

        """))
  }

  @Test("a cluster without buffers has a plan, too")
  func noBuffers() throws {
    let plan = try plan(.hopper())
    #expect(PlanReport(plan).json[path: "memory.padding"]?.int == 0)
    #expect(PlanReport(plan).json[path: "memory.tables"]?.int == plan.blueprint.layout.size)
  }

  @Test("the data flow for Graphviz and for Mermaid")
  func dataFlow() throws {
    let buffers = [ClusterConfig.Buffer.standard[1], .make("goal", writer: .tool, per: .cluster, sync: .latest)]
    let flow = DataFlow(try plan(.hopper(perProcess: 2, buffers: buffers)))
    #expect(
      flow.dot == #"""
        digraph "hopper" {
          rankdir=LR;
          simulator [shape=box, label="simulator"];
          controller [shape=box, label="3 controllers\nin 2 workers"];
          tool [shape=box, label="tools"];
          buffer0 [shape=cylinder, label="commands\n3 × 8 bytes"];
          buffer1 [shape=cylinder, label="goal\n1 × 0 bytes"];
          controller -> buffer0;
          buffer0 -> simulator;
          tool -> buffer1 [style=dashed];
          buffer1 -> controller [style=dashed];
          buffer1 -> simulator [style=dashed];
        }

        """#)
    #expect(
      flow.mermaid == """
        flowchart LR
          simulator["simulator"]
          controller["3 controllers<br>in 2 workers"]
          tool["tools"]
          buffer0[("commands<br>3 × 8 bytes")]
          buffer1[("goal<br>1 × 0 bytes")]
          controller --> buffer0
          buffer0 --> simulator
          tool -.-> buffer1
          buffer1 -.-> controller
          buffer1 -.-> simulator

        """)
  }

  @Test("sizes and counts as people read them")
  func humanText() {
    #expect(
      [0, 999, 1000, 1_234_567, -1000, .min].map(Quantity.thousands) == [
        "0", "999", "1,000", "1,234,567", "-1,000", "-9,223,372,036,854,775,808",
      ])
    #expect(
      [0, 1023, 1024, 1536, 1_048_575, 1_048_576, 1 << 30, .max].map(Quantity.bytes) == [
        "0 bytes", "1023 bytes", "1.0 KiB", "1.5 KiB", "1.0 MiB", "1.0 MiB", "1.0 GiB", "8.0 EiB",
      ])
    #expect([30 * 0.04, 15, 0.002, 0, -0.5].map(HumanText.number) == ["1.2", "15", "0.002", "0", "-0.5"])
  }

  @Test("quotes in names cannot break out of a label")
  func quoting() throws {
    let flow = DataFlow(try plan(.hopper(buffers: [.make(#"a"b\"#, .make("x", []))])))
    #expect(flow.dot.contains(#"label="a\"b\\\n3 × 4 bytes""#))
    #expect(flow.mermaid.contains(##"["simulator"]"##) && flow.mermaid.contains(##"("a#quot;b\<br>3 × 4 bytes")"##))
  }
}
