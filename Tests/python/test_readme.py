"""Every command that README.md and configs/README.md show is run, and what they print is what they show."""

import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BINARIES = Path(os.environ.get("CCLUSTER_BIN", ROOT / ".build" / "release"))
README = (ROOT / "README.md").read_text()


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands():
    for name in ("README.md", "configs/README.md"):
        for block in blocks((ROOT / name).read_text(), "sh"):
            if "--detach" in block:
                continue  # one session: below
            for line in block.splitlines():
                command = line.split("  #")[0].strip()
                if command:
                    yield pytest.param(command, id=f"{name}: {command}")


@pytest.mark.parametrize("command", list(commands()))
def test_a_command_shown_works(command, tmp_path):
    environment = {**os.environ, "PATH": f"{BINARIES}:{os.environ['PATH']}", "XDG_STATE_HOME": str(tmp_path)}
    run = subprocess.run(
        shlex.split(command), cwd=ROOT, env=environment, timeout=600, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert run.returncode == 0, run.stdout


def test_the_smallest_config_is_a_config(tmp_path):
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    (tmp_path / "cluster.yaml").write_text(blocks(README, "yaml")[0])
    subprocess.run([BINARIES / "ccluster", "validate", "cluster.yaml"], cwd=tmp_path, check=True, timeout=60)


def test_the_mistakes_are_told_as_shown(tmp_path):
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    config = next(block for block in blocks(README, "yaml") if block.startswith("# experiment.yaml\n"))
    (tmp_path / "experiment.yaml").write_text(config)
    run = subprocess.run(
        [BINARIES / "ccluster", "validate", "experiment.yaml"], cwd=tmp_path, timeout=60, text=True,
        capture_output=True)
    assert run.returncode == 2
    assert run.stderr in blocks(README, "text")


def test_the_output_shown_has_the_lines_that_a_run_prints():
    run = subprocess.run(
        [BINARIES / "ccluster", "launch", "configs/robots/go2/cluster.yaml"], cwd=ROOT, timeout=60, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def shape(text):
        # Figures differ from run to run; the two streams may mix in another order.
        return sorted(re.sub(r"[\d.,]*\d(e-\d+)?", "#", re.sub(r" +", " ", line)) for line in text.splitlines())

    def without_names(lines):
        # Which joint is worst, and the unit of a time, are figures as well.
        return [re.sub(r"# (µs|ms|s)\b|, \w+_joint of controller #", "", line) for line in lines]

    shown = next(block for block in blocks(README, "text") if "registered in" in block)
    assert without_names(shape(run.stdout)) == without_names(shape(shown))


def test_the_processes_beside_a_cluster_start_as_shown(tmp_path):
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    for language in ("yaml", "python"):
        for block in blocks(README, language):
            if name := re.match(r"# (training\.yaml|policy\.py)\n", block):
                (tmp_path / name[1]).write_text(block)
    run = subprocess.run(
        [BINARIES / "ccluster", "launch", "training.yaml", "--name", f"test-{os.getpid()}-training"], cwd=tmp_path,
        timeout=60, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)})
    assert run.returncode == 0, run.stdout
    shown = next(block for block in blocks(README, "text") if "weights are here" in block)

    def lines(text):
        # Figures, the run's name, and who is ready first differ.
        text = re.sub(r"▸ \S+", "▸ NAME", text)
        return {re.sub(r"[\d.]+ (µs|ms|s)$", "TIME", re.sub(r" +│", " │", line)) for line in text.splitlines()}

    assert lines(shown) <= lines(run.stdout), run.stdout


def test_an_imported_robot_looks_as_shown():
    text = (ROOT / "configs" / "README.md").read_text()
    command = next(line for line in "".join(blocks(text, "sh")).splitlines() if line.startswith("ccluster robot import"))
    run = subprocess.run(
        [BINARIES / "ccluster", *shlex.split(command)[1:]], cwd=ROOT, timeout=60, text=True, capture_output=True, check=True)
    assert run.stdout in blocks(text, "yaml")


def test_the_sweep_shown_has_its_table_and_its_files(tmp_path):
    command = next(
        line for block in blocks(README, "sh") for line in block.splitlines() if "--sweep" in line)
    run = subprocess.run(
        [BINARIES / "ccluster", *shlex.split(command)[1:]], cwd=ROOT, timeout=60, text=True, capture_output=True,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)})
    shown = next(block for block in blocks(README, "text") if block.startswith("  point"))

    def cells(text):
        # Up to the steps they are the same in each run; behind them stand figures.
        return [line.split()[:5] for line in text.splitlines()]

    assert cells(run.stdout) == cells(shown)
    assert run.stdout.splitlines()[0].split() == shown.splitlines()[0].split()
    tree = next(block for block in blocks(README, "text") if "sweep.json" in block)
    names = {re.split(r"  +", line.strip())[0].rstrip("/") for line in tree.splitlines()[1:]}
    sweep, = (tmp_path / "ccluster/go2").iterdir()
    assert names == {"sweep.json", *os.listdir(sweep / "001-controllers.count=4,horizon.nodes=21"),
                     "001-controllers.count=4,horizon.nodes=21"}


def run_session(block, known, name, directory):
    """The commands of a block in order, each to its end; those that go on are interrupted once they have printed something. What
    they print."""
    environment = {**os.environ, "PATH": f"{BINARIES.resolve()}:{os.environ['PATH']}", "XDG_STATE_HOME": str(directory)}
    outputs = []
    try:
        for line in block.splitlines():
            words = [name if word == known else word for word in shlex.split(line.split("  #")[0])]
            if words[1] == "launch" and name not in words:
                words += ["--name", name]
            process = subprocess.Popen(
                words, cwd=ROOT, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT)
            goes_on = words[1] == "attach" or "-f" in words
            if goes_on:
                assert process.stdout.readline()
                process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
            assert process.returncode in ((0, -signal.SIGINT) if goes_on else (0,)), (line, output)
            outputs.append(output)
    finally:
        subprocess.run([BINARIES / "ccluster", "stop", name], capture_output=True, timeout=60)
    return outputs


def sessions():
    return [block for block in blocks(README, "sh") if "--detach" in block]


def test_the_session_shown_works_from_its_launch_to_its_end(tmp_path):
    name = f"test-{os.getpid()}-readme"
    assert len(run_session(sessions()[0], "go2", name, tmp_path)) == 13
    shown = next(block for block in blocks(README, "text") if block.startswith("NAME"))
    assert shown.splitlines()[0].split() == "NAME PID STATE CONTROLLERS STEPS RATE UP CONFIG".split()
    run = next(path for path in (tmp_path / "ccluster" / name).iterdir() if path.name != "latest")
    listed = re.findall(r"^  (\S+?)/? ", next(b for b in blocks(README, "text") if "control.sock" in b), re.MULTILINE)
    assert set(listed) - {"archive", "control.sock"} == {path.name for path in run.iterdir()} - {"plan.json"}


def test_the_look_inside_works_and_prints_what_is_shown(tmp_path):
    outputs = run_session(sessions()[1], "look", f"test-{os.getpid()}-look", tmp_path)
    assert len(outputs) == 8 and outputs[1].startswith("BUFFER") and "# TYPE ccluster_info gauge" in outputs[6]
    shown = next(block for block in blocks(README, "text") if block.startswith("look  step"))

    def shape(text):
        return [re.sub(r"-?[\d.,]+(e-\d+)?", "#", re.sub(r" +", " ", line)) for line in text.splitlines()[1:]]

    assert shape(outputs[2]) == shape(shown)
    assert outputs[3].count("\n") == 17 and outputs[4].count("rhc_status.cost=") > 3
    assert outputs[5] == "✓ rhc_references.joint_position.FL_thigh_joint = 0.9 for controller 3\n"
