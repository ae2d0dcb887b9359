"""The memory map that the plan prints is the one that the running memory describes itself with."""

import json

import numpy
import pytest
from conftest import ROBOTS, ccluster, config_of, read_yaml, wait_until
from segment import attach

LATEST = "buffers.goal={writer: tool, sync: latest, fields: {target: {shape: [3], dtype: f64}, label: {shape: [7], dtype: char}}}"
ODD = "buffers.odd={writer: simulator, per: cluster, align: 4, fields: {a: [], b: {shape: [contacts, 2], dtype: u16}, c: {shape: [3], dtype: i8}, d: [nodes]}}"


@pytest.mark.parametrize("sets", [(), (LATEST, ODD), ("buffers.rhc_internal.enabled=true", "controllers.count=3")],
                         ids=["as it is", "latest and odd buffers", "with the whole horizon"])
@pytest.mark.parametrize("robot", ROBOTS)
def test_the_planned_map_is_the_segments_own(cluster, robot, sets):
    arguments = [argument for item in (f"name={cluster.name}", *sets) for argument in ("--set", item)]
    planned = json.loads(ccluster("map", str(config_of(robot)), "--json", *arguments, check=True).stdout)
    cluster.start(config_of(robot), "--no-simulator", sets=sets)
    cluster.wait_for_text("registered in")
    assert attach(cluster).map(cluster.segment) == planned
    assert cluster.memory.stat().st_size == planned["size"]
    assert cluster.memory.stat().st_mode & 0o777 == 0o600
    cluster.send(15)
    assert cluster.wait() == 128 + 15


@pytest.mark.parametrize("robot", ROBOTS)
def test_before_the_first_step_commands_and_states_hold_homing(cluster, robot):
    homing = list(read_yaml(config_of(robot).parent / "robot.yaml")["robot"]["homing"].values())
    cluster.start(config_of(robot), "--no-simulator", sets=["controllers.count=2"])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    for buffer in ("rhc_commands", "robot_state", "rhc_references"):
        position = segment.view(buffer, "joint_position")
        numpy.testing.assert_array_equal(position, numpy.tile(numpy.float32(homing), (2, 1)))
    assert not segment.view("rhc_commands", "joint_velocity").any()
    assert segment.view("robot_state", "root_orientation").tolist() == [[1, 0, 0, 0]] * 2
    cluster.send(15)
    cluster.wait()


def test_the_resolved_config_has_the_same_map(tmp_path):
    for robot in ROBOTS:
        resolved = ccluster("config", str(config_of(robot)), "--set", LATEST, check=True).stdout
        (tmp_path / "resolved.yaml").write_text(resolved)
        original = ccluster("map", str(config_of(robot)), "--set", LATEST, "--json", check=True).stdout
        again = ccluster("map", str(tmp_path / "resolved.yaml"), "--json", check=True).stdout
        assert again == original, robot


def test_the_plan_fits_a_terminal_of_80_columns():
    for robot in ROBOTS:
        for line in ccluster("plan", str(config_of(robot)), check=True).stdout.splitlines():
            assert len(line) <= 80, f"{robot}: {line}"


def test_two_fields_never_share_a_byte():
    for robot in ROBOTS:
        planned = json.loads(ccluster("map", str(config_of(robot)), "--set", ODD, "--json", check=True).stdout)
        size = {"bool": 1, "i8": 1, "u16": 2, "f32": 4, "i32": 4, "f64": 8}
        used = numpy.zeros(planned["size"], "u1")
        for buffer in planned["buffers"]:
            for row in range(buffer["rows"]):
                for field in buffer["fields"]:
                    start = buffer["offset"] + row * buffer["row_stride"] + field["offset"]
                    count = int(numpy.prod(field["shape"])) * size[field["dtype"]]
                    used[start:start + count] += 1
        assert used.max() == 1


def test_a_live_state_is_what_the_simulator_wrote(cluster):
    cluster.start(config_of("go2"), sets=["controllers.count=2", "simulator.steps=0", "simulator.parameters={tolerance: null}"])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 300, what="steps")
    force = segment.view("robot_state", "contact_force")
    numpy.testing.assert_allclose(force[..., 2].sum(axis=1), 16.085 * 9.81, rtol=1e-3)
    cluster.send(15)
    cluster.wait()
