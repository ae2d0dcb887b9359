#!/usr/bin/env python3
"""Writes the robot.yaml of every robot here anew, by `ccluster robot import` from the descriptions in PyPI's example-robot-data.

    make robots                                   all of them
    configs/import_robots.py --check              says which files differ, and ends with status 1 if one does
    configs/import_robots.py go2 talos            these only

Descriptions say nothing about gains, steps and the like: those are in the robots' cluster.yaml, which this leaves alone.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

CONFIGS = Path(__file__).resolve().parent
PACKAGE = "example-robot-data"


@dataclass
class Source:
    """Where a robot is described, below the package's robots/, and what its description leaves open."""

    title: str
    urdf: str
    srdf: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    version: str = "1.0.1"
    notes: str = ""


ROBOTS = {
    "anymal_c": Source(
        "ANYbotics ANYmal C: quadruped, 12 joints.",
        "anymal_c_simple_description/urdf/anymal.urdf", "anymal_c_simple_description/srdf/anymal.srdf",
        notes="""\
The URDF has the legs as LF, RF, LH, RH; Pinocchio sorts them: LF, LH, RF, RH. HFE and KFE turn 3 pi to both sides,
as published: wider than any leg's own collisions allow."""),
    "b1": Source(
        "Unitree B1: quadruped, 12 joints.", "b1_description/urdf/b1.urdf", "b1_description/srdf/b1.srdf",
        notes="The URDF has the legs as FR, FL, RR, RL; Pinocchio sorts them: FL, FR, RL, RR."),
    "centauro": Source(
        "IIT Centauro: four wheeled legs and two arms with ball hands, 39 joints.",
        "centauro_description/urdf/centauro.urdf", "centauro_description/srdf/centauro.srdf",
        {"base": "floating", "homing": "homing_nominal", "contacts": "contact_1,contact_2,contact_3,contact_4"},
        version="1.0.0",
        notes="""\
The URDF's wheels are revolute joints without ends ("actually continuous"): their positions are unlimited. Contacts are
its contact frames below the wheels, in the order of the legs: front left, front right, rear left, rear right. The two
joints of the head turn its lidar and its camera. Pinocchio sorts joints otherwise: legs, torso, arms, head."""),
    "g1": Source(
        "Unitree G1: humanoid without hands, 29 joints.", "g1_description/urdf/g1_29dof_rev_1_0.urdf", None,
        {"base": "floating", "contacts": "left_ankle_roll_link,right_ankle_roll_link"},
        notes="""\
It comes without an SRDF, so without a pose: homing is the URDF's zero configuration (straight legs, forearms forward),
which is inside all limits. Each foot is one contact, at its last link."""),
    "go2": Source("Unitree Go2: quadruped, 12 joints.", "go2_description/urdf/go2.urdf", "go2_description/srdf/go2.srdf"),
    "hyq": Source(
        "IIT HyQ: hydraulic quadruped, 12 joints.",
        "hyq_description/robots/hyq_no_sensors.urdf", "hyq_description/srdf/hyq.srdf", version="1.0.0",
        notes="The URDF has the legs as lf, rf, lh, rh; Pinocchio sorts them: lf, lh, rf, rh."),
    "icub": Source(
        "IIT iCub: humanoid without fingers and eyes, 32 joints.",
        "icub_description/robots/icub.urdf", "icub_description/srdf/icub.srdf", version="1.0.0",
        notes="Velocities are limited to 100 rad/s, as published: faster than any of its joints. Each sole is one contact."),
    "panda": Source(
        "Franka Emika Panda: arm with hand, 7 + 1 joints, fixed base, no contacts.",
        "panda_description/urdf/panda.urdf", "panda_description/srdf/panda.srdf", {"base": "fixed"},
        notes="The finger is prismatic: m, m/s and N."),
    "solo12": Source(
        "Open Dynamic Robot Initiative Solo 12: quadruped, 12 joints.",
        "solo_description/robots/solo12.urdf", "solo_description/srdf/solo.srdf", version="1.0.0"),
    "talos": Source(
        "PAL Robotics Talos: humanoid with grippers, 32 joints.",
        "talos_data/robots/talos_full_v2.urdf", "talos_data/srdf/talos.srdf", version="2.0.0",
        notes="""\
The grippers are driven, so they are in. The pose does not name them: they are open, which is 0. Each foot is one
contact, at its sole. Pinocchio sorts joints otherwise: legs, torso, arms with their grippers, head.
Until 1.0.0 both grippers stood behind both arms."""),
    "ur5": Source(
        "Universal Robots UR5: arm, 6 joints, fixed base, no contacts.",
        "ur_description/urdf/ur5_robot.urdf", None, version="1.0.0",
        notes="It comes without a pose: homing is the URDF's zero configuration, the arm stretched out."),
}


def description(name):
    """The arguments of `ccluster robot import`, which runs in the package's robots/."""
    source = ROBOTS[name]
    arguments = [source.urdf]
    for option, value in {"srdf": source.srdf, "name": name, **source.options, "robot-version": source.version}.items():
        if value is not None:
            arguments += [f"--{option}", value]
    return arguments


def package():
    """The version of the package, and the folder of its robots; it has no Python module to ask."""
    try:
        found = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        sys.exit(f"{PACKAGE} is not installed: pip install --no-deps {PACKAGE}")
    return found.version, Path(found.locate_file(f"cmeel.prefix/share/{PACKAGE}/robots"))


def imported(name, ccluster):
    """The whole text of a robot's robot.yaml, and what the import warned of."""
    source = ROBOTS[name]
    version, folder = package()
    run = subprocess.run(
        [ccluster, "robot", "import", *description(name), "-o", "-"], cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{name}: {run.stderr}")
    top = [
        "# yaml-language-server: $schema=../../schema.json", f"# {source.title}", "#",
        f"# From PyPI's {PACKAGE} {version}, in its robots/; 'make robots' writes all of this file, and a test compares it.",
        *(f"# {line}" for line in source.notes.splitlines()), "#", ""]
    return "\n".join(top) + run.stdout, run.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("robots", nargs="*", metavar="ROBOT", help="by default all")
    parser.add_argument("--check", action="store_true", help="write nothing; end with status 1 when a file differs")
    parser.add_argument("--ccluster", default="ccluster", help="the program to import with; by default the one in PATH")
    arguments = parser.parse_args()
    ccluster = os.path.abspath(arguments.ccluster) if os.sep in arguments.ccluster else arguments.ccluster
    if unknown := [name for name in arguments.robots if name not in ROBOTS]:
        parser.error(f"there is no robot {', '.join(unknown)}; there are {', '.join(ROBOTS)}")
    differs = False
    for name in arguments.robots or ROBOTS:
        text, warnings = imported(name, ccluster)
        sys.stderr.write(warnings)
        path = CONFIGS / "robots" / name / "robot.yaml"
        if path.exists() and path.read_text() == text:
            continue
        differs = True
        print(f"{path}: {'differs' if arguments.check else 'written'}")
        if not arguments.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    return arguments.check and differs


if __name__ == "__main__":
    sys.exit(main())
