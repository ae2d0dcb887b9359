"""Examples/mujoco: robots stand by their controllers, recover from the push that the config states, and fall without them."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from conftest import BINARIES, ROOT, ccluster, wait_until
from test_readme import README, blocks

EXAMPLE = ROOT / "Examples" / "mujoco"
PYTHON = ROOT / ".build" / "mujoco" / "bin" / "python"
MINUTE = 60  # s
# What the simulator tells of a robot. The launcher repeats its last lines when it ends badly, without its name.
ROBOT = re.compile(
    r"^simulator +│ +\d+ +\d+° +(?P<sway>\d+) mm +[\d.]+° +(?P<recovery>[\d.]+ s|never|–|fell)"
    r" +(?P<height>[+-][\d.]+) mm +(?P<attitude>[\d.]+)°$", re.MULTILINE)


@pytest.fixture(scope="module", autouse=True)
def environment():
    """As `make example-mujoco` makes it."""
    made = subprocess.run(
        ["make", f"binaries={BINARIES}", ".build/mujoco/ready"], cwd=ROOT, timeout=10 * MINUTE, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert made.returncode == 0, made.stdout


def simulate(cluster, *sets, plot=None):
    """Runs the example; its exit status, and what it tells of each robot."""
    plot = "simulator.parameters.plot=" + (str(plot) if plot else "")
    cluster.start(EXAMPLE / "cluster.yaml", sets=[plot, *sets])
    status = cluster.wait(5 * MINUTE)
    robots = [match.groupdict() for match in ROBOT.finditer(cluster.text)]
    assert robots, cluster.text
    return status, robots


# Up to the end of the push and of the recovery from it: 4 s.
PUSHED = "simulator.steps=200"
# Rows of commands that nobody has written hold homing, by motors that are then stiff.
NOBODY = "controllers.activate=false"
LIMP = [f"buffers.rhc_commands.fields.joint_{gain}.initial=0" for gain in ("stiffness", "damping")]


def shape(text):
    """The simulator's lines without what differs from run to run."""
    lines = [line for line in text.splitlines() if line.startswith("simulator")]
    return [re.sub(r" +", " ", re.sub(r"plot: .*|go2-mujoco|test-[\d-]+|[+-]?[\d.]*\d", "#", line)) for line in lines]


def test_robots_stand_as_commanded_and_recover_from_the_push(cluster, tmp_path):
    status, robots = simulate(cluster, plot=tmp_path / "plot.png")
    assert status == 0, cluster.text
    assert len(robots) == 4
    for robot in robots:
        assert float(robot["sway"]) > 30, "the push is to be felt"
        assert float(robot["recovery"].removesuffix(" s")) < 1.5
        # Another height and attitude was commanded last.
        assert abs(float(robot["height"])) < 5 and float(robot["attitude"]) < 1
    assert "solves: 1200 solved, 0 failed, 0 late, 0 died" in cluster.text
    assert shape(cluster.text) == shape(next(block for block in blocks(README, "text") if "MuJoCo" in block))
    plot = (tmp_path / "plot.png").read_bytes()
    assert plot.startswith(b"\x89PNG") and len(plot) < 100_000


def test_the_same_seed_gives_the_same_run_and_another_one_another(cluster):
    short = ["simulator.steps=150", "controllers.count=2"]
    runs = [simulate(cluster, *short, f"simulator.parameters.seed={seed}") for seed in (7, 7, 8)]
    assert runs[0] == runs[1] != runs[2]


def test_it_keeps_to_the_clock_when_it_is_told_to(cluster):
    began = time.monotonic()
    simulate(cluster, "simulator.steps=100", "simulator.realtime=true", "controllers.count=1")
    assert time.monotonic() - began >= 2, "100 steps of 20 ms"


def test_robots_fall_without_their_controllers(cluster):
    status, robots = simulate(cluster, PUSHED, NOBODY, *LIMP)
    assert status == 3, cluster.text
    assert [robot["recovery"] for robot in robots] == ["fell"] * 4


def test_motors_that_hold_homing_do_not_take_the_push(cluster):
    """So it is the controllers that do."""
    status, robots = simulate(cluster, PUSHED, NOBODY)
    assert status == 3, cluster.text
    assert {robot["recovery"] for robot in robots} == {"fell", "never"}


def test_a_controller_that_is_killed_comes_back_to_a_robot_that_stands(cluster):
    """It stands by its motors at homing until then, and is where it is told to be after."""
    parameters = ("push.time=1e6", "references[1].time=1e6", "plot=")
    cluster.start(EXAMPLE / "cluster.yaml", sets=["simulator.steps=0", *(f"simulator.parameters.{value}" for value in parameters)])

    def controller():
        assert cluster.launcher.poll() is None, cluster.text
        status = ccluster("status", cluster.name, "--json")
        return json.loads(status.stdout)["rows"][2] if status.returncode == 0 else {"solves": 0}

    wait_until(lambda: controller()["solves"] > 20, what="its first solves")
    os.kill(controller()["pid"], signal.SIGKILL)
    wait_until(lambda: controller()["restarts"] == 1, what="its restart")
    before = controller()["solves"]
    wait_until(lambda: controller()["solves"] > before + 100, 2 * MINUTE, "its solves after that")
    cluster.send(signal.SIGINT)
    cluster.wait()
    robots = [match.groupdict() for match in ROBOT.finditer(cluster.text)]
    assert len(robots) == 4, cluster.text
    for robot in robots:
        assert abs(float(robot["height"])) < 5 and float(robot["attitude"]) < 1, cluster.text
    assert "0 failed, 0 late, 1 died" in cluster.text


CLIENT = """
import sys, ccluster, numpy

with ccluster.Client.attach(sys.argv[1]) as client:
    state, commands, references, status = client.robot_state, client.rhc_commands, client.rhc_references, client.rhc_status
    references.root_position[:] = 0, 0, 0.31

    def solve(height):
        state.root_position[:] = 0, 0, height
        report = client.solve()
        assert report.solved == report.participants, client.slot(0).message
        return commands.joint_effort.tobytes(), status.iterations.tolist()

    first = solve(0.33)
    solve(0.29)
    assert solve(0.33) != first, "there is no warm start that could be forgotten"
    client.reset()
    assert (commands.joint_stiffness == 40).all() and not commands.joint_effort.any()
    assert solve(0.33) == first

    client.deactivate([0])
    assert client.solve().participants == 1
    assert (commands.joint_stiffness[0] == 40).all() and not commands.joint_effort[0].any()
    assert numpy.array_equal(commands.joint_position[0], numpy.float32(client.homing))
    assert not commands.joint_stiffness[1].any() and commands.joint_effort[1].any()
    client.activate([0])
    assert client.solve().solved == 2 and commands.joint_effort[0].any()

    # A state that means nothing is a failed solve of its own controller, and a reset is all it takes to go on.
    state.root_position[1] = numpy.nan
    assert client.solve().failed == 1 and (commands.joint_stiffness[1] == 40).all()
    assert "is not finite" in client.slot(1).message
    client.reset([1])
    solve(0.33)
"""


def test_reset_forgets_the_warm_start_and_who_is_not_active_or_fails_holds_homing(cluster):
    cluster.start(EXAMPLE / "cluster.yaml", sets=["simulator.program=external", "controllers.count=2"])
    cluster.wait_for_text("registered")
    run = subprocess.run(
        [PYTHON, "-c", CLIENT, cluster.name], timeout=MINUTE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert run.returncode == 0, run.stdout + cluster.text
    cluster.send(signal.SIGINT)
    cluster.wait()


def test_its_types_hold(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--disallow-untyped-defs", "--ignore-missing-imports", "--python-executable", PYTHON,
         "--cache-dir", tmp_path, *sorted(EXAMPLE.glob("*.py"))], cwd=EXAMPLE, timeout=5 * MINUTE, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
