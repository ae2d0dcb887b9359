"""`ccluster init` and the completion of command lines in a real bash."""

import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import BINARIES, ROBOTS, ROOT, ccluster, config_of


@pytest.mark.parametrize("robot", ROBOTS)
def test_what_is_written_is_the_robots_cluster(robot, tmp_path):
    run = ccluster("init", robot, "-o", tmp_path / "own.yaml", cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["own.yaml"]
    assert ccluster("validate", "own.yaml", cwd=tmp_path).returncode == 0
    same = json.loads(ccluster("diff", config_of(robot), tmp_path / "own.yaml", "--json").stdout)
    assert same["verdict"] == "same layout" and not same["changed"]


@pytest.mark.parametrize("robot", ["go2", "panda"])
def test_what_is_written_runs(robot, cluster, tmp_path):
    assert ccluster("init", robot, cwd=tmp_path, env={**os.environ, "PWD": str(tmp_path)}).returncode == 0
    sets = ["controllers.count=2", "simulator.parameters.tolerance=null"]
    assert cluster.run("cluster.yaml", "--steps", "20", sets=sets, cwd=tmp_path) == 0, cluster.text


def test_each_section_has_a_comment_of_one_line():
    lines = ccluster("init", "go2", "-o", "-", cwd=ROOT).stdout.splitlines()
    sections = [index for index, line in enumerate(lines) if re.match(r"\w+:", line)]
    assert [lines[index].split(":")[0] for index in sections] == [
        "ccluster", "name", "extends", "robot", "timing", "horizon", "controllers", "simulator", "dimensions", "buffers"]
    for index in sections:
        assert lines[index - 1].startswith("# ") and lines[index - 2] == ""


def test_standard_output_names_files_so_that_it_runs_from_anywhere(tmp_path):
    (tmp_path / "piped.yaml").write_text(ccluster("init", "g1", "-o", "-", cwd=ROOT).stdout)
    assert ccluster("validate", tmp_path / "piped.yaml", cwd="/").returncode == 0


def test_inside_a_project_files_are_named_relative_to_it(tmp_path):
    shutil.copytree(ROOT / "configs", tmp_path / "project/configs")
    experiment = tmp_path / "project/experiments/one"
    experiment.mkdir(parents=True)
    assert ccluster("init", "go2", cwd=experiment).returncode == 0
    assert "extends: [../../configs/robots/go2/cluster.yaml]\n" in (experiment / "cluster.yaml").read_text()
    moved = (tmp_path / "project").rename(tmp_path / "moved")
    assert ccluster("validate", moved / "experiments/one/cluster.yaml").returncode == 0


def test_a_robot_without_a_cluster_of_its_own(tmp_path):
    configs = tmp_path / "mine"
    (configs / "robots/hopper").mkdir(parents=True)
    shutil.copytree(ROOT / "configs/presets", configs / "presets")
    (configs / "robots/hopper/robot.yaml").write_text("robot: {name: hopper, joints: [hip, knee], contacts: [foot]}\n")
    run = ccluster("init", "hopper", "--config-path", configs, "-o", tmp_path / "hopper.yaml")
    assert run.returncode == 0, run.stderr
    assert ccluster("validate", tmp_path / "hopper.yaml").returncode == 0


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path):
    there = tmp_path / "cluster.yaml"
    there.write_text("mine\n")
    run = ccluster("init", "go2", cwd=tmp_path)
    assert run.returncode == 1
    assert "--force" in run.stderr
    assert there.read_text() == "mine\n"
    assert ccluster("init", "go2", "--force", cwd=tmp_path).returncode == 0
    assert there.read_text().startswith("# A cluster of go2")
    assert there.stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert list(tmp_path.iterdir()) == [there]


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path):
    run = ccluster("init", "go2", "-o", tmp_path / "missing/cluster.yaml")
    assert run.returncode == 1
    assert "No such file or directory" in run.stderr
    (tmp_path / "folder").mkdir()
    assert ccluster("init", "go2", "--force", "-o", tmp_path / "folder").returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_what_is_no_file_is_never_replaced(tmp_path):
    """A regression: `--force -o /dev/null`, run by root, put a file in the place of the machine's device."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "target.yaml").write_text("mine\n")
    (tmp_path / "link.yaml").symlink_to("target.yaml")
    for name in ("pipe", "link.yaml"):
        run = ccluster("init", "go2", "--force", "-o", tmp_path / name)
        assert run.returncode == 1
        assert "is a link or a device, and is not replaced" in run.stderr
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link.yaml").is_symlink() and (tmp_path / "target.yaml").read_text() == "mine\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "pipe", "target.yaml"]


def test_without_a_robot_those_that_there_are_are_listed():
    run = ccluster("init", cwd=ROOT)
    assert run.returncode == 0
    assert [line.split()[0] for line in run.stdout.splitlines()] == ROBOTS


def test_an_unknown_robot_is_told_with_the_one_meant(tmp_path):
    run = ccluster("init", "go3", cwd=tmp_path)
    assert run.returncode == 1
    assert "there is no robot 'go3'; did you mean 'go2'?" in run.stderr
    assert "talos" in run.stderr
    assert list(tmp_path.iterdir()) == []
    assert "did you mean 'anymal_c'" in ccluster("init", "anymal", cwd=tmp_path).stderr


def test_robots_are_found_beside_an_installed_program(tmp_path):
    (tmp_path / "bin").mkdir()
    shutil.copy(BINARIES / "ccluster", tmp_path / "bin")
    shutil.copytree(ROOT / "configs", tmp_path / "share/ccluster/configs")
    work = tmp_path / "work"
    work.mkdir()
    subprocess.run([tmp_path / "bin/ccluster", "init", "b1"], cwd=work, check=True, timeout=60)
    assert str(tmp_path / "share/ccluster/configs") in (work / "cluster.yaml").read_text()
    assert ccluster("validate", work / "cluster.yaml").returncode == 0


# MARK: Completion

COMPLETE = r"""
source <(ccluster --generate-completion-script bash)
COMP_LINE=$1
COMP_POINT=${#COMP_LINE}
read -ra COMP_WORDS <<< "$COMP_LINE"
[[ $COMP_LINE == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_ccluster ccluster "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""


def completions(line, directory):
    run = subprocess.run(
        ["bash", "-c", COMPLETE, "bash", line], cwd=directory, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PATH": f"{BINARIES}:{os.environ['PATH']}"})
    assert run.returncode == 0, run.stderr
    return [line for line in run.stdout.splitlines() if line]


@pytest.fixture
def project(tmp_path):
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    (tmp_path / "configs/robots/go2/notes.txt").write_text("no config\n")
    return tmp_path


def test_bash_completes_verbs(project):
    assert set(completions("ccluster ", project)) >= {"launch", "validate", "config", "plan", "map", "diff", "init"}
    assert completions("ccluster di", project) == ["diff"]


@pytest.mark.parametrize("verb", ["launch", "validate", "config", "plan", "map", "diff", "diff cluster.yaml"])
def test_bash_completes_yaml_files(verb, project):
    found = completions(f"ccluster {verb} ", project / "configs/robots/go2")
    assert {"cluster.yaml", "robot.yaml", "long-horizon"} <= set(found)
    assert "notes.txt" not in found


def test_bash_completes_robots(project):
    assert completions("ccluster init ", project) == ROBOTS
    assert completions("ccluster init go", project) == ["go2"]


@pytest.mark.parametrize("verb", ["launch", "validate", "config", "plan", "map"])
def test_bash_completes_paths_of_the_config_on_the_line(verb, project):
    line = f"ccluster {verb} configs/robots/go2/cluster.yaml --set "
    assert completions(line + "horizon.", project) == ["horizon.nodes", "horizon.dt"]
    assert completions(line + "robot.limits.FL_hip_joint.", project) == [
        f"robot.limits.FL_hip_joint.{limit}" for limit in ("position", "velocity", "effort")]
    assert completions(f"ccluster {verb} missing.yaml --set horizon.", project) == []


def test_bash_completes_paths_to_sweep(project):
    line = "ccluster launch configs/robots/go2/cluster.yaml --sweep "
    assert completions(line + "horizon.", project) == ["horizon.nodes", "horizon.dt"]
    assert "--point" not in completions(line.replace("--sweep ", "--"), project)


def test_every_path_that_is_offered_is_a_key_of_the_config(project):
    offered = completions("ccluster config configs/robots/go2/cluster.yaml --set ", project)
    resolved = ccluster("config", "configs/robots/go2/cluster.yaml", cwd=project).stdout
    assert len(offered) > 100
    assert len(offered) == len([line for line in resolved.splitlines() if not line.endswith(":")]) - 1
    for path in offered[:: len(offered) // 12]:
        run = ccluster("config", "configs/robots/go2/cluster.yaml", "--set", f"{path}=", cwd=project)
        assert "unknown-key" not in run.stderr and "override-syntax" not in run.stderr, run.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_made(shell):
    assert "init" in ccluster("--generate-completion-script", shell).stdout
