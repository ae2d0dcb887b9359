"""Every fact in configs/robots/*/robot.yaml against the published description that it was taken from.

That the files are what `ccluster robot import` writes is test_import.py's affair; here the descriptions are read anew, by another
XML reader and other rules, so that the import cannot err in silence.
"""

import copy
import math
import xml.etree.ElementTree as ElementTree

import import_robots
import pytest
from conftest import ROBOTS, ROOT, read_yaml

CONFIGS = ROOT / "configs" / "robots"
_, FOLDER = import_robots.package()

# URDF, SRDF and pose, below example-robot-data's robots/.
SOURCES = {
    "anymal_c": (
        "anymal_c_simple_description/urdf/anymal.urdf", "anymal_c_simple_description/srdf/anymal.srdf", "standing"),
    "b1": ("b1_description/urdf/b1.urdf", "b1_description/srdf/b1.srdf", "standing"),
    "centauro": (
        "centauro_description/urdf/centauro.urdf", "centauro_description/srdf/centauro.srdf", "homing_nominal"),
    "g1": ("g1_description/urdf/g1_29dof_rev_1_0.urdf", None, None),
    "go2": ("go2_description/urdf/go2.urdf", "go2_description/srdf/go2.srdf", "standing"),
    "hyq": ("hyq_description/robots/hyq_no_sensors.urdf", "hyq_description/srdf/hyq.srdf", "standing"),
    "icub": ("icub_description/robots/icub.urdf", "icub_description/srdf/icub.srdf", "half_sitting"),
    "panda": ("panda_description/urdf/panda.urdf", "panda_description/srdf/panda.srdf", "default"),
    "solo12": ("solo_description/robots/solo12.urdf", "solo_description/srdf/solo.srdf", "standing"),
    "talos": ("talos_data/robots/talos_full_v2.urdf", "talos_data/srdf/talos.srdf", "half_sitting"),
    "ur5": ("ur_description/urdf/ur5_robot.urdf", None, None),
}

# What no SRDF says: G1 comes without one, and Centauro's has neither feet nor a root. The heights are those of the root over the
# feet: G1's lowest spheres, and Centauro's contact frames.
FEET = {
    "centauro": ["contact_1", "contact_2", "contact_3", "contact_4"],
    "g1": ["left_ankle_roll_link", "right_ankle_roll_link"],
}
HEIGHT = {"centauro": 0.81085, "g1": 0.792}


def child(joint):
    return joint.find("child").get("link")


def below(robot, link):
    """Joints from a link outwards, depth first."""
    for joint in robot.findall("joint"):
        if joint.find("parent").get("link") == link:
            yield joint
            yield from below(robot, child(joint))


class Description:
    """What a URDF and an SRDF say about a robot."""

    def __init__(self, name):
        assert name in SOURCES, f"say in SOURCES where {name}'s facts come from"
        urdf, srdf, pose = SOURCES[name]
        robot = ElementTree.parse(FOLDER / urdf).getroot()
        self.name = name
        self.mass = math.fsum(float(mass.get("value")) for mass in robot.findall("link/inertial/mass"))
        # Driven joints along the tree: fixed ones do not move, and those that mimic follow another.
        links = {link.get("name") for link in robot.findall("link")}
        tree = list(below(robot, (links - {child(joint) for joint in robot.findall("joint")}).pop()))
        self.joints = {
            joint.get("name"): joint for joint in tree
            if joint.get("type") != "fixed" and joint.find("mimic") is None
        }
        self.links = [child(joint) for joint in tree]
        self.pose, self.root, self.feet, self.height = {}, name in FEET, FEET.get(name, []), HEIGHT.get(name)
        if srdf is None:
            return
        semantics = ElementTree.parse(FOLDER / srdf).getroot()
        state = next(state for state in semantics.findall("group_state") if state.get("name") == pose)
        self.pose = {joint.get("name"): joint.get("value") for joint in state.findall("joint")}
        root = self.pose.pop("root_joint", None)
        if root is not None:
            self.root = True
            # Position and quaternion of the base; a robot with a free base stands on its end effectors.
            self.height = float(root.split()[2])
            self.feet = [end.get("parent_link") for end in semantics.findall("end_effector")]

    def limits(self, name):
        """The limits of one joint as our YAML has them; a continuous joint has no position limit."""
        joint = self.joints[name]
        limit = joint.find("limit")
        limits = {key: float(limit.get(key)) for key in ("velocity", "effort")}
        # Centauro's wheels are revolute joints without ends, "actually continuous".
        if joint.get("type") != "continuous" and limit.get("lower") is not None:
            limits["position"] = [float(limit.get("lower")), float(limit.get("upper"))]
        return limits


def joints_and_their_order_are_the_trees(ours, published):
    assert ours["joints"] == list(published.joints)


def limits_are_the_urdfs(ours, published):
    assert list(ours["limits"]) == ours["joints"]
    for name, limits in ours["limits"].items():
        assert limits == published.limits(name), name


def mass_is_the_sum_of_the_links(ours, published):
    # The sum of decimals that binary floating point cannot hold: 93.33572399999996 for 93.335724.
    assert ours["mass"] == pytest.approx(published.mass, rel=0, abs=1e-9)


def homing_is_the_srdfs_pose(ours, published):
    assert list(ours["homing"]) == ours["joints"]
    for name, value in ours["homing"].items():
        # A pose need not name every joint (Talos's leaves the grippers out, G1 has none): those are at 0.
        assert value == float(published.pose.get(name, 0)), name
    assert set(published.pose) <= set(ours["joints"]), "the pose moves a joint that we left out"


def homing_is_inside_the_limits(ours, published):
    for name, value in ours["homing"].items():
        lower, upper = ours["limits"][name].get("position", (-math.inf, math.inf))
        assert lower <= value <= upper, name


def contacts_are_the_feet(ours, published):
    # SRDFs list end effectors in any order; ours is the order of the legs, which is that of the tree.
    assert ours["contacts"] == sorted(published.feet, key=published.links.index)


def base_is_the_poses(ours, published):
    assert ours["base"] == ("floating" if published.root else "fixed")


def name_is_the_folders(ours, published):
    assert ours["name"] == published.name


def no_file_is_needed(ours, published):
    """Descriptions are not in this repository, so that a path to one would lead nowhere."""
    assert ours.keys() == {"name", "version", "base", "joints", "contacts", "mass", "limits", "homing"}


CHECKS = [
    joints_and_their_order_are_the_trees, limits_are_the_urdfs, mass_is_the_sum_of_the_links, homing_is_the_srdfs_pose,
    homing_is_inside_the_limits, contacts_are_the_feet, base_is_the_poses, name_is_the_folders, no_file_is_needed,
]


def ours(name, file="robot.yaml"):
    return read_yaml(CONFIGS / name / file)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ROBOTS)
def test_robot(name, check):
    check(ours(name)["robot"], Description(name))


@pytest.mark.parametrize("name", ROBOTS)
def test_no_experiment_changes_the_joints_by_accident(name):
    assert "\n  joints: !final\n" in (CONFIGS / name / "robot.yaml").read_text()


@pytest.mark.parametrize("name", ROBOTS)
def test_velocities_and_efforts_are_not_placeholders(name):
    """URDFs say 0 where nobody filled a limit in: such a robot must not move."""
    for joint, limits in ours(name)["robot"]["limits"].items():
        assert limits["velocity"] > 0 and limits["effort"] > 0, joint


@pytest.mark.parametrize("name", ROBOTS)
def test_the_stub_stands_where_the_pose_does(name):
    parameters = ours(name, "cluster.yaml")["simulator"]["parameters"]
    assert parameters.get("standing_height") == Description(name).height


def changes(value, path=()):
    """Every way to change one value below: (path, changed value)."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from changes(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from changes(item, (*path, index))
    elif isinstance(value, str):
        yield path, value + "x"
    else:
        yield path, value + 1e-6
        yield path, value - 1e-6


def changed(robot, path, value):
    robot = copy.deepcopy(robot)
    inner = robot
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return robot


@pytest.mark.parametrize("name", ROBOTS)
def test_one_changed_fact_is_found(name):
    """The checks above miss nothing: each number and name in turn is changed, and one of them has to say so."""
    robot, published = ours(name)["robot"], Description(name)
    # Nobody publishes the version: it is ours.
    facts = [change for change in changes(robot) if change[0] != ("version",)]
    assert len(facts) > 10 * len(robot["joints"])

    def is_found(altered):
        for check in CHECKS:
            try:
                check(altered, published)
            except (AssertionError, KeyError):
                return True
        return False

    missed = [path for path, value in facts if not is_found(changed(robot, path, value))]
    assert missed == []


def test_every_source_has_its_robot():
    assert ROBOTS == sorted(SOURCES)
