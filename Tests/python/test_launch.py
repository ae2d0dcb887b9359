"""Clusters of real robots in closed loop, and what makes the loop's check fail."""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy
import pytest
from conftest import BINARIES, ROBOTS, ROOT, config_of, read_yaml, wait_until
from segment import attach

TOLERANCE = 1e-2  # rad or m


def homing_of(robot):
    return numpy.array(
        list(read_yaml(config_of(robot).parent / "robot.yaml")["robot"]["homing"].values()))


def assert_closed_loop(cluster, robot, sets=(), steps=150):
    """From a perturbed start every joint of every robot comes home, by commands of controllers that solved every step.
    Read from the memory itself; the simulator's own verdict is not asked."""
    # In real time, so that the start is seen.
    cluster.start(config_of(robot), sets=[
        "simulator.steps=0", "simulator.realtime=true", "simulator.parameters={tolerance: null}", *sets])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    position = segment.view("robot_state", "joint_position")
    homing = homing_of(robot)
    wait_until(lambda: segment.steps > 0, what="the first step")
    first = numpy.abs(position - homing).copy()
    wait_until(lambda: segment.steps > steps, what=f"{steps} steps")
    last = numpy.abs(position - homing).copy()
    cluster.send(15)
    assert cluster.wait() == 128 + 15
    solves = [segment.solves(slot) for slot in range(segment.slot_count)]
    assert first.max() > 0.03, "the robots did not start away from homing"
    assert last.max() < TOLERANCE, f"away from homing: {numpy.argwhere(last >= TOLERANCE).tolist()}"
    # A stop may come between a solve and the end of its step.
    assert min(solves) >= segment.steps, f"skipped: {[slot for slot, n in enumerate(solves) if n < segment.steps]}"


SIZES = {
    "as configured": [],
    "64 controllers": ["controllers.count=64"],
    "8 in a process": ["controllers.count=16", "controllers.per_process=8"],
    "an odd rest": ["controllers.count=10", "controllers.per_process=4"],
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("robot", ROBOTS)
def test_every_joint_comes_home(cluster, robot, size):
    status = cluster.run(config_of(robot), sets=SIZES[size], environment={"CCLUSTER_REPORT": "json"})
    assert status == 0, cluster.text
    report = json.loads(next(line for line in cluster.text.splitlines() if "│ {" in line).split("│ ")[1])
    assert report["steps"] == 1000
    assert report["tracking_error"]["start"] > 0.03, "they must start away from homing"
    assert report["tracking_error"]["max"] < TOLERANCE
    assert report["solves"] == {"failed": 0, "late": 0, "died": 0}


@pytest.mark.parametrize("robot", ROBOTS)
def test_the_memory_shows_the_closed_loop(cluster, robot):
    assert_closed_loop(cluster, robot, ["controllers.count=4"])


# --- Each of these breaks the loop, and the same check notices ------------------------------------------------------


def test_a_wrong_joint_map_is_noticed(cluster):
    """Without column names the base class cannot map: the controllers' commands, in their own order, reach the joints in
    the robot's."""
    joints = read_yaml(config_of("go2").parent / "robot.yaml")["robot"]["joints"]
    order = f"controllers.joints=[{', '.join(reversed(joints))}]"
    with pytest.raises(AssertionError, match="away from homing"):
        assert_closed_loop(cluster, "go2", [
            "controllers.count=2", order, "buffers.rhc_commands.fields.joint_position.columns=null"])


def test_the_same_order_with_column_names_comes_home(cluster):
    joints = read_yaml(config_of("go2").parent / "robot.yaml")["robot"]["joints"]
    assert_closed_loop(cluster, "go2", [
        "controllers.count=2", f"controllers.joints=[{', '.join(reversed(joints))}]"])


def test_a_skipped_controller_is_noticed(cluster):
    """Its safe row leads the robot home as well: that must not pass for a controller that solves."""
    with pytest.raises(AssertionError, match=r"skipped: \[0, 1\]"):
        assert_closed_loop(cluster, "go2", ["controllers.count=2", "controllers.activate=false"])


def test_a_stale_row_is_noticed(cluster):
    """The controller fails in its second step, and `hold` leaves its first command there for ever."""
    with pytest.raises(AssertionError, match="away from homing"):
        assert_closed_loop(cluster, "go2", [
            "controllers.count=1", "controllers.parameters.fail_at={controller: 0, step: 1}",
            "controllers.on_failure=hold"])


def test_a_simulator_that_ends_too_far_away_says_so(cluster):
    status = cluster.run(config_of("go2"), "--steps", "2", sets=["controllers.count=2"])
    assert status == 3
    assert "beyond the tolerance" in cluster.text


def assert_tracks(cluster, simulator="", controllers=None, sets=()):
    """With a simulator of its own, every joint of every robot reaches a reference that no other one has: a command that went
    to another joint or another robot, that is old or that was never computed leaves it elsewhere."""
    report = cluster.directory / "report.json"
    roles = f"{sys.executable}, {Path(__file__).parent / 'roles.py'}"
    items = ["controllers.count=3", f"simulator.program={{command: [{roles}, simulator, {report}, {simulator}]}}", *sets]
    if controllers is not None:
        items.append(f"controllers.program={{command: [{roles}, controller, {controllers}]}}")
    status = cluster.run(config_of("go2"), sets=items)
    assert status == 0, cluster.text
    result = json.loads(report.read_text())
    solved, away = numpy.array(result["solved"]), numpy.array(result["away"])
    assert (solved == 150).all(), f"skipped: {solved.tolist()}"
    assert away.max() < 5e-4, f"elsewhere: {numpy.argwhere(away >= 5e-4).tolist()}"


def test_every_joint_of_every_robot_reaches_its_own_reference(cluster):
    assert_tracks(cluster)


def test_a_controller_in_plain_python_takes_part(cluster):
    assert_tracks(cluster, controllers="")


def places(rows, joints):
    return re.escape(f"elsewhere: {[[row, joint] for row in rows for joint in joints]}")


@pytest.mark.parametrize("wrong, rows, joints", [
    ("swaps two joints", range(3), range(2)), ("swaps two robots", range(2), range(12)),
    ("keeps a stale row", [1], range(12))])
def test_a_wrong_simulator_is_noticed(cluster, wrong, rows, joints):
    with pytest.raises(AssertionError, match=places(rows, joints)):
        assert_tracks(cluster, simulator=wrong)


@pytest.mark.parametrize("wrong, joints", [
    ("never writes", range(12)), ("swaps two joints", range(2)), ("writes the wrong row", range(12))])
def test_a_wrong_controller_is_noticed(cluster, wrong, joints):
    with pytest.raises(AssertionError, match=places(range(3), joints)):
        assert_tracks(cluster, controllers=wrong)


def swapped_columns():
    """The commanded positions' columns in an order of their own."""
    joints = list(read_yaml(config_of("go2").parent / "robot.yaml")["robot"]["joints"])
    joints[0], joints[1] = joints[1], joints[0]
    columns = f"{{shape: [joints], columns: [{', '.join(joints)}], initial: homing}}"
    return [f"buffers.rhc_commands.fields.joint_position={columns}"]


def test_who_reads_by_place_what_controllers_write_by_name_is_noticed(cluster):
    """A regression: controllers wrote in the robot's order whatever the columns were called."""
    with pytest.raises(AssertionError, match=r"elsewhere: \[\[0, 0\], \[0, 1\], \[1, 0\]"):
        assert_tracks(cluster, sets=swapped_columns())


def test_the_stub_refuses_joints_in_another_order(cluster):
    assert cluster.run(config_of("go2"), sets=["controllers.count=1", *swapped_columns()]) == 1
    assert "rhc_commands.joint_position has its joints in another order than the robot" in cluster.text


def test_a_worker_that_dies_and_does_not_come_back_is_noticed(cluster):
    with pytest.raises(AssertionError, match=re.escape("skipped: [150, 50, 150]")):
        assert_tracks(cluster, controllers="dies", sets=["controllers.restart.policy=never"])


# --- Options and programs --------------------------------------------------------------------------------------------


def test_steps_and_duration(cluster):
    assert cluster.run(config_of("go2"), "--steps", "0", "--for", "1s", sets=["controllers.count=2"]) == 0
    assert "its time has passed" in cluster.text


@pytest.mark.parametrize("arguments, words", [
    (["--for", "0s"], "it takes a time that is longer than 0"), (["--for", "5"], "it takes a time with its unit"),
    (["--run-dir", ""], "--run-dir takes a directory, and is given an empty text")])
def test_an_option_that_makes_no_sense_is_told(cluster, arguments, words):
    assert cluster.run(config_of("go2"), *arguments) == 64
    assert words in cluster.text


def test_a_run_directory_that_is_a_file_is_told(cluster):
    (cluster.directory / "file").write_text("kept")
    for path in ("file", "file/below"):
        assert cluster.run(config_of("go2"), "--run-dir", cluster.directory / path) == 1
        assert f"'{cluster.directory}/file' is a file, and no directory for a run" in cluster.text


def test_the_report_bears_the_name_that_the_run_was_given(cluster):
    assert cluster.run(config_of("go2"), "--name", cluster.name, sets=["name=another", "controllers.count=2"]) == 0
    assert f"│ {cluster.name}: 2 controllers" in cluster.text


def test_real_time_is_paced(cluster):
    assert cluster.run(config_of("go2"), "--steps", "100",
                       sets=["controllers.count=2", "simulator.realtime=true"]) == 0
    report = next(line for line in cluster.text.splitlines() if "wall time" in line)
    assert 1.9 < float(report.split()[-2]) < 10


def test_a_dry_run_starts_nothing(cluster):
    assert cluster.run(config_of("go2"), "--dry-run") == 0
    assert "controller-15" in cluster.text
    assert not cluster.memory.exists()


def test_a_subset_of_joints_in_another_order_comes_home(cluster):
    joints = ["RR_calf_joint", "FL_hip_joint", "FR_thigh_joint"]
    # The others' commands hold homing.
    assert_closed_loop(cluster, "go2", ["controllers.count=2", f"controllers.joints=[{', '.join(joints)}]"])


def test_a_quaternion_stored_as_xyzw_is_converted(cluster):
    field = "{shape: [4], convention: xyzw, initial: [0, 0, 0, 1]}"
    cluster.start(config_of("go2"), sets=[
        "controllers.count=2", "simulator.steps=0", "simulator.parameters={tolerance: null}",
        f"buffers.robot_state.fields.root_orientation={field}"])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 20, what="steps")
    assert segment.view("robot_state", "root_orientation").tolist() == [[0, 0, 0, 1]] * 2
    assert segment.view("rhc_prediction", "root_orientation").tolist() == [[1, 0, 0, 0]] * 2
    cluster.send(15)
    cluster.wait()


def program(tmp_path, text):
    """An executable shell script."""
    path = tmp_path / "program.sh"
    path.write_text("#!/bin/bash\n" + textwrap.dedent(text))
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("text, expected", [("exit 7", 7), ("kill -SEGV $$", 128 + 11), ("exit 0", 0)])
def test_the_status_is_the_simulators(cluster, tmp_path, text, expected):
    command = program(tmp_path, text)
    status = cluster.run(config_of("go2"), sets=["controllers.count=2", f"simulator.program={{command: [{command}]}}"])
    assert status == expected, cluster.text


def test_output_bears_the_name_of_its_process(cluster, tmp_path):
    command = program(tmp_path, "echo to output; echo to error >&2; printf 'no line break'")
    cluster.run(config_of("go2"), sets=["controllers.count=1", f"simulator.program={{command: [{command}]}}"])
    lines = cluster.text.splitlines()
    for text in ("to output", "to error", "no line break"):
        assert f"simulator    │ {text}" in lines


def test_the_environment_says_where_a_program_belongs(cluster, tmp_path):
    command = program(tmp_path, 'echo "$CCLUSTER_SEGMENT/$OWN/$PWD"')
    cluster.run(config_of("go2"), sets=[
        "controllers.count=1",
        f"simulator.program={{command: [{command}], environment: {{OWN: 5}}, directory: {tmp_path}}}"])
    assert f"{cluster.segment}/5/{tmp_path}" in cluster.text


CONTROLLERS = {
    "is not there": ("[/nowhere/controller]", "there is no executable '/nowhere/controller' on this machine"),
    "is not executable": (f"[{ROOT}/README.md]", "README.md' on this machine"),
    "is no program": ("[PROGRAM]", "Exec format error"),
    "ends at once": ("[/bin/true]", "before it had registered"),
    "fails at once": ("[/bin/false]", "ended with exit code 1 before it had registered"),
}


@pytest.mark.parametrize("case", CONTROLLERS)
def test_a_controller_that_cannot_start_ends_the_run_in_words(cluster, tmp_path, case):
    command, reason = CONTROLLERS[case]
    no_program = tmp_path / "no-program"
    no_program.write_bytes(b"\x7fELF")
    no_program.chmod(0o755)
    command = command.replace("PROGRAM", str(no_program))
    status = cluster.run(config_of("go2"), sets=["controllers.count=2", f"controllers.program={{command: {command}}}"])
    assert status == 1
    assert reason in cluster.text
    # What is known before anything starts has a place in the config, and no process yet.
    assert ("controllers.program={command" if "on this machine" in reason else "controller-") in cluster.text


def test_a_controller_that_never_registers_is_named(cluster):
    status = cluster.run(config_of("go2"), sets=[
        "controllers.count=2", "controllers.program={command: [/bin/sleep, '600']}", "controllers.startup_timeout=1s"])
    assert status == 1
    assert "only 0 of 2 controllers registered within startup_timeout (1.0 s); missing: 0, 1" in cluster.text


def test_an_external_simulator_attaches_and_detaches(cluster):
    cluster.start(config_of("go2"), sets=["controllers.count=2", "simulator.program=external"])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    for _ in range(3):
        before = segment.steps
        subprocess.run([BINARIES / "ccluster-simulator"], env={**os.environ, "CCLUSTER_SEGMENT": cluster.segment},
                       check=True, timeout=60, stdout=subprocess.DEVNULL)
        assert segment.steps == before + 1000
        assert segment.client == 0
    cluster.send(2)
    assert cluster.wait() == 130

