"""`ccluster robot import`: the shipped robots are what it writes, and other people's files end in a robot or in words."""

import os
import subprocess
import sys

import import_robots
import pytest
from conftest import BINARIES, ROBOTS, ROOT, ccluster, read_yaml

_, FOLDER = import_robots.package()
PUBLISHED = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.urdf"))
ARM = """\
<robot name="arm">
  <link name="world"/>
  <link name="upper"><inertial><mass value="1.5"/></inertial></link>
  <link name="lower"><inertial><mass value="0.75"/></inertial></link>
  <joint name="shoulder" type="continuous"><parent link="world"/><child link="upper"/></joint>
  <joint name="elbow" type="revolute">
    <parent link="upper"/><child link="lower"/>
    <limit lower="0.1" upper="2.5" velocity="3" effort="40"/>
  </joint>
</robot>
"""


def import_(*arguments, **options):
    return ccluster("robot", "import", *arguments, **options)


# --- The shipped robots -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("robot", ROBOTS)
def test_the_committed_file_is_the_import_to_the_byte(robot):
    text, _ = import_robots.imported(robot, BINARIES / "ccluster")
    assert (ROOT / "configs/robots" / robot / "robot.yaml").read_bytes() == text.encode()


def test_every_robot_has_its_source():
    assert ROBOTS == sorted(import_robots.ROBOTS)
    assert len(ROBOTS) >= 8


@pytest.mark.parametrize("robot", ROBOTS)
def test_the_command_at_the_top_writes_the_rest_of_the_file(robot, tmp_path):
    """As a reader would run it, in a shell."""
    file = (ROOT / "configs/robots" / robot / "robot.yaml").read_text()
    top, mark, rest = file.partition("# Written by: ")
    command = rest.splitlines()[0]
    subprocess.run(
        f"{command} -o {tmp_path}/robot.yaml", shell=True, cwd=FOLDER, check=True, timeout=60, stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": f"{BINARIES}:{os.environ['PATH']}"})
    assert top + (tmp_path / "robot.yaml").read_text() == file


def test_a_changed_file_is_noticed_and_written_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(import_robots, "CONFIGS", tmp_path)
    (tmp_path / "robots").mkdir()

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["import_robots.py", "--ccluster", str(BINARIES / "ccluster"), *arguments])
        return bool(import_robots.main())

    assert run("go2", "--check") and not (tmp_path / "robots/go2").exists()
    assert not run("go2")
    written = tmp_path / "robots/go2/robot.yaml"
    assert written.read_text() == (ROOT / "configs/robots/go2/robot.yaml").read_text()
    assert not run("go2", "--check")
    written.write_text(written.read_text().replace("16.085", "16.086"))
    assert run("go2", "--check")


# --- All published descriptions ---------------------------------------------------------------------------------------

# Why these of the package cannot be imported.
REFUSED = {
    # Its fingers follow joints by names without the hand's side.
    "alex_description/urdf/alex_psyonic_hands.urdf": "the URDF has no joint 'index_q1'",
    # An empty <robot>.
    "ur_description/urdf/ur3.urdf": "this robot has no link",
}


@pytest.mark.parametrize("urdf", PUBLISHED)
def test_every_published_description_becomes_a_config(urdf, tmp_path):
    run = import_(FOLDER / urdf, "--base", "floating", "-o", tmp_path / "robot.yaml")
    if urdf in REFUSED:
        assert run.returncode == 2 and REFUSED[urdf] in run.stderr
        return
    assert run.returncode == 0, run.stderr
    (tmp_path / "cluster.yaml").write_text(
        f"ccluster: 1\nname: x\nextends: [{ROOT}/configs/presets/rhc.yaml, robot.yaml]\ncontrollers: {{count: 1}}\n")
    checked = ccluster("validate", tmp_path / "cluster.yaml")
    assert checked.returncode == 0, checked.stderr


# --- One's own --------------------------------------------------------------------------------------------------------


@pytest.fixture
def arm(tmp_path):
    (tmp_path / "arm.urdf").write_text(ARM)
    return tmp_path


def test_an_own_robot_is_imported_and_runs(arm, cluster):
    run = import_("arm.urdf", cwd=arm)
    assert run.returncode == 0, run.stderr
    assert run.stdout == ""
    assert "robot.yaml: arm with 2 joints and 0 contacts, fixed base" in run.stderr
    assert "0 is outside its limits; 0.1 is taken as homing" in run.stderr
    robot = read_yaml(arm / "robot.yaml")["robot"]
    assert robot == {
        "name": "arm", "version": "1.0.0", "base": "fixed", "joints": ["shoulder", "elbow"], "contacts": [],
        "mass": 2.25, "limits": {"shoulder": {}, "elbow": {"position": [0.1, 2.5], "velocity": 3, "effort": 40}},
        "homing": {"shoulder": 0, "elbow": 0.1}}
    (arm / "cluster.yaml").write_text(
        f"ccluster: 1\nname: arm\nextends: [{ROOT}/configs/presets/rhc.yaml, robot.yaml]\n"
        "controllers: {count: 2}\nsimulator: {steps: 20}\n")
    assert cluster.run(arm / "cluster.yaml", sets=["simulator.parameters={tolerance: null}"]) == 0, cluster.text


def test_what_an_import_cannot_know_goes_into_a_file_that_extends_it(arm):
    assert import_("arm.urdf", cwd=arm).returncode == 0
    (arm / "cluster.yaml").write_text(
        f"ccluster: 1\nname: arm\nextends: [{ROOT}/configs/presets/rhc.yaml, robot.yaml]\ncontrollers: {{count: 1}}\n"
        "robot: {homing: {elbow: 1.5}, limits: {shoulder: {velocity: 2}}}\n")
    resolved = ccluster("config", "cluster.yaml", cwd=arm).stdout
    assert "elbow: 1.5" in resolved and "velocity: 2" in resolved
    refused = ccluster("validate", "cluster.yaml", "--set", "robot.joints=[elbow, shoulder]", cwd=arm)
    assert refused.returncode == 2 and "locked-value" in refused.stderr


def test_a_file_that_is_there_is_kept_unless_forced(arm):
    (arm / "robot.yaml").write_text("mine\n")
    run = import_("arm.urdf", cwd=arm)
    assert run.returncode == 1 and "--force" in run.stderr
    assert (arm / "robot.yaml").read_text() == "mine\n"
    assert import_("arm.urdf", "--force", cwd=arm).returncode == 0
    assert "name: arm" in (arm / "robot.yaml").read_text()


def test_standard_output_takes_the_file_and_nothing_else(arm):
    run = import_("arm.urdf", "-o", "-", cwd=arm)
    assert run.stdout.startswith("# Written by: ccluster robot import arm.urdf\n")
    assert run.stdout.endswith("    elbow:    0.1  # the nearest to 0 inside the limits\n")
    assert "warning" in run.stderr
    assert sorted(path.name for path in arm.iterdir()) == ["arm.urdf"]


def test_paths_with_blanks_and_quotes_stay_a_command(arm):
    (arm / "my 'arm' $HOME.urdf").write_text(ARM)
    text = import_("my 'arm' $HOME.urdf", "-o", "-", cwd=arm).stdout
    command = text.splitlines()[0].removeprefix("# Written by: ")
    again = subprocess.run(
        f"{command} -o -", shell=True, cwd=arm, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PATH": f"{BINARIES}:{os.environ['PATH']}"})
    assert again.stdout == text


MISTAKES = {
    "no file": ([], 64, "<urdf>"),
    "a missing file": (["nowhere.urdf"], 2, "nowhere.urdf: error: this file does not exist [unreadable-file]"),
    "a missing SRDF": (["arm.urdf", "--srdf", "no.srdf"], 2, "no.srdf: error: this file does not exist"),
    "a directory": (["."], 2, "is a directory"),
    "a wrong base": (["arm.urdf", "--base", "free"], 64, "floating"),
    "an unknown contact": (["arm.urdf", "--contacts", "upper,hand"], 2, "the URDF has no link 'hand' [unknown-link]"),
    "a comma too many": (["arm.urdf", "--contacts", "upper,"], 2, "--contacts upper,: error: the URDF has no link ''"),
    "a pose without SRDF": (["arm.urdf", "--homing", "up"], 2, "[unknown-pose]"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_and_nothing_is_written(arm, mistake):
    arguments, status, text = MISTAKES[mistake]
    run = import_(*arguments, cwd=arm)
    assert run.returncode == status and text in run.stderr, run.stderr
    assert run.stdout == "" and sorted(path.name for path in arm.iterdir()) == ["arm.urdf"]


def test_broken_xml_is_told_at_its_place(arm):
    (arm / "arm.urdf").write_text(ARM.replace("</joint>\n</robot>", "</jiont>\n</robot>"))
    run = import_("arm.urdf", cwd=arm)
    assert run.returncode == 2
    assert run.stderr == (
        "arm.urdf:9:5: error: this does not close <joint>, which is open here [xml-syntax]\n"
        "    </jiont>\n"
        "      ^~~~~~\n"
        "arm.urdf:6:3: note: <joint> 'elbow' begins here\n")


def test_a_comment_of_10_mb_is_read_over(arm):
    (arm / "arm.urdf").write_text(ARM.replace("<link", f"<!--{'x' * 99}\n{('y' * 99 + chr(10)) * 100_000}-->\n<link", 1))
    assert import_("arm.urdf", cwd=arm).returncode == 0


def test_a_value_of_10_mb_is_told_without_printing_it(arm):
    (arm / "arm.urdf").write_text(ARM.replace('"continuous"', f'"{"x" * (10 << 20)}"'))
    run = import_("arm.urdf", cwd=arm)
    assert run.returncode == 2 and "[joint-type]" in run.stderr and len(run.stderr) < 2000


@pytest.mark.parametrize("content, id", [
    ("<a/>" * ((1 << 20) + 1), "too-large"), ("<a>" * 10_000 + "</a>" * 10_000, "too-deep"), (" " * (65 << 20), "too-large")])
def test_more_than_a_description_may_have_is_refused(arm, content, id):
    (arm / "arm.urdf").write_text(ARM.replace("<link", content + "<link", 1))
    run = import_("arm.urdf", cwd=arm)
    assert run.returncode == 2 and f"[{id}]" in run.stderr and len(run.stderr) < 2000
