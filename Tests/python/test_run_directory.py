"""The directory of a run: from it alone the run can be understood and repeated, whatever becomes of the disk."""

import fcntl
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import BINARIES, ROOT, ccluster, config_of, is_refusal, read_yaml, wait_until

GO2 = config_of("go2")
SHORT = ["controllers.count=2", "simulator.steps=20"]
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"


def program(directory, text, name="program.sh"):
    file = directory / name
    file.write_text("#!/bin/bash\n" + text)
    file.chmod(0o755)
    return f"{{command: [{file}]}}"


def runs(cluster):
    return sorted(path for path in (cluster.state / "ccluster" / cluster.name).iterdir() if path.name != "latest")


def events(run):
    return [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]


def git(directory, *arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@t"]
    return subprocess.run(
        ["git", "-C", directory, *identity, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def test_a_launch_that_loses_its_name_to_another_leaves_no_directory(cluster):
    """It was never a run. The other one has its memory and nothing in it yet, so that nobody knows of it beforehand."""
    with open(cluster.memory, "wb") as memory:
        fcntl.flock(memory, fcntl.LOCK_EX)
        assert cluster.run(GO2, sets=SHORT) == 1
        cluster.memory.unlink()
    assert is_refusal(cluster.text), cluster.text
    assert runs(cluster) == []


def test_a_run_leaves_what_it_was_made_of_and_what_happened(cluster, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a.txt").write_text("kept")
    assert cluster.run(GO2, sets=[*SHORT, f"archive=[{tmp_path}/notes, {tmp_path}/gone]"]) == 0, cluster.text
    assert "not archived: read" in cluster.text, "what is not there is told"
    run, = runs(cluster)
    assert (run.parent / "latest").resolve() == run
    assert sorted(path.name for path in run.iterdir()) == [
        "archive", "config.yaml", "events.jsonl", "logs", "plan.json", "plan.txt", "run.json", "summary.json"]
    assert (run / "archive/notes/a.txt").read_text() == "kept"

    # It can be repeated: the config is the one that ran, and says where its values come from.
    config = read_yaml(run / "config.yaml")
    assert config["name"] == cluster.name and config["simulator"]["steps"] == 20
    assert "# --set" in (run / "config.yaml").read_text() and "robot.yaml:" in (run / "config.yaml").read_text()
    assert ccluster("plan", run / "config.yaml").stdout == (run / "plan.txt").read_text()
    assert json.loads(ccluster("plan", run / "config.yaml", "--json").stdout) == json.loads((run / "plan.json").read_text())

    facts = json.loads((run / "run.json").read_text())
    assert facts["name"] == cluster.name and facts["launcher"] == cluster.launcher.pid
    assert facts["command"][1:3] == ["launch", str(GO2)] and facts["files"][0] == str(GO2)
    assert facts["git"]["revision"] == git(ROOT, "rev-parse", "HEAD")
    machine = facts["machine"]
    assert machine["kernel"].split()[1] == os.uname().release and machine["cores"] == sorted(os.sched_getaffinity(0))
    assert machine["memory"] == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")

    told = events(run)
    order = ["started", "created", "started", "started", "registered", "running", "started", "ended"]
    assert [event["what"] for event in told] == order
    assert [event["process"] for event in told if event["what"] == "started"] == [
        "server", "controller-0", "controller-1", "simulator"]
    assert all(re.fullmatch(TIME, event["time"]) for event in told)
    moments = [event["monotonic"] for event in told]
    assert moments == sorted(moments)

    lines = (run / "logs/simulator.log").read_text().splitlines()
    assert re.fullmatch(TIME + r" out go2: 2 controllers|" + TIME + rf" out {cluster.name}: 2 controllers", lines[0]), lines
    assert json.loads((run / "summary.json").read_text())["steps"] == 20


def test_the_revision_is_the_configs_and_dirty_when_one_of_its_files_is(cluster, tmp_path):
    (tmp_path / "cluster.yaml").write_text(f"extends: [{GO2}, own.yaml]\n")
    (tmp_path / "own.yaml").write_text("horizon: {nodes: 11}\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "cluster.yaml", "own.yaml")
    git(tmp_path, "commit", "-qm", "x")
    (tmp_path / "other").write_text("not the config's")
    revision = git(tmp_path, "rev-parse", "HEAD")

    def launched():
        assert cluster.run(tmp_path / "cluster.yaml", sets=SHORT) == 0, cluster.text
        return json.loads((runs(cluster)[-1] / "run.json").read_text())["git"]

    assert launched() == {"revision": revision, "dirty": False}
    (tmp_path / "own.yaml").write_text("horizon: {nodes: 12}\n")
    assert launched() == {"revision": revision, "dirty": True}


def test_logs_are_put_aside_when_they_are_full(cluster, tmp_path):
    chatty = program(tmp_path, "for i in $(seq 1000 1999); do echo line $i; done; echo WARNING: low >&2\n")
    assert cluster.run(GO2, sets=[
        "controllers.count=1", f"simulator.program={chatty}", "logs={size: 4 kB, keep: 2}"]) == 0, cluster.text
    logs = runs(cluster)[0] / "logs"
    assert sorted(path.name for path in logs.iterdir()) == ["simulator.log", "simulator.log.1", "simulator.log.2"]
    kept = [line for number in (".2", ".1", "") for line in (logs / f"simulator.log{number}").read_text().splitlines()]
    assert all(path.stat().st_size <= 4000 for path in logs.iterdir())
    numbers = [int(line.split()[3]) for line in kept if " out line " in line]
    assert numbers == list(range(2000 - len(numbers), 2000)) and len(numbers) > 200
    assert sum(" err WARNING: low" in line for line in kept) == 1


def test_a_failed_process_is_named_with_its_last_words(cluster, tmp_path):
    failing = program(tmp_path, "seq 1 9 >&2; echo 'ValueError: no such joint' >&2; kill -SEGV $$\n")
    assert cluster.run(GO2, sets=["controllers.count=1", f"simulator.program={failing}"]) == 128 + 11
    run, = runs(cluster)
    assert "✗ the simulator was killed by SIGSEGV" in cluster.text
    words = cluster.text[cluster.text.index("simulator had printed last"):]
    assert str(run / "logs/simulator.log") in words.splitlines()[0]
    assert [line.strip("│ ") for line in words.splitlines()[1:6]] == ["6", "7", "8", "9", "ValueError: no such joint"]
    told = [event for event in events(run) if event["what"] == "last-words"]
    assert [event["process"] for event in told] == ["simulator"] and "ValueError" in told[0]["why"]
    assert json.loads((run / "summary.json").read_text())["reason"] == "the simulator was killed by SIGSEGV"


def test_a_dumped_core_is_told(cluster, tmp_path):
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    failing = program(tmp_path, f"cd {tmp_path}; ulimit -c unlimited || exit 77; kill -ABRT $$\n")
    status = cluster.run(GO2, sets=["controllers.count=1", f"simulator.program={failing}"])
    if status == 77 or not pattern:
        pytest.skip("this machine lets no process dump its memory")
    if "its memory was dumped" not in cluster.text:
        pytest.skip(f"the kernel wrote no core with the pattern {pattern!r}")
    assert "its memory was dumped" in cluster.text


# --- When there is no place to write ---------------------------------------------------------------------------------------


def test_a_state_directory_that_cannot_be_written_is_told_once_and_the_run_goes_on(cluster, tmp_path):
    (tmp_path / "file").write_text("")
    assert cluster.run(GO2, sets=SHORT, environment={"XDG_STATE_HOME": str(tmp_path / "file")}) == 0, cluster.text
    assert cluster.text.count("the run goes on without a directory of its own") == 1
    assert "20 steps" in cluster.text


def test_a_log_that_cannot_be_written_is_told_once_and_the_run_goes_on(cluster, tmp_path):
    """As on a full disk, of which a root user's test has none: the log's place is taken by a directory."""
    (tmp_path / "run/logs/simulator.log").mkdir(parents=True)
    chatty = program(tmp_path, "for i in 1 2 3 4 5; do echo line $i; sleep 0.05; done\n")
    status = cluster.run(GO2, "--run-dir", tmp_path / "run", sets=["controllers.count=1", f"simulator.program={chatty}"])
    assert status == 0, cluster.text
    assert cluster.text.count("the run goes on, and what it prints is lost as long as that lasts") == 1
    assert cluster.text.count("│ line") == 5, "the terminal is shown all of it"
    assert [event["what"] for event in events(tmp_path / "run")].count("warning") == 1
    assert json.loads((tmp_path / "run/summary.json").read_text())["status"] == 0


# --- Old runs ----------------------------------------------------------------------------------------------------------------


def test_old_runs_make_room_and_what_is_no_run_stays(cluster):
    own = cluster.state / "ccluster" / cluster.name
    for _ in range(2):
        assert cluster.run(GO2, sets=SHORT) == 0
    (own / "notes").mkdir()
    (own / "2026-01-01T00-00-00Z").mkdir()
    renamed = runs(cluster)[1].rename(own / "the good one")
    for _ in range(3):
        assert cluster.run(GO2, sets=[*SHORT, "runs.keep=2"]) == 0, cluster.text
    names = [path.name for path in runs(cluster)]
    assert {"notes", "2026-01-01T00-00-00Z", renamed.name} < set(names) and len(names) == 5
    assert json.loads((runs(cluster)[-3] / "run.json").read_text())["launcher"], "the newest ones stayed"


def test_a_launch_that_loses_its_name_to_another_does_not_hide_the_run_that_has_it(cluster):
    assert cluster.run(GO2, sets=SHORT) == 0
    first = runs(cluster)[0]
    # As a server does that is about to fill it.
    path = Path("/dev/shm") / cluster.segment[1:]
    with open(path, "w") as memory:
        fcntl.flock(memory, fcntl.LOCK_EX)
        try:
            assert cluster.run(GO2, sets=SHORT) == 1 and is_refusal(cluster.text), cluster.text
        finally:
            path.unlink()
    assert (first.parent / "latest").resolve() == first


def test_two_launches_do_not_share_a_directory(cluster, tmp_path):
    run = tmp_path / "run"
    cluster.start(GO2, "--run-dir", run, sets=["controllers.count=1", "simulator.steps=0"])
    cluster.wait_for_text("registered in")
    other = ccluster("launch", GO2, "--name", cluster.name + "-b", "--run-dir", run, "--set", "controllers.count=1")
    assert other.returncode == 1 and "is being written by another launch" in other.stderr
    cluster.send(10)
    assert cluster.wait() == 128 + 10, "SIGUSR1, which Slurm sends before the time is up, ends it in order"
    summary = json.loads((run / "summary.json").read_text())
    assert summary["reason"] == "SIGUSR1 received" and summary["steps"] > 0
