"""`ccluster diff` on files and on the revisions of a git repository made for the test."""

import json
import os
import pty
import shutil
import signal
import subprocess
import time

import pytest
from conftest import BINARIES, ROBOTS, ROOT, ccluster, config_of, wait_until

GROUPS = ["layout", "topology", "behaviour", "cosmetic"]


def git(repository, *arguments):
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    return subprocess.run(
        ["git", "-c", "user.name=test", "-c", "user.email=test@localhost", *arguments], cwd=repository, check=True,
        capture_output=True, text=True, env=environment).stdout


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where the program puts its temporary files; it must be empty in the end."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setenv("TMPDIR", str(directory))
    yield directory
    assert list(directory.iterdir()) == []


@pytest.fixture
def repository(tmp_path, temporary):
    """Go2's configs; the first commit has another mass in the robot, which the config extends."""
    made = tmp_path / "repository"
    shutil.copytree(ROOT / "configs", made / "configs")
    robot = made / "configs/robots/go2/robot.yaml"
    (made / "binary").write_bytes(bytes(range(256)))
    now = robot.read_text()
    robot.write_text(now.replace("mass: ", "mass: 1"))
    git(made, "init", "-q", "-b", "main")
    git(made, "add", "-A")
    git(made, "commit", "-q", "-m", "first")
    robot.write_text(now)
    git(made, "commit", "-q", "-a", "-m", "second")
    return made


GO2 = "configs/robots/go2/cluster.yaml"


def changes(run):
    return {group: [change["path"] for change in entries] for group, entries in json.loads(run.stdout)["changes"].items()}


@pytest.mark.parametrize("robot", ROBOTS)
def test_a_config_does_not_differ_from_itself(robot):
    run = ccluster("diff", config_of(robot), config_of(robot))
    assert run.returncode == 0
    assert run.stdout.startswith("✓ same layout: ") and run.stdout.count("\n") == 1


def test_two_robots_need_other_programs():
    run = ccluster("diff", config_of("go2"), config_of("talos"))
    assert run.returncode == 1
    assert "programs must be changed" in run.stdout
    assert "robot_state.joint_position: its shape is [32], not [12]" in run.stdout


def test_the_object_has_what_its_documentation_says(tmp_path):
    (tmp_path / "new.yaml").write_text(
        f"extends: [{config_of('go2')}]\n"
        "robot: {version: '2', limits: {FL_hip_joint: {velocity: 25}}}\n"
        "controllers: {count: 32}\n"
        "buffers: {rhc_status: {fields: {residual: [3]}}}\n")
    run = ccluster("diff", config_of("go2"), tmp_path / "new.yaml", "--json")
    found = json.loads(run.stdout)
    assert run.returncode == 0
    assert found["verdict"] == "attach by name works" and found["attaches"] and found["changed"]
    assert list(found["changes"]) == GROUPS
    assert changes(run) == {
        "layout": ["buffers.rhc_status.fields.residual"], "topology": ["controllers.count"],
        "behaviour": ["robot.limits.FL_hip_joint.velocity"], "cosmetic": ["robot.version"]}
    assert found["changes"]["behaviour"][0] == {
        "path": "robot.limits.FL_hip_joint.velocity", "old": "30.1", "new": "25", "unit": "rad/s or m/s"}
    assert found["changes"]["layout"][0]["old"] is None
    assert found["layout_hash"]["old"] != found["layout_hash"]["new"]
    maps = [json.loads(ccluster("map", path, "--json").stdout) for path in (config_of("go2"), tmp_path / "new.yaml")]
    assert [found["layout_hash"][side] for side in ("old", "new")] == [map["layout_hash"] for map in maps]
    assert {"buffer": "rhc_status", "field": None, "property": "rows", "old": 16, "new": 32} in found["memory"]


def test_a_revision_is_read_with_what_it_extends(repository):
    for command in ("HEAD~1:" + GO2, "main~1:./" + GO2):
        run = ccluster("diff", command, GO2, "--json", cwd=repository)
        assert run.returncode == 0, run.stderr
        assert changes(run)["behaviour"] == ["robot.mass"]
        assert sum(len(paths) for paths in changes(run).values()) == 1
    inside = ccluster("diff", "HEAD~1:../go2/cluster.yaml", "HEAD:./cluster.yaml", "--json",
                      cwd=repository / "configs/robots/go2")
    assert changes(inside)["behaviour"] == ["robot.mass"], inside.stderr


def test_a_revision_is_not_what_lies_there_now(repository):
    presets = sorted(path.name for path in (repository / "configs/presets").iterdir())
    shutil.rmtree(repository / "configs/presets")
    run = ccluster("diff", "HEAD:" + GO2, "HEAD:" + GO2, cwd=repository)
    assert run.returncode == 0, run.stderr
    assert git(repository, "status", "--porcelain") == "".join(f" D configs/presets/{name}\n" for name in presets)


def test_paths_in_a_revision_lead_into_the_repository(repository):
    config = repository / "own.yaml"
    config.write_text(
        f"extends: [{GO2}]\narchive: [notes.txt]\nrobot: {{urdf: go2.urdf}}\n"
        "controllers: {program: {command: [./mpc], directory: .}}\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "own")
    run = ccluster("diff", "HEAD:own.yaml", "own.yaml", cwd=repository)
    assert run.stdout.startswith("✓ same layout") and run.stdout.count("\n") == 1, run.stdout


def test_a_config_may_extend_files_of_any_name_and_through_links(repository):
    shutil.move(repository / "configs/presets/rhc.yaml", repository / "configs/presets/rhc.conf")
    config = repository / GO2
    config.write_text(config.read_text().replace("rhc.yaml", "rhc.conf"))
    (repository / "configs/linked").symlink_to("robots")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "conf")
    assert ccluster("diff", "HEAD:" + GO2, GO2, cwd=repository).returncode == 0
    (repository / "through.yaml").write_text("extends: [configs/linked/go2/cluster.yaml]\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "link")
    assert ccluster("diff", "HEAD:through.yaml", GO2, cwd=repository).returncode == 0


def test_a_file_whose_name_holds_a_colon_is_that_file(repository):
    # The revision HEAD has such a path, too, and another mass there.
    (repository / "HEAD~1:configs").mkdir()
    shutil.copytree(repository / "configs", repository / "HEAD~1:configs", dirs_exist_ok=True)
    run = ccluster("diff", "HEAD~1:" + GO2, GO2, cwd=repository)
    assert run.stdout.startswith("✓ same layout") and run.stdout.count("\n") == 1


@pytest.mark.parametrize("name, message", [
    ("nonsense:" + GO2, "there is no revision 'nonsense'"),
    ("--all:" + GO2, "there is no revision '--all'"),
    ("HEAD:missing.yaml", "there is no file 'missing.yaml' in 'HEAD'"),
    ("HEAD:configs", "there is no file 'configs' in 'HEAD'"),
    ("HEAD:../../x.yaml", "there is no file '../../x.yaml' in 'HEAD'"),
    ("missing.yaml", "does not exist"),
])
def test_what_is_not_there_is_told(repository, name, message):
    run = ccluster("diff", "--", name, GO2, cwd=repository)
    assert run.returncode == 2
    assert message in run.stderr
    assert run.stdout == ""


def test_outside_a_repository_there_are_no_revisions(tmp_path, temporary):
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    run = ccluster("diff", "HEAD:a.yaml", "HEAD:b.yaml", cwd=tmp_path, env=environment)
    assert run.returncode == 2
    assert "git repository" in run.stderr


def test_problems_of_a_revision_are_told_at_their_places_in_it(repository, temporary):
    config = repository / GO2
    config.write_text(config.read_text().replace("count: 16", "cuont: 16"))
    git(repository, "commit", "-q", "-a", "-m", "broken")
    run = ccluster("diff", "HEAD:" + GO2, "HEAD~1:" + GO2, cwd=repository)
    assert run.returncode == 2
    line = next(n for n, text in enumerate(config.read_text().splitlines(), 1) if "cuont" in text)
    assert f"HEAD:{GO2}:{line}:3: error: unknown key 'cuont' in controllers" in run.stderr
    assert str(temporary) not in run.stderr


def test_an_interrupted_diff_leaves_nothing(repository, temporary):
    slow = repository.parent / "bin"
    slow.mkdir()
    (slow / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (slow / "git").chmod(0o755)
    run = subprocess.Popen(
        [BINARIES / "ccluster", "diff", "HEAD:" + GO2, GO2], cwd=repository,
        env={**os.environ, "PATH": f"{slow}:{os.environ['PATH']}"})
    wait_until(lambda: any(path.joinpath("errors").exists() for path in temporary.iterdir()))
    made = next(temporary.iterdir())
    assert made.stat().st_mode & 0o777 == 0o700
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    assert run.wait(20) == -signal.SIGINT
    assert time.monotonic() - began < 10


def test_colours_are_for_terminals():
    arguments = [BINARIES / "ccluster", "diff", config_of("go2"), config_of("b1")]
    assert "\x1b" not in subprocess.run(arguments, capture_output=True, text=True, timeout=60).stdout
    reader, writer = pty.openpty()
    run = subprocess.Popen(arguments, stdout=writer, env={**os.environ, "TERM": "xterm", "NO_COLOR": ""})
    os.close(writer)
    output = b""
    try:
        while chunk := os.read(reader, 65536):
            output += chunk
    except OSError:
        pass
    os.close(reader)
    assert run.wait(60) == 1
    assert b"\x1b[1mlayout\x1b[0m" in output


@pytest.mark.parametrize("old", [GO2, f"HEAD:{GO2}"], ids=["file", "revision"])
def test_a_config_beside_itself_with_settings_and_overlays(repository, old):
    (repository / "payload.yaml").write_text("robot: {mass: 21}\n")
    run = ccluster("diff", old, "--set", "controllers.count=64", "--overlay", "payload.yaml", "--json", cwd=repository)
    assert run.returncode == 0, run.stderr
    found = sum(changes(run).values(), [])
    assert "controllers.count" in found and "robot.mass" in found


def test_settings_change_both_configs_that_are_named(repository):
    both = [f"HEAD~1:{GO2}", f"HEAD:{GO2}", "--json"]
    plain, changed = (ccluster("diff", *both, *more, cwd=repository) for more in ([], ["--set", "controllers.count=64"]))
    assert "robot.mass" in sum(changes(plain).values(), [])
    assert changes(changed) == changes(plain)
    # What the one sets is what the other has: only this makes them alike.
    run = ccluster("diff", *both, "--set", "robot.mass=3", cwd=repository)
    assert "robot.mass" not in sum(changes(run).values(), [])


def test_without_a_second_config_something_must_change_the_first(repository):
    run = ccluster("diff", GO2, cwd=repository)
    assert run.returncode == 64
    assert "--set" in run.stderr


def test_a_wrong_setting_is_told_and_ends_with_2(repository):
    run = ccluster("diff", f"HEAD:{GO2}", "--set", "controllers.count=none", cwd=repository)
    assert (run.returncode, run.stdout) == (2, "")
    assert "--set controllers.count=none" in run.stderr
