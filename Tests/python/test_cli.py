"""What the command line takes, prints and returns."""

import fcntl
import json
import os
import pty
import select
import subprocess
import termios
import time

import pytest
from conftest import BINARIES, ROBOTS, ccluster, config_of, wait_until

GO2 = str(config_of("go2"))


@pytest.mark.parametrize("robot", ROBOTS)
def test_shipped_configs_are_valid(robot):
    run = ccluster("validate", str(config_of(robot)))
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.count("\n") == 1


MISTAKES = {
    "no such file": (["validate", "nowhere.yaml"], 2, "nowhere.yaml"),
    "a directory": (["validate", "/tmp"], 2, "directory"),
    "no file": (["validate"], 64, "<files>"),
    "an unknown verb": (["lunch", GO2], 64, "lunch"),
    "an unknown option": (["launch", GO2, "--stepz", "5"], 64, "--steps"),
    "a typo in --set": (["validate", GO2, "--set", "controllers.cuont=4"], 2, "did you mean 'count'?"),
    "--set without a value": (["validate", GO2, "--set", "controllers.count"], 2, "="),
    "--set of a wrong type": (["validate", GO2, "--set", "controllers.count=many"], 2, "controllers.count"),
    "a time without unit": (["launch", GO2, "--for", "10"], 64, "10s"),
    "a time that is none": (["launch", GO2, "--for", "soon"], 64, "10s"),
    "steps that are no number": (["launch", GO2, "--steps", "ten"], 64, "--steps"),
    "negative steps": (["launch", GO2, "--steps=-1"], 2, "simulator.steps"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_a_sentence_that_helps(mistake):
    arguments, status, help_text = MISTAKES[mistake]
    run = ccluster(*arguments)
    assert run.returncode == status, run.stderr
    assert run.stdout == ""
    assert help_text in run.stderr
    assert "Fatal" not in run.stderr


@pytest.mark.parametrize("verb", ["validate", "config", "plan", "map", "launch"])
def test_every_verb_shows_where_a_mistake_in_the_file_is(tmp_path, verb):
    (tmp_path / "cluster.yaml").write_text(
        f"ccluster: 1\nname: x\nextends: [{GO2}]\ncontrollers:\n  cuont: 4\n")
    run = ccluster(verb, "cluster.yaml", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    lines = run.stderr.splitlines()
    assert lines[0].startswith("cluster.yaml:5:3: error: ")
    place = next(line for line in lines if "cuont: 4" in line).index("cuont")
    assert any(line[place:].startswith("^") for line in lines), "a caret stands under the culprit"
    assert "count" in run.stderr.replace("cuont", "")


@pytest.mark.parametrize("verb", ["config", "plan", "map", "launch"])
@pytest.mark.parametrize("file", ["nowhere.yaml", "/tmp"])
def test_every_verb_says_which_file_it_cannot_read(verb, file):
    run = ccluster(verb, file)
    assert (run.returncode, run.stdout) == (2, "")
    assert file in run.stderr and "Fatal" not in run.stderr


def test_help_and_version_are_data():
    for arguments in (["--help"], ["--version"], ["launch", "--help"], ["help", "map"]):
        run = ccluster(*arguments)
        assert run.returncode == 0 and run.stdout and not run.stderr, arguments


def test_the_map_has_the_documented_names():
    planned = json.loads(ccluster("map", GO2, "--json").stdout)
    assert set(planned) == {"segment", "size", "layout_hash", "buffers"}
    for buffer in planned["buffers"]:
        assert set(buffer) == {"name", "writer", "per", "sync", "rows", "offset", "row_stride", "fields"}
        for field in buffer["fields"]:
            assert set(field) == {"name", "dtype", "shape", "strides", "offset", "unit", "columns"}


def test_a_launch_prints_what_processes_print_where_they_print_it(cluster, tmp_path):
    script = tmp_path / "simulator.sh"
    script.write_text("#!/bin/bash\necho data\necho news >&2\n")
    script.chmod(0o755)
    run = ccluster("launch", GO2, "--set", f"name={cluster.name}", "--set", "controllers.count=1",
                   "--set", f"simulator.program={{command: [{script}]}}")
    assert run.returncode == 0
    assert run.stdout == "simulator    │ data\n"
    assert "simulator    │ news\n" in run.stderr and "1 controller registered" in run.stderr
    assert "\x1b" not in run.stdout + run.stderr and "\r" not in run.stdout + run.stderr


def test_data_goes_to_standard_output_and_nothing_else_does():
    for verb in ("config", "plan", "map"):
        run = ccluster(verb, GO2)
        assert run.returncode == 0 and run.stderr == "" and "\x1b" not in run.stdout, verb


def test_validate_prints_one_object(tmp_path):
    (tmp_path / "broken.yaml").write_text("ccluster: 1\nname: x\nrobot: {joints: [a]}\ncontrollers: {count: 0}\n")
    run = ccluster("validate", "--json", "broken.yaml", cwd=tmp_path)
    assert run.returncode == 2
    result = json.loads(run.stdout)
    assert result["valid"] is False
    first = result["diagnostics"][0]
    assert set(first) >= {"id", "severity", "message", "file", "line", "column", "end_line", "end_column", "notes"}
    assert (first["severity"], first["line"], first["column"]) == ("error", 4, 22)
    assert json.loads(ccluster("validate", "--json", GO2).stdout) == {"valid": True, "diagnostics": []}


def test_the_plan_is_the_same_every_time():
    first = ccluster("plan", GO2, "--json").stdout
    assert first == ccluster("plan", GO2, "--json").stdout
    names = [process["name"] for process in json.loads(first)["processes"]]
    assert names == ["server", *(f"controller-{slot}" for slot in range(16)), "simulator"]
    assert "digraph" in ccluster("plan", GO2, "--format", "dot").stdout


def test_origins_name_file_override_and_default():
    text = ccluster("config", GO2, "--origin", "--set", "controllers.threads=2").stdout
    lines = {line.split(":")[0].strip(): line for line in text.splitlines()}
    assert "--set" in lines["threads"]
    assert "cluster.yaml:" in lines["cluster_dt"]
    assert "robot.yaml:" in lines["mass"]
    assert "default" in lines["startup_timeout"]


def test_the_resolved_config_has_the_same_plan(tmp_path):
    for name, arguments in (("go2", ["--set", "controllers.threads=2"]), ("talos", []), ("panda", [])):
        arguments = [str(config_of(name)), *arguments]
        (tmp_path / "resolved.yaml").write_text(ccluster("config", *arguments).stdout)
        for verb in (["plan", "--json"], ["map", "--json"], ["config"]):
            assert ccluster(*verb, *arguments).stdout == ccluster(*verb, str(tmp_path / "resolved.yaml")).stdout


def test_the_config_as_json_with_and_without_origins(tmp_path):
    (tmp_path / "over.yaml").write_text("robot: {mass: 16}\n")
    arguments = ["config", "--json", GO2, str(tmp_path / "over.yaml"), "--set", "horizon.nodes=9"]
    plain, origins = (json.loads(ccluster(*arguments, *more).stdout) for more in ([], ["--origin"]))
    assert (plain["robot"]["mass"], plain["horizon"]) == (16, {"nodes": 9, "dt": 0.04})
    assert origins["horizon"]["nodes"] == {
        "value": 9, "origin": {"kind": "set", "file": "--set horizon.nodes=9", "line": 1, "column": 15}}
    assert origins["robot"]["mass"] == {
        "value": 16, "origin": {"kind": "file", "file": str(tmp_path / "over.yaml"), "line": 1, "column": 15}}
    assert origins["robot"]["joints"]["value"] == plain["robot"]["joints"]
    assert origins["controllers"]["activate"] == {"value": True, "origin": {"kind": "default"}}


def test_extends_looks_along_the_config_path(tmp_path, monkeypatch):
    (tmp_path / "cluster.yaml").write_text(
        "name: ${env:WHO}\nextends: [presets/rhc.yaml, robots/go2/robot.yaml]\ncontrollers: {count: 2}\n")
    configs = str(config_of("go2").parents[2])
    monkeypatch.setenv("WHO", "nobody")
    run = ccluster("validate", "cluster.yaml", cwd=tmp_path)
    assert run.returncode == 2 and "tried" in run.stderr and "share/ccluster/configs/presets/rhc.yaml" in run.stderr
    assert ccluster("validate", "cluster.yaml", "--config-path", configs, cwd=tmp_path).returncode == 0
    monkeypatch.setenv("CCLUSTER_CONFIG_PATH", f"/nowhere:{configs}")
    run = ccluster("config", "cluster.yaml", "--origin", cwd=tmp_path)
    assert run.returncode == 0 and "# cluster.yaml:1, $WHO\n" in run.stdout


def test_files_merge_and_validate_checks_each(tmp_path):
    (tmp_path / "over.yaml").write_text("controllers: {count: 3}\n")
    over = str(tmp_path / "over.yaml")
    assert "  count: 3\n" in ccluster("config", GO2, over).stdout
    assert ccluster("validate", GO2, over).returncode == 2
    run = ccluster("validate", GO2, str(config_of("talos")), "--overlay", over)
    assert run.returncode == 0 and run.stdout.count(": 3 controllers") == 2
    run = ccluster("config", GO2, "--set", "robot.joints[0]=knee")
    assert run.returncode == 2 and "robot.joints[0] is final" in run.stderr and "robot.yaml:" in run.stderr


def test_colour_only_on_a_terminal(tmp_path):
    (tmp_path / "broken.yaml").write_text("ccluster: 1\n")
    assert "\x1b" not in ccluster("validate", "broken.yaml", cwd=tmp_path).stderr


def on_a_terminal(arguments, environment=None):
    """What a person sees, byte by byte, and the exit status."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [BINARIES / "ccluster", *arguments], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env={**os.environ, "TERM": "xterm", "NO_COLOR": "", **(environment or {})})
    os.close(slave)
    shown = b""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([master], [], [], 1)[0]:
            if process.poll() is not None:
                break
            continue
        try:
            data = os.read(master, 1 << 16)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(master)
    return shown.decode(), process.wait(10)


def test_a_launch_on_a_terminal_redraws_and_leaves_a_clean_screen(cluster):
    shown, status = on_a_terminal(["launch", GO2, "--set", f"name={cluster.name}", "--set", "controllers.count=4",
                                   "--set", "simulator.steps=3000"])
    assert status == 0
    assert "registering" in shown and "\r\x1b[K" in shown and "real time" in shown
    screen = [line.split("\r\x1b[K")[-1] for line in shown.replace("\r\n", "\n").split("\n")]
    assert not any("registering" in line for line in screen), "the bar is gone in the end"
    assert screen[-1] == ""


def test_control_c_at_a_terminal_ends_the_run_with_130(cluster):
    master, slave = pty.openpty()

    def control():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    cluster.launcher = subprocess.Popen(
        [BINARIES / "ccluster", "launch", GO2, "--set", f"name={cluster.name}", "--set", "controllers.count=2",
         "--steps", "0", "--set", "simulator.parameters={tolerance: null}"], stdin=slave, stdout=slave, stderr=slave,
        start_new_session=True, preexec_fn=control, env={**os.environ, "TERM": "xterm"})
    os.close(slave)
    shown = bytearray()

    def read():
        while select.select([master], [], [], 0)[0]:
            try:
                data = os.read(master, 1 << 16)
            except OSError:
                return False  # the other end is closed
            shown.extend(data)
        return True

    wait_until(lambda: read() and "× real time".encode() in shown, what="the status line")
    os.write(master, b"\x03")
    wait_until(lambda: not read() or cluster.launcher.poll() is not None, what="the end")
    assert cluster.wait(10) == 130
    read()
    os.close(master)
    text = shown.decode().replace("\r\n", "\n")
    assert "SIGINT received" in text and "cluster steps" in text, "the simulator was not interrupted itself"
    assert text.endswith("\n"), "the live line is gone"


def test_no_color_is_honoured(cluster):
    shown, status = on_a_terminal(["launch", GO2, "--set", f"name={cluster.name}", "--set", "controllers.count=2"],
                                  {"NO_COLOR": "1"})
    assert status == 0
    assert "\x1b[3" not in shown and "\x1b[1m" not in shown


def test_a_reader_that_goes_away_does_not_end_the_run(cluster):
    run = subprocess.run(
        f"{BINARIES}/ccluster launch {GO2} --set name={cluster.name} --set controllers.count=2 2>&1 | head -1; "
        "echo ${PIPESTATUS[0]}", shell=True, executable="/bin/bash", capture_output=True, text=True, timeout=60)
    assert run.stdout.splitlines()[-1] == "0"


@pytest.mark.parametrize("verb, hint", [
    ("lunch", "did you mean 'launch'?"), ("cluster.yaml", "'ccluster launch cluster.yaml' runs it"), ("frobnicate", "commands: launch, ")])
def test_a_verb_that_there_is_not_says_which_was_meant(verb, hint):
    result = ccluster(verb)
    assert result.returncode == 64
    assert f"there is no command '{verb}'" in result.stderr and hint in result.stderr
