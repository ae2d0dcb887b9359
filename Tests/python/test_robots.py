"""Every fact in configs/robots/*/robot.yaml against the published description that it was taken from."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import yaml

CONFIGS = Path(__file__).parents[2] / "configs" / "robots"

# URDF, SRDF and pose, below example-robot-data's robots/.
SOURCES = {
    "go2": ("go2_description/urdf/go2.urdf", "go2_description/srdf/go2.srdf", "standing"),
    "anymal_c": (
        "anymal_c_simple_description/urdf/anymal.urdf", "anymal_c_simple_description/srdf/anymal.srdf", "standing"),
    "talos": ("talos_data/robots/talos_full_v2.urdf", "talos_data/srdf/talos.srdf", "half_sitting"),
    "panda": ("panda_description/urdf/panda.urdf", "panda_description/srdf/panda.srdf", "default"),
}


def descriptions():
    """The folder of the robots that the PyPI package carries; it has no Python module to ask."""
    import site

    for folder in site.getsitepackages():
        found = Path(folder) / "cmeel.prefix" / "share" / "example-robot-data" / "robots"
        if found.is_dir():
            return found
    pytest.fail("example-robot-data is not installed: pip install --no-deps example-robot-data")


class Description:
    def __init__(self, name):
        urdf, srdf, pose = SOURCES[name]
        robot = ElementTree.parse(descriptions() / urdf).getroot()
        self.links = [link.get("name") for link in robot.findall("link")]
        self.mass = sum(float(mass.get("value")) for mass in robot.findall("link/inertial/mass"))
        # Driven joints in the URDF's order: fixed ones do not move, and those that mimic follow another.
        self.joints = [
            joint for joint in robot.findall("joint")
            if joint.get("type") in ("revolute", "prismatic", "continuous") and joint.find("mimic") is None
        ]
        states = ElementTree.parse(descriptions() / srdf).getroot().findall("group_state")
        values = next(state for state in states if state.get("name") == pose).findall("joint")
        self.pose = {value.get("name"): value.get("value") for value in values}


@pytest.fixture(params=sorted(path.parent.name for path in CONFIGS.glob("*/robot.yaml")))
def robot(request):
    """Our YAML beside the published description."""
    name = request.param
    assert name in SOURCES, f"say in SOURCES where {name}'s facts come from"
    with open(CONFIGS / name / "robot.yaml") as file:
        return yaml.safe_load(file)["robot"], Description(name)


def test_joints_and_their_order_are_the_urdfs(robot):
    ours, published = robot
    assert ours["joints"] == [joint.get("name") for joint in published.joints]


def test_limits_are_the_urdfs(robot):
    ours, published = robot
    assert list(ours["limits"]) == ours["joints"]
    for joint in published.joints:
        limit = joint.find("limit")
        mine = ours["limits"][joint.get("name")]
        assert mine == {
            "position": [float(limit.get("lower")), float(limit.get("upper"))],
            "velocity": float(limit.get("velocity")),
            "effort": float(limit.get("effort")),
        }, joint.get("name")


def test_mass_is_the_sum_of_the_links(robot):
    ours, published = robot
    assert ours["mass"] == pytest.approx(published.mass, abs=1e-6)


def test_homing_is_the_srdfs_pose(robot):
    ours, published = robot
    assert list(ours["homing"]) == ours["joints"]
    for name, value in ours["homing"].items():
        # A pose need not name every joint (Talos's leaves the grippers out): those are at 0.
        assert value == float(published.pose.get(name, 0)), name


def test_contacts_are_links(robot):
    ours, published = robot
    assert set(ours["contacts"]) <= set(published.links)
