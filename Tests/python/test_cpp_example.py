"""Examples/cpp: the reference MPC with Eigen, built by CMake against what `make install` leaves, and compared with Swift's."""

import itertools
import os
import re
import shlex
import subprocess

import pytest
import pythons
from conftest import BINARIES, ROOT, TABLES, config_of
from participants import SOURCES, STRICT
from test_install import make

EXAMPLE = ROOT / "Examples" / "cpp"
CONTROLLER = ROOT / ".build" / "cpp" / "controller"


@pytest.fixture(scope="module")
def launched():
    """What `make example-cpp` prints: it builds the example, and launches its cluster.yaml."""
    done = make("example-cpp", timeout=600, V="1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_it_is_launched(launched):
    assert re.search(r"✓ 4 controllers registered", launched) and re.search(r"✓ 1000 steps", launched), launched
    assert re.search(r"solves failed +0\n", launched) and "within 0.0100" in launched, launched


# A robot with its own order of fewer joints, another horizon and other weights; a fixed base; many joints, commands between nodes.
CASES = {
    "go2": ("go2", []),
    "go2-legs": ("go2", [
        "controllers.joints=[RR_calf_joint, FL_hip_joint, RL_thigh_joint]", "horizon.nodes=9", "horizon.dt=0.1",
        "controllers.parameters.weights={q: 3, v: 0, a: 0.01, terminal_q: 5, terminal_v: 0.2}",
        "controllers.parameters.acceleration_limit=15", "controllers.parameters.inertia=0.3",
        "buffers.robot_state.fields.root_orientation.convention=xyzw", "buffers.rhc_internal.enabled=true"]),
    "panda": ("panda", ["timing.cluster_dt=0.06", "controllers.per_process=3"]),
    "talos": ("talos", ["timing.cluster_dt=0.1", "controllers.per_process=3"]),
}


@pytest.mark.parametrize("case, what", [*itertools.product(CASES, ["states", "loop"]), ("go2-legs", "failures")])
def test_it_commands_what_swift_commands(launched, cluster, pytestconfig, case, what):
    robot, sets = CASES[case]
    script = cluster.directory / "same_commands.py"
    script.write_bytes((SOURCES / "same_commands.py").read_bytes())
    told = pythons.run(
        pythons.python(pythons.TESTED[-1]), script, what, config_of(robot), BINARIES / "ccluster", cluster.name, CONTROLLER, *sets,
        cwd="/")
    tables = pytestconfig.stash.setdefault(TABLES, [])
    if not tables or tables[-1][0] != "C++ with Eigen beside Swift":
        tables.append(("C++ with Eigen beside Swift", []))
    tables[-1][1].append(f"{case:10} {what:10} {told.strip()}")


def test_pkg_config_is_enough(launched):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(ROOT / ".build/cpp/prefix/lib/pkgconfig")}
    flags = shlex.split(pythons.run("pkg-config", "--cflags", "ccluster", "eigen3", env=environment))
    pythons.run("g++", "-std=c++17", *STRICT, "-fsyntax-only", EXAMPLE / "controller.cpp", *flags)


def test_started_by_hand_it_says_what_it_misses(launched):
    alone = subprocess.run([CONTROLLER], capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"]})
    assert alone.returncode == 1 and "CCLUSTER_SEGMENT" in alone.stderr and alone.stderr.count("\n") == 1, alone.stderr


@pytest.mark.parametrize("value, told", [
    ("weights: {a: 0}", "weight 'a' is 0.0; it must be positive, or the best trajectory is not unique"),
    ("weights: {q: -1}", "weight 'q' is -1.0; it must not be negative"),
    ("acceleration_limit: -5", "joint 0 has acceleration limit -5.0; it must be positive"),
    ("acceleration_limit: fast", "'controllers.parameters.acceleration_limit'")])
def test_a_problem_that_makes_no_sense_ends_the_launch(launched, cluster, value, told):
    status = cluster.run(EXAMPLE / "cluster.yaml", sets=[f"controllers.parameters={{{value}}}"])
    assert status == 1 and told in cluster.text, cluster.text
