"""`ccluster show`, `watch` and `set`: any value of a running cluster by its name."""

import csv
import io
import json
import os
import re
import signal
import struct
import subprocess

import numpy
import pytest
from conftest import BINARIES, ROOT, WATCHDOG, config_of, is_stopped, read_yaml, wait_until
from screen import screen  # noqa: F401, a fixture
from segment import attach
from test_verbs import running, verb  # noqa: F401, a fixture


@pytest.fixture(autouse=True)
def stopped_in_the_end(cluster, verb):
    yield
    if cluster.memory.exists():
        verb("stop", cluster.name)

JOINTS = read_yaml(ROOT / "configs/robots/go2/robot.yaml")["robot"]["joints"]
FEET = read_yaml(ROOT / "configs/robots/go2/robot.yaml")["robot"]["contacts"]
IDLE = ["controllers.count=3", "simulator.program=external"]
TOOL = ["buffers.rhc_references.writer=tool", "buffers.rhc_references.sync=latest"]


def waiting(cluster, *sets):
    """A cluster that nobody steps, so that rows are what the test writes into them."""
    cluster.start(config_of("go2"), sets=[*IDLE, *sets])
    cluster.wait_for_text("registered in")
    return attach(cluster, writable=True)


def shown(verb, cluster, *paths, **options):
    return json.loads(verb("show", cluster.name, *paths, "--json", **options).stdout)["values"]


# --- Show --------------------------------------------------------------------------------------------------------------------


def test_values_are_those_of_the_memory(cluster, verb):
    segment = waiting(cluster)
    position = segment.view("robot_state", "joint_position")
    force = segment.view("robot_state", "contact_force")
    position[:] = numpy.arange(36).reshape(3, 12) / 7
    force[:] = numpy.arange(36).reshape(3, 4, 3) * -1.5
    force[1, 2, 0], force[2, 2, 0] = numpy.nan, numpy.inf
    [whole] = shown(verb, cluster, "robot_state.joint_position@all")
    assert whole["elements"] == JOINTS and whole["unit"] == "rad" and whole["dtype"] == "f32" and whole["shape"] == [12]
    assert [row["row"] for row in whole["rows"]] == [0, 1, 2]
    assert (numpy.array([row["values"] for row in whole["rows"]], "f4") == position).all(), "to the last bit"
    [some] = shown(verb, cluster, f"robot_state.joint_position.{JOINTS[4]}@2,0")
    assert [(row["row"], numpy.float32(row["values"][0])) for row in some["rows"]] == [(2, position[2, 4]), (0, position[0, 4])]
    # All contacts, one element of each; one contact; numbers and names; the row before the columns.
    for path, chosen in [("z", [2, 5, 8, 11]), (FEET[1], [3, 4, 5]), (f"{FEET[3]}.x", [9]), ("1-2.0", [3, 6]), ("0,3.y,z", [1, 2, 10, 11])]:
        [told] = shown(verb, cluster, f"robot_state.contact_force@0.{path}")
        assert told["elements"] == [f"{FEET[i // 3]}.{'xyz'[i % 3]}" for i in chosen], path
        assert told["rows"][0]["values"] == list(force[0].flat[chosen]), path
    [statistics] = shown(verb, cluster, f"robot_state.contact_force.{FEET[2]}.x")
    assert statistics["statistics"] == [
        {"element": f"{FEET[2]}.x", "min": -9, "min_row": 0, "mean": -9, "max": -9, "max_row": 0, "not_finite": [1, 2]}]
    [orientation] = shown(verb, cluster, "robot_state.root_orientation@1")
    assert orientation["elements"] == list("wxyz") and orientation["rows"][0]["values"] == [1, 0, 0, 0]
    force[1, 2, 0] = force[2, 2, 0] = 0
    table = list(csv.reader(io.StringIO(
        verb("show", cluster.name, "robot_state.joint_position", f"robot_state.contact_force.{FEET[0]}.z@1", "--csv").stdout)))
    assert table[0] == ["time", "step", "row", *(f"robot_state.joint_position.{name}" for name in JOINTS),
                        f"robot_state.contact_force.{FEET[0]}.z"]
    assert (numpy.array([row[3:15] for row in table[1:]], "f4") == position).all()
    assert [row[15] for row in table[1:]] == ["", "-21.0", ""]


def test_the_page_is_aligned_and_says_who_has_the_extremes(cluster, verb):
    segment = waiting(cluster)
    segment.view("robot_state", "root_position")[:] = [[0, 0, 0.3], [1, -2, 0.31], [2, 0, 12345.5]]
    told = verb("show", cluster.name, "robot_state.root_position", "robot_state.root_position@1", "rhc_status@2",
                "robot_state.root_position.z@all", "rhc_status.cost", "rhc_status.iterations@1")
    assert told.stdout.splitlines()[:24] == [
        cluster.name,
        "",
        "robot_state.root_position      MIN  @       MEAN         MAX  @  m, in world",
        "  x                         0.0000  0     1.0000      2.0000  2",
        "  y                        -2.0000  1    -0.6667      0.0000  0",
        "  z                         0.3000  0  4115.3700  12345.5000  2",
        "",
        "robot_state.root_position       @1  m, in world",
        "  x                         1.0000",
        "  y                        -2.0000",
        "  z                         0.3100",
        "",
        "rhc_status                       @2",
        "  cost                       0.0000",
        "  constraint_violation       0.0000",
        "  iterations                      0",
        "  node_cost",
        "    0                        0.0000",
        "    1                        0.0000",
        "    2                        0.0000",
        "    3                        0.0000",
        "    4                        0.0000",
        "    5                        0.0000",
        "    6                        0.0000",
    ], told.stdout
    assert told.stdout.splitlines()[-10:] == [
        "robot_state.root_position           z  m, in world",
        "  @0                           0.3000",
        "  @1                           0.3100",
        "  @2                       12345.5000",
        "",
        "rhc_status     MIN  @    MEAN     MAX  @",
        "  cost      0.0000  0  0.0000  0.0000  0",
        "",
        "rhc_status    @1",
        "  iterations   0",
    ]
    assert "no step began in time after step 0" in told.stderr, "who asks must know that the rows are of no step"
    listed = verb("show", cluster.name).stdout.splitlines()
    assert listed[0].split() == ["BUFFER", "FIELD", "DTYPE", "SHAPE", "UNIT", "WRITER", "ROWS"]
    assert listed[1].split() == ["robot_state", "root_position", "f32", "[3]", "m", "simulator", "3"]
    assert len(listed) == 1 + sum(len(buffer["fields"]) for buffer in segment.map("")["buffers"])
    assert json.loads(verb("show", cluster.name, "--json").stdout) == segment.map(cluster.segment)


def test_all_rows_of_a_reading_are_of_one_step(cluster, verb):
    running(cluster)
    verb("deactivate", cluster.name, "1")

    def whole():
        paths = "robot_state.root_position@all", "rhc_commands.joint_position@all"
        told = json.loads(verb("show", cluster.name, *paths, "--json").stdout)
        # On a machine with too much to do a step may take longer than one waits for it; and one more step fills the rows of who
        # has been deactivated.
        return told if told["step"] is not None and told["values"][1]["rows"][1]["step"] < told["step"] else None

    for _ in range(3):
        told = wait_until(whole, what="a reading of one step")
        assert told["step"] > 0
        assert told["warning"] == f"controller 1 took no part in step {told['step']}: its row is of before"
        state, commands = told["values"]
        assert {(row["moment"], row["step"]) for row in state["rows"]} == {("input", told["step"])}
        assert [(row["moment"], row["step"]) for row in commands["rows"]][::2] == [("answer", told["step"])] * 2


WRONG_PATHS = [
    ("rhc_comands", 1, "the cluster has no buffer 'rhc_comands'; did you mean 'rhc_commands'?"),
    ("joint_effort", 1, "there are robot_state.joint_effort, rhc_commands.joint_effort"),
    ("rhc_commands.joint_positon", 1, "'rhc_commands' has no field 'joint_positon'; did you mean 'joint_position'?"),
    ("rhc_commands.joint_position.FL_hip_jiont", 1, "did you mean 'FL_hip_joint'?"),
    ("rhc_commands.joint_position.12", 64, "no column 12: axis 0 of 'rhc_commands.joint_position' has 12, from 0"),
    ("rhc_status.cost.0", 64, "has no further axis for '0'"),
    ("rhc_commands@3", 1, "no controller 3: 'rhc_commands' has 3 rows, from 0"),
    ("rhc_commands@2-1", 64, "'2-1' is no list of controllers"),
    ("rhc_commands@x", 64, "behind '@' stand numbers and ranges"),
    ("rhc_commands..x", 64, "a path is BUFFER"),
    ("", 64, "a path is BUFFER"),
]


def test_a_wrong_path_is_told_with_what_was_meant(cluster, verb):
    waiting(cluster)
    for index, (path, status, words) in enumerate(WRONG_PATHS):
        told = verb(["show", "watch"][index % 2], cluster.name, path, status=status)
        assert told.stdout == "" and words in told.stderr and told.stderr.count("\n") == 1, told.stderr


# --- Set ---------------------------------------------------------------------------------------------------------------------


def test_what_is_set_is_there_and_nothing_else_has_changed(cluster, verb):
    waiting(cluster, *TOOL)
    before = {entry["field"]: entry["rows"] for entry in shown(verb, cluster, "rhc_references@all")}
    told = verb("set", cluster.name, "rhc_references.root_linear_velocity@1=[0.5, -0.25, 0]",
                f"rhc_references.contact.{FEET[2]}=false", "rhc_references.root_position.z@0,2=0.3")
    assert told.stdout == "" and told.stderr.splitlines() == [
        "✓ rhc_references.root_linear_velocity = [0.5, -0.25, 0.0] for controller 1",
        f"✓ rhc_references.contact.{FEET[2]} = false for controllers 0-2",
        "✓ rhc_references.root_position.z = 0.3 for controllers 0, 2",
    ]
    for entry in shown(verb, cluster, "rhc_references@all"):
        for row, was in zip(entry["rows"], before[entry["field"]]):
            expected = list(was["values"])
            if entry["field"] == "root_linear_velocity" and row["row"] == 1:
                expected = [0.5, -0.25, 0]
            if entry["field"] == "contact":
                expected[2] = False
            if entry["field"] == "root_position" and row["row"] != 1:
                expected[2] = 0.3
            assert row["values"] == expected and row["moment"] == "latest"
            # A row is written once for all that it gets.
            assert row["version"] == was["version"] + 1
    told = json.loads(verb("set", cluster.name, "rhc_references.joint_velocity=0.5", "--json").stdout)
    assert told == {"name": cluster.name, "set": [{
        "buffer": "rhc_references", "field": "joint_velocity", "elements": JOINTS, "rows": [0, 1, 2], "values": [0.5] * 12}]}


def test_controllers_act_on_what_was_set(cluster, verb):
    running(cluster, *TOOL)
    verb("set", cluster.name, f"rhc_references.joint_position.{JOINTS[1]}@1=0.9")

    def position():
        [entry] = shown(verb, cluster, f"rhc_commands.joint_position.{JOINTS[1]}@all")
        return [row["values"][0] for row in entry["rows"]]
    wait_until(lambda: abs(position()[1] - 0.9) < 0.01, what="the joint that was told to move")
    assert abs(position()[0] - 0.785) < 0.1, "its neighbour's stays"


WRONG_ASSIGNMENTS = [
    ("rhc_commands.joint_position=0", "'rhc_commands' is written by the controller only"),
    ("robot_state.root_position=0", "'robot_state' is written by the simulator only; the config leaves it to tools with"),
    ("rhc_references.root_position=1,2", "3 elements are chosen, and 2 values given"),
    ("rhc_references.root_position.z=nan", "'nan' is no value to act on"),
    ("rhc_references.root_position.z=inf", "'inf' is no value to act on"),
    ("rhc_references.root_position.z=1e39", "'1e39' does not fit f32"),
    ("rhc_references.root_position.z=", "'' is no number"),
    ("rhc_references.root_position.z=1O", "'1O' is no number"),
    ("rhc_references.contact=maybe", "'maybe' is neither true nor false"),
    ("rhc_references.gait=128", "'128' does not fit i8: whole numbers from -128 to 127"),
    ("rhc_references.gait=1.5", "'1.5' does not fit i8"),
    ("rhc_references.root_orientation=[1,1,0,0]", "did you mean [0.7071, 0.7071, 0.0000, 0.0000]?"),
    ("rhc_references.root_orientation.x=0.5", "a quaternion is set as a whole, or its norm is not 1: root_orientation=wxyz"),
    ("rhc_references.label=much-too-long", "has 13 bytes, and the field 8"),
    ("rhc_references=1", "a field is set, and not a whole buffer"),
    ("rhc_references.contact", "an assignment is PATH=VALUE"),
    ("rhc_references.contact@7=1", "there is no controller 7"),
]


def test_what_cannot_be_set_is_refused_and_nothing_is_written(cluster, verb):
    waiting(cluster, *TOOL, "buffers.rhc_references.fields.gait={shape: [], dtype: i8}",
            "buffers.rhc_references.fields.label={shape: [8], dtype: char}")
    before = shown(verb, cluster, "rhc_references@all")
    for assignment, words in WRONG_ASSIGNMENTS:
        status = 64 if "PATH" in words or "whole buffer" in words else 1
        told = verb("set", cluster.name, "rhc_references.root_position.x=1", assignment, status=status)
        assert told.stdout == "" and words in told.stderr and told.stderr.count("\n") == 1, told.stderr
    assert shown(verb, cluster, "rhc_references@all") == before
    verb("set", cluster.name, "rhc_references.label@1=trot, ü", "rhc_references.gait=-128")
    label, gait = shown(verb, cluster, "rhc_references.label@all", "rhc_references.gait@0")
    assert [row["values"] for row in label["rows"]] == [[""], ["trot, ü"], [""]] and gait["rows"][0]["values"] == [-128]


def test_many_who_set_at_once_lose_nothing(cluster, verb):
    waiting(cluster, *TOOL)
    commands = [
        subprocess.Popen([BINARIES / "ccluster", "set", cluster.name, f"rhc_references.joint_velocity.{joint}@1={index + 1}"],
                         stderr=subprocess.PIPE) for index, joint in enumerate(JOINTS)]
    for command in commands:
        assert command.wait(WATCHDOG) == 0, command.stderr.read()
        command.stderr.close()
    [entry] = shown(verb, cluster, "rhc_references.joint_velocity@1")
    assert entry["rows"][0]["values"] == list(range(1, 13)) and entry["rows"][0]["version"] == 13


def test_a_row_that_a_suspended_tool_holds_is_refused_with_its_pid(cluster, verb):
    segment = waiting(cluster, *TOOL)
    buffer = next(buffer for buffer in segment.map("")["buffers"] if buffer["name"] == "rhc_references")
    holder = subprocess.Popen(["sleep", "1000"])
    try:
        os.kill(holder.pid, signal.SIGSTOP)
        wait_until(lambda: is_stopped(holder.pid), what="the stop")
        with open(f"/proc/{holder.pid}/stat") as stat:
            started = int(stat.read().rsplit(")", 1)[1].split()[19])
        claim = buffer["offset"] + buffer["sequence_offset"] + 64 + 8
        struct.pack_into("<Q", segment.memory, claim, holder.pid << 42 | started)
        told = verb("set", cluster.name, "rhc_references.root_position.x@1=1", status=1)
        assert f"row 1 of 'rhc_references' is being written by process {holder.pid}, which does not go on" in told.stderr
        verb("set", cluster.name, "rhc_references.root_position.x@0=1")
    finally:
        holder.kill()
        holder.wait()
    verb("set", cluster.name, "rhc_references.root_position.x@1=1")
    assert struct.unpack_from("<Q", segment.memory, claim)[0] == 0


# --- Watch -------------------------------------------------------------------------------------------------------------------


def test_watch_prints_a_line_each_time_until_the_cluster_ends(cluster, verb):
    running(cluster)
    told = verb("watch", cluster.name, "rhc_status.iterations@1", "robot_state.root_position.z", "--hz", "50", "--for", "300ms")
    lines = told.stdout.splitlines()
    assert len(lines) > 3
    for line in lines:
        assert re.fullmatch(
            r"\d\.\d{3} s  (step \d+|-)  rhc_status.iterations@1=\d+  robot_state.root_position.z=[\d.]+@0…[\d.]+…[\d.]+@0", line), line
    steps = [json.loads(line)["step"] for line in verb(
        "watch", cluster.name, "rhc_status", "--json", "--hz", "20", "--for", "300ms").stdout.splitlines()]
    assert len(steps) >= 3 and steps == sorted(steps)
    table = list(csv.reader(io.StringIO(
        verb("watch", cluster.name, "rhc_status.cost@0,2", "--csv", "--hz", "20", "--for", "300ms").stdout)))
    assert table[0] == ["time", "step", "row", "rhc_status.cost"] and [row[2] for row in table[1:5]] == ["0", "2", "0", "2"]
    watching = subprocess.Popen(
        [BINARIES / "ccluster", "watch", cluster.name, "rhc_status"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=verb.environment)
    assert watching.stdout.readline()
    verb("stop", cluster.name)
    _, errors = watching.communicate(timeout=WATCHDOG)
    assert watching.returncode == 0 and errors == f"■ '{cluster.name}' has ended: stop requested\n"


def test_watch_ends_with_whoever_reads_it(cluster, verb):
    running(cluster)
    command = f"{BINARIES}/ccluster watch {cluster.name} rhc_status.cost --hz 100 | head -n 2"
    told = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=WATCHDOG)
    assert told.returncode == 0 and told.stdout.count("\n") == 2 and told.stderr == ""


def test_a_page_is_redrawn_scrolled_paused_and_left_as_it_was(cluster, verb, screen):
    running(cluster)
    modes = screen.modes
    screen.run(f"ccluster watch {cluster.name} rhc_commands@all rhc_status.iterations --hz 20")
    screen.wait_for("lines 1-21 of")
    # A rate takes two looks.
    screen.wait_for(lambda s: re.fullmatch(rf"{cluster.name}  running(  step [\d,]+)?  [\d.]+/s", s.lines[0]))
    lines = screen.lines
    assert lines[1].split() == ["rhc_commands", "@0", "@1", "@2"] and lines[2].split() == ["joint_position", "rad"]
    assert lines[3].split()[0] == JOINTS[0] and lines[23].endswith("▴▾ scroll  space pause  q quit  20.0/s")
    assert all(len(line) <= 80 for line in lines)

    def step(s):
        found = re.search(r"step ([\d,]+)", s.lines[0])
        return int(found[1].replace(",", "")) if found else None
    first = screen.wait_for(step)
    screen.wait_for(lambda s: (step(s) or 0) > first + 5)
    screen.keys("End")
    screen.wait_for("iterations")
    screen.keys("Home")
    screen.wait_for("lines 1-21 of")
    screen.keys("Space")
    screen.wait_for("paused")
    still = screen.text
    wait_until(lambda s=attach(cluster), n=attach(cluster).steps: s.steps > n + 20, what="some steps")
    assert screen.text == still, "a page that is paused stands still"
    screen.keys("Space")
    screen.wait_for(lambda s: (step(s) or 0) > first + 20)
    screen.resize(40, 10)
    screen.wait_for("lines 1-7 of")
    assert all(len(line) <= 40 for line in screen.lines)
    screen.resize(80, 24)
    screen.wait_for("lines 1-21 of")
    screen.keys("C-z")
    screen.wait_for("Stopped")
    screen.run("fg")
    screen.wait_for("lines 1-21 of")
    screen.keys("C-c")
    screen.wait_for("$")
    assert screen.modes[:3] == modes[:3]
    screen.run("echo status $?")
    screen.wait_for("status 130")


def test_the_last_page_stays_with_the_reason_when_the_cluster_ends(cluster, verb, screen):
    running(cluster)
    screen.run(f"ccluster watch {cluster.name} rhc_status.cost")
    screen.wait_for("  cost ")
    verb("stop", cluster.name)
    screen.wait_for("ended: stop requested")
    assert "  cost " in screen.text and screen.lines[0].startswith(f"{cluster.name}  ended")
    screen.keys("q")
    screen.wait_for(f"■ '{cluster.name}' has ended: stop requested")
