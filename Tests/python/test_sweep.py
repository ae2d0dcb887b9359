"""Sweeps of the built program: every combination runs, whatever fails is told, and whatever is killed can be continued."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import BINARIES, ccluster, config_of, is_stopped, processes_of, read_yaml, wait_until
from test_launch import program

GO2 = config_of("go2")
# Short runs do not come home.
SHORT = ["--steps", "30", "--set", "simulator.parameters.tolerance=null"]


class Sweep:
    """A sweep of the Go2 with a name of its own, its runs below the test's directory."""

    def __init__(self, directory, name):
        self.name = name
        self.state = directory / "state"
        self.directory = directory
        self.process = None

    @property
    def environment(self):
        return {**os.environ, "XDG_STATE_HOME": str(self.state)}

    def command(self, *arguments):
        return [BINARIES / "ccluster", "launch", GO2, "--set", f"name={self.name}", *arguments]

    def run(self, *arguments, **options):
        return subprocess.run(
            self.command(*arguments), env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, **options)

    def start(self, *arguments):
        with open(self.directory / "output.txt", "w") as output:
            self.process = subprocess.Popen(
                self.command(*arguments), env=self.environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True)
        return self.process

    @property
    def text(self):
        return (self.directory / "output.txt").read_text()

    @property
    def newest(self):
        return sorted((self.state / "ccluster" / self.name).iterdir())[-1]

    @property
    def record(self):
        return json.loads((self.newest / "sweep.json").read_text())

    def states(self):
        return [point["state"] for point in self.record["points"]]

    def point(self, number):
        return next(self.newest.glob(f"{number:03}-*"))

    def summary(self, number):
        return json.loads((self.point(number) / "summary.json").read_text())

    def memory(self):
        return [path.name for path in Path("/dev/shm").glob(f"ccluster.{os.getuid()}.{self.name}-*")]

    def wait_for_simulators(self, count=1):
        """Until as many points have come so far that their simulator runs."""
        wait_until(lambda: sum(has_simulator(f"/{name}") for name in self.memory()) >= count, what="points to run")

    def assert_nothing_left(self, pid):
        """Neither memory nor a process of any point. (conftest looks for orphans of any kind as well.)"""
        wait_until(lambda: self.memory() == [], 10, "the memory to go")
        for number in range(1, 20):
            segment = f"/ccluster.{os.getuid()}.{self.name}-{pid}-{number:03}"
            wait_until(lambda: processes_of(segment) == [], 10, f"the processes of {segment} to end")


def has_simulator(segment):
    for pid in processes_of(segment):
        try:
            if b"ccluster-simulator" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return True
        except OSError:
            pass
    return False


@pytest.fixture
def sweep(cluster, tmp_path):
    """The cluster's fixture gives a name of its own, which conftest looks for afterwards."""
    made = Sweep(tmp_path, cluster.name)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


# --- Sweeps that end well -------------------------------------------------------------------------------------------


def test_every_combination_runs_and_is_recorded(sweep):
    run = sweep.run("--sweep", "controllers.count=1,2", "--sweep", "horizon.nodes=11,21", *SHORT)
    assert run.returncode == 0, run.stderr
    lines = [line.split("  ") for line in run.stdout.splitlines()]
    rows = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert rows[0] == [
        "point", "controllers.count", "horizon.nodes", "result", "steps", "rate", "median", "p99", "time"]
    assert [row[:5] for row in rows[1:]] == [
        ["1", "1", "11", "done", "30"], ["2", "1", "21", "done", "30"],
        ["3", "2", "11", "done", "30"], ["4", "2", "21", "done", "30"]]
    # Aligned: the columns on the right end at the same place in each line.
    assert len({len(line) for line in run.stdout.splitlines()}) == 1
    assert "\x1b" not in run.stdout + run.stderr
    # In a pipe, a line a point.
    assert len(re.findall(r"^✓ \d/4 controllers", run.stderr, re.MULTILINE)) == 4

    record = sweep.record
    assert record["status"] == 0 and record["version"] == 1 and record["name"] == sweep.name
    assert record["files"] == [str(GO2)]
    assert record["axes"] == [
        {"path": "controllers.count", "values": ["1", "2"]}, {"path": "horizon.nodes", "values": ["11", "21"]}]
    assert [point["point"] for point in record["points"]] == [
        {"controllers.count": count, "horizon.nodes": nodes} for count in (1, 2) for nodes in (11, 21)]
    for number, point in enumerate(record["points"], 1):
        directory = sweep.newest / point["directory"]
        assert directory.name == f"{number:03}-controllers.count={point['point']['controllers.count']}," \
            f"horizon.nodes={point['point']['horizon.nodes']}"
        assert sorted(path.name for path in directory.iterdir()) == [
            "config.yaml", "events.jsonl", "logs", "output.log", "plan.json", "plan.txt", "run.json", "summary.json"]
        summary = sweep.summary(number)
        for key in ("status", "reason", "seconds", "steps", "rate", "step_time", "point"):
            assert summary[key] == point[key]
        assert summary["status"] == 0 and summary["reason"] is None and summary["steps"] == 30
        assert summary["rate"] > 0 and 0 < summary["step_time"]["median"] <= summary["step_time"]["p99"]
        assert record["started"] <= summary["started"] <= summary["ended"] <= record["ended"]
        config = read_yaml(directory / "config.yaml")
        assert config["controllers"]["count"] == point["point"]["controllers.count"]
        assert config["horizon"]["nodes"] == point["point"]["horizon.nodes"]
        assert config["name"] == sweep.name
        text = (directory / "config.yaml").read_text()
        assert re.search(r"count: \d +# --sweep\n", text) and re.search(r"steps: 30 +# --set\n", text)
        assert ccluster("validate", directory / "config.yaml").returncode == 0
        log = (directory / "output.log").read_text()
        assert "registered in" in log and "✓ 30 steps at" in log and "simulator" in log
    assert not list(sweep.newest.rglob(".*")), "temporary files are gone"


def test_two_at_a_time_run_at_the_same_time(sweep, tmp_path):
    """Each waits for a file that the other makes: one after the other they would wait for ever."""
    path = program(tmp_path, f"""
        touch {tmp_path}/here-$$
        for _ in {{1..2000}}; do
          if (( $(ls {tmp_path}/here-* | wc -l) >= 2 )); then exit 0; fi
          sleep 0.01
        done
        exit 9
        """)
    run = sweep.run(
        "--sweep", "horizon.nodes=11,21", "--jobs", "2", "--set", "controllers.count=1",
        "--set", f"simulator.program={{command: [{path}]}}")
    assert run.returncode == 0, run.stdout + run.stderr
    assert sweep.states() == ["done", "done"]


def test_more_than_the_machine_has_is_a_warning_with_the_numbers(sweep):
    cores = len(os.sched_getaffinity(0))
    run = sweep.run("--sweep", f"controllers.count={cores},{cores + 1}", "--jobs", "2", "--dry-run")
    assert run.returncode == 0
    assert f"2 points at a time have up to {2 * cores + 1} controller threads, and there are {cores} cores" in run.stderr
    assert "--jobs 2: warning:" in run.stderr
    assert "warning" not in sweep.run("--sweep", "controllers.count=1,2", "--dry-run").stderr


def test_values_may_be_lists_and_options_hold_for_all(sweep):
    run = sweep.run(
        "--sweep", "controllers.joints=[FL_hip_joint],[FR_hip_joint, FL_hip_joint]",
        "--sweep", "robot.parameters={note: 'a,b'}", "--set", "controllers.count=1", "--for", "300ms",
        "--steps", "0", "--json")
    assert run.returncode == 0, run.stderr
    record = json.loads(run.stdout)
    assert record == sweep.record
    assert [point["point"]["controllers.joints"] for point in record["points"]] == [
        ["FL_hip_joint"], ["FR_hip_joint", "FL_hip_joint"]]
    assert record["points"][0]["point"]["robot.parameters"] == {"note": "a,b"}
    assert [point["state"] for point in record["points"]] == ["done", "done"]
    assert all(point["steps"] > 0 for point in record["points"])
    assert read_yaml(sweep.point(2) / "config.yaml")["controllers"]["joints"] == ["FR_hip_joint", "FL_hip_joint"]


def test_overlays_are_laid_under_the_points(sweep, tmp_path):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("controllers: {count: 1}\nhorizon: {dt: 0.05}\n")
    run = sweep.run(overlay, "--sweep", "horizon.nodes=11", *SHORT)
    assert run.returncode == 0, run.stderr
    config = read_yaml(sweep.point(1) / "config.yaml")
    assert (config["controllers"]["count"], config["horizon"]) == (1, {"nodes": 11, "dt": 0.05})


def test_what_was_checked_is_what_runs(sweep, tmp_path):
    """The first point changes the files; the second one runs as it was when the sweep began."""
    overlay = tmp_path / "overlay.yaml"
    path = program(tmp_path, f"echo 'broken: [' > {overlay}")
    overlay.write_text(f"controllers: {{count: 1}}\nsimulator: {{program: {{command: [{path}]}}}}\n")
    run = sweep.run(overlay, "--sweep", "horizon.nodes=11,21")
    assert run.returncode == 0, run.stderr
    assert overlay.read_text() == "broken: [\n"
    for number, nodes in ((1, 11), (2, 21)):
        config = read_yaml(sweep.point(number) / "config.yaml")
        assert (config["controllers"]["count"], config["horizon"]["nodes"]) == (1, nodes)
        assert re.search(r"count: 1 +# .*overlay\.yaml:1\n", (sweep.point(number) / "config.yaml").read_text())


def test_a_dry_run_lists_the_points_and_leaves_nothing(sweep):
    run = sweep.run("--sweep", "controllers.count=1,2", "--dry-run")
    assert run.returncode == 0
    assert [line.split()[:3] for line in run.stdout.splitlines()[1:]] == [["1", "1", "1"], ["2", "2", "2"]]
    assert not sweep.state.exists()


# --- What is wrong is told before anything runs -----------------------------------------------------------------------

BROKEN = {
    "no such key": (["controllers.cuont=1,2"], ["--sweep controllers.cuont=1: error: unknown key 'cuont'",
                                                "did you mean 'count'?", "in all 2 points"]),
    "a value of the last point": (["controllers.count=1,2,0"], ["must be from 1", "in point 3 of 3, controllers.count=0"]),
    "a combination": (["horizon.nodes=2,31", "timing.cluster_dt=0.02,0.2"], [
        "horizon-too-short", "in point 2 of 4, horizon.nodes=2, timing.cluster_dt=0.2"]),
    "an empty value": (["controllers.count=1,,2"], ["a value is missing here", "  controllers.count=1,,2\n"]),
    "an open bracket": (["controllers.joints=[a,b"], ["this bracket is never closed"]),
    "no value": (["controllers.count"], ["there is no '=' between path and value"]),
    "twice the same value": (["controllers.count=1,1"], ["the value '1' stands twice"]),
    "twice the same config": (["controllers.count=1,0x1"], [
        "--sweep controllers.count=0x1: error: this is the same config as point 1, controllers.count=1 [duplicate-name]"]),
    "twice the same path": (["controllers.count=1", "controllers.count=2"], ["'controllers.count' is swept twice"]),
    "no end": (["simulator.steps=10,0"], [
        "--sweep simulator.steps=0: error: this run would never end, as simulator.steps is 0: give --for",
        "in point 2 of 2"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_sweep_is_refused_before_anything_runs(sweep, case):
    axes, expected = BROKEN[case]
    run = sweep.run(*(word for axis in axes for word in ("--sweep", axis)))
    assert run.returncode == 2, run.stderr
    for text in expected:
        assert text in run.stderr
    assert run.stdout == "" and not sweep.state.exists()


def test_a_time_without_its_unit_is_told_with_the_verbs_usage(sweep):
    run = sweep.run("--for", "10")
    assert run.returncode == 64
    assert "'10' is invalid for '--for <duration>': it takes a time with its unit, such as 10s, 2min or 500ms" in run.stderr
    assert "ccluster launch --help" in run.stderr


@pytest.mark.parametrize("arguments", [["--jobs", "2"], ["--resume"], ["--fail-fast"], ["--json"],
                                       ["--sweep", "controllers.count=1", "--jobs", "0"]])
def test_wrong_usage(sweep, arguments):
    assert sweep.run(*arguments).returncode == 64
    assert not sweep.state.exists()


# --- Failures -----------------------------------------------------------------------------------------------------------


def fails_on_second(directory):
    """A simulator that fails in the second point, until it is mended."""
    path = program(directory, f"""
        echo "here is $CCLUSTER_SEGMENT"
        if [[ $CCLUSTER_SEGMENT == *-002 && ! -e {directory}/mended ]]; then exit 7; fi
        """)
    return ["--set", "controllers.count=1", "--set", f"simulator.program={{command: [{path}]}}"]


def test_after_a_failure_the_others_run(sweep, tmp_path):
    run = sweep.run("--sweep", "horizon.nodes=11,21,31", *fails_on_second(tmp_path))
    assert run.returncode == 1
    assert sweep.states() == ["done", "failed", "done"]
    assert sweep.summary(2)["status"] == 7
    assert sweep.summary(2)["reason"] == "the simulator ended with exit code 7"
    assert "failed (7)" in run.stdout
    assert f"the simulator ended with exit code 7; {sweep.point(2)}/output.log" in run.stderr
    assert "2 of 3 points done" in run.stderr
    # Without a step there are no figures.
    assert sweep.summary(1)["steps"] is None and sweep.summary(1)["rate"] is None


def test_failing_fast_starts_no_others(sweep, tmp_path):
    run = sweep.run("--sweep", "horizon.nodes=11,21,31", "--fail-fast", *fails_on_second(tmp_path))
    assert run.returncode == 1
    assert sweep.states() == ["done", "failed", "not run"]
    assert "not run" in run.stdout
    assert not list(sweep.newest.glob("003-*"))


def test_resume_runs_what_failed_and_keeps_the_rest(sweep, tmp_path):
    arguments = ["--sweep", "horizon.nodes=11,21,31", *fails_on_second(tmp_path)]
    assert sweep.run(*arguments).returncode == 1
    first = [sweep.summary(number) for number in (1, 2, 3)]
    (tmp_path / "mended").touch()
    run = sweep.run(*arguments, "--resume")
    assert run.returncode == 0, run.stderr
    assert "3 points, 2 of them done already" in run.stderr
    assert len(list((sweep.state / "ccluster" / sweep.name).iterdir())) == 1, "it is the same sweep"
    assert [sweep.summary(number) for number in (1, 3)] == [first[0], first[2]]
    assert sweep.summary(2)["status"] == 0
    assert [point["kept"] for point in sweep.record["points"]] == [True, False, True]
    assert run.stdout.count("done before") == 2
    # What the failed attempt printed is still there.
    assert len(re.findall(r"simulator +│ here is", (sweep.point(2) / "output.log").read_text())) == 2
    again = sweep.run(*arguments, "--resume")
    assert again.returncode == 0 and again.stdout.count("done before") == 3


def test_a_killed_launch_is_a_failed_point(sweep):
    """The launch of a point is killed: its server removes what it leaves, and the sweep goes on."""
    process = sweep.start("--sweep", "horizon.nodes=11,21", "--set", "controllers.count=1", "--steps", "0", "--for", "2s")
    sweep.wait_for_simulators()
    victim = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
    os.kill(victim, signal.SIGKILL)
    assert process.wait(60) == 1
    assert sweep.states() == ["failed", "done"]
    assert (sweep.summary(1)["status"], sweep.summary(1)["reason"]) == (137, "its launch was killed by SIGKILL")
    sweep.assert_nothing_left(process.pid)


def test_sweeps_of_one_config_run_side_by_side_but_not_in_one_directory(sweep, tmp_path):
    arguments = ["--sweep", "horizon.nodes=11,21", "--set", "controllers.count=1", "--steps", "0", "--for", "300s"]
    process = sweep.start(*arguments, "--run-dir", tmp_path / "one")
    sweep.wait_for_simulators()
    other = sweep.run("--sweep", "horizon.nodes=11", *SHORT, "--run-dir", tmp_path / "two")
    assert other.returncode == 0, other.stderr
    refused = sweep.run(*arguments, "--run-dir", tmp_path / "one", "--resume")
    assert refused.returncode == 1 and "is being run by another ccluster" in refused.stderr
    process.terminate()
    assert process.wait(60) == 143


# --- Killed, interrupted, continued ---------------------------------------------------------------------------------------

ENDLESS = ["--sweep", "horizon.nodes=11,21,31", "--set", "controllers.count=2", "--steps", "0"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_sweep_leaves_nothing_and_is_continued(sweep, jobs):
    arguments = [*ENDLESS, "--for", "1s"]
    process = sweep.start(*arguments, "--jobs", str(jobs))
    wait_until(lambda: "/3 horizon" in sweep.text, what="the first point to end")
    wait_until(lambda: sweep.memory(), what="the next one")
    sweep.wait_for_simulators()
    process.kill()
    assert process.wait() == -9
    sweep.assert_nothing_left(process.pid)
    assert sweep.record["status"] is None
    kept = {path: path.read_text() for path in sweep.newest.glob("*/summary.json")}
    assert 1 <= len(kept) <= jobs
    run = sweep.run(*arguments, "--resume")
    assert run.returncode == 0, run.stderr
    assert sweep.states() == ["done"] * 3
    assert run.stdout.count("done before") == len(kept)
    for path, text in kept.items():
        assert path.read_text() == text, "what was done is not run again"


def test_killed_while_points_start_it_leaves_nothing(sweep):
    for delay in (0.0, 0.01, 0.02, 0.05, 0.1, 0.2):
        process = sweep.start(*ENDLESS, "--for", "60s", "--jobs", "3")
        wait_until(lambda: sweep.state.exists() and "points" in sweep.text, what="the sweep to begin")
        time.sleep(delay)
        process.kill()
        process.wait()
        sweep.assert_nothing_left(process.pid)


def test_an_interrupt_ends_the_running_points_in_order(sweep):
    process = sweep.start(*ENDLESS, "--for", "60s", "--jobs", "2")
    sweep.wait_for_simulators(2)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    sweep.assert_nothing_left(process.pid)
    assert sweep.states() == ["interrupted", "interrupted", "not run"]
    assert sweep.record["status"] == 130
    assert sweep.summary(1)["status"] == 130 and sweep.summary(1)["reason"] == "SIGINT received"
    table = sweep.text[sweep.text.index("  point"):]
    assert table.count("interrupted") == 2 and table.count("not run") == 1


def test_ctrl_z_suspends_the_points_too(sweep):
    process = sweep.start(*ENDLESS, "--for", "60s", "--jobs", "2")
    sweep.wait_for_simulators(2)

    def workers():
        pids = [pid for name in sweep.memory() for pid in processes_of(f"/{name}")]
        commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids}
        return [pid for pid, command in commands.items() if b"ccluster-server" not in command]

    for _ in range(3):
        process.send_signal(signal.SIGTSTP)
        wait_until(lambda: is_stopped(process.pid), what="the sweep to stop")
        # A launch that was told to go on before it had stopped would stop for good.
        launches = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(launches) == 2 and all(map(is_stopped, launches))
        wait_until(lambda: len(workers()) == 6 and all(map(is_stopped, workers())), what="the points to stop")
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: not any(map(is_stopped, [process.pid, *workers()])), what="all to go on")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    sweep.assert_nothing_left(process.pid)


def test_a_second_interrupt_ends_them_at_once(sweep, tmp_path):
    path = program(tmp_path, f"""
        trap '' INT TERM
        touch {tmp_path}/ready
        while true; do sleep 0.1; done
        """)
    process = sweep.start(
        "--sweep", "horizon.nodes=11,21", "--set", "controllers.count=1",
        "--set", f"simulator.program={{command: [{path}]}}")
    wait_until((tmp_path / "ready").exists, what="the simulator")
    process.send_signal(signal.SIGINT)
    wait_until(lambda: "SIGINT received" in (sweep.point(1) / "output.log").read_text(), what="the first to arrive")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    # Without the second one, a simulator that does not listen has 3 s, and another 3 s once it is told by SIGTERM.
    assert "SIGKILL to" in (sweep.point(1) / "output.log").read_text()
    assert "SIGTERM to" not in (sweep.point(1) / "output.log").read_text()
    sweep.assert_nothing_left(process.pid)


def test_sigterm_ends_it_too(sweep):
    process = sweep.start(*ENDLESS, "--for", "60s")
    sweep.wait_for_simulators()
    process.terminate()
    assert process.wait(60) == 143
    sweep.assert_nothing_left(process.pid)
    assert sweep.states()[0] == "interrupted"


# --- Continuing only what is the same ---------------------------------------------------------------------------------------


def test_another_config_of_a_finished_point_is_an_error(sweep):
    arguments = ["--sweep", "horizon.nodes=11,21", "--set", "controllers.count=1", *SHORT]
    assert sweep.run(*arguments).returncode == 0
    before = sweep.record
    run = sweep.run(*arguments, "--set", "horizon.dt=0.05", "--resume")
    assert run.returncode == 1
    assert "point 1 (horizon.nodes=11) has ended well" in run.stderr
    assert "horizon.dt was 0.04 and is 0.05" in run.stderr
    assert sweep.record == before


def test_other_axes_are_an_error(sweep):
    assert sweep.run("--sweep", "controllers.count=1,2", *SHORT).returncode == 0
    run = sweep.run("--sweep", "controllers.count=1,3", *SHORT, "--resume")
    assert run.returncode == 1
    assert "its axes were '--sweep controllers.count=1,2', and now they are '--sweep controllers.count=1,3'" in run.stderr
    run = sweep.run("--sweep", "controllers.count=1,2", *SHORT, "--for", "30s", "--resume")
    assert run.returncode == 1 and "30.0 s" in run.stderr


def test_the_newest_sweep_of_the_same_axes_is_continued(sweep):
    for axis in ("controllers.count=1,2", "horizon.nodes=11"):
        assert sweep.run("--sweep", axis, "--set", "controllers.count=1", *SHORT).returncode == 0
    run = sweep.run("--sweep", "controllers.count=1,2", "--set", "controllers.count=1", *SHORT, "--resume")
    assert run.returncode == 0 and run.stdout.count("done before") == 2, run.stderr
    assert len(list((sweep.state / "ccluster" / sweep.name).iterdir())) == 2


def test_there_is_nothing_to_continue(sweep, tmp_path):
    run = sweep.run("--sweep", "controllers.count=1", "--resume")
    assert run.returncode == 1 and "there is no sweep of" in run.stderr
    run = sweep.run("--sweep", "controllers.count=1", "--resume", "--run-dir", tmp_path / "none")
    assert run.returncode == 1 and "there is no sweep in" in run.stderr
    assert not (tmp_path / "none").exists()


def test_a_chosen_directory_is_not_begun_twice(sweep, tmp_path):
    arguments = ["--sweep", "controllers.count=1", *SHORT, "--run-dir", tmp_path / "deep/er"]
    assert sweep.run(*arguments).returncode == 0
    assert json.loads((tmp_path / "deep/er/sweep.json").read_text())["status"] == 0
    assert not sweep.state.exists()
    run = sweep.run(*arguments)
    assert run.returncode == 1 and "holds a sweep already: continue it with --resume" in run.stderr
    assert sweep.run(*arguments, "--resume").returncode == 0


# --- One launch by itself -------------------------------------------------------------------------------------------------


def test_a_launch_writes_the_same_files(sweep, tmp_path):
    arguments = ["--set", "controllers.count=1", *SHORT, "--run-dir", tmp_path / "run"]
    assert sweep.run(*arguments).returncode == 0
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "config.yaml", "events.jsonl", "logs", "plan.json", "plan.txt", "run.json", "summary.json"]
    summary = json.loads((tmp_path / "run/summary.json").read_text())
    assert summary["steps"] == 30 and summary["status"] == 0 and "point" not in summary
    assert ccluster("validate", tmp_path / "run/config.yaml").returncode == 0
    run = sweep.run(*arguments)
    assert run.returncode == 1 and "holds a run already" in run.stderr


def test_a_launch_that_fails_says_why_in_its_summary(sweep, tmp_path):
    run = sweep.run("--set", "controllers.program={command: [/bin/false]}", "--run-dir", tmp_path / "run")
    assert run.returncode == 1
    summary = json.loads((tmp_path / "run/summary.json").read_text())
    assert summary["status"] == 1 and "before it had registered" in summary["reason"] and summary["steps"] is None


def test_a_directory_that_cannot_be_made_is_told_before_anything_runs(sweep, tmp_path):
    (tmp_path / "file").write_text("")
    for arguments in (["--sweep", "controllers.count=1"], []):
        run = sweep.run(*arguments, "--run-dir", tmp_path / "file/run")
        assert run.returncode == 1
        assert f"'{tmp_path / 'file'}' is a file, and no directory for a run" in run.stderr


def test_one_config_runs_twice_under_names(cluster, tmp_path):
    """`--name` names the memory; the config's own name stays."""
    name = f"{cluster.name}-other"
    run = ccluster("launch", GO2, "--name", name, "--set", "controllers.count=1", *SHORT, "--run-dir", tmp_path / "run")
    assert run.returncode == 0, run.stderr
    assert f"▸ {name}" in run.stderr
    assert read_yaml(tmp_path / "run/config.yaml")["name"] == "go2"
    assert ccluster("launch", GO2, "--name", "a/b").returncode == 64


# --- On a terminal -----------------------------------------------------------------------------------------------------------


def on_terminal(command, environment):
    """What a terminal is shown, and the exit status."""
    pid, screen = pty.fork()
    if pid == 0:
        os.environ.clear()
        os.environ.update(environment, TERM="xterm-256color")
        os.environ.pop("NO_COLOR", None)
        os.execv(command[0], [str(word) for word in command])
    fcntl.ioctl(screen, 0x5414, b"\x18\0\xa0\0\0\0\0\0")  # TIOCSWINSZ: 24 × 160
    shown = b""
    while True:
        if not select.select([screen], [], [], 60)[0]:
            os.kill(pid, signal.SIGKILL)
        try:
            data = os.read(screen, 1 << 16)
        except OSError:
            data = b""
        if not data:
            break
        shown += data
    os.close(screen)
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_terminal_is_shown_one_live_line_and_a_coloured_table(sweep, tmp_path):
    text, status = on_terminal(
        sweep.command("--sweep", "horizon.nodes=11,21,31", *fails_on_second(tmp_path)), sweep.environment)
    assert status == 1
    assert re.search(r"\r\x1b\[K  1/3 ended.*horizon\.nodes=21, \d s", text)
    assert "\x1b[32mdone" in text and "\x1b[31mfailed (7)" in text
    table = text[text.index("\x1b[1mpoint"):] if "\x1b[1mpoint" in text else text
    assert table.count("done") >= 2
    # What ended well is in the table alone; what failed is told at once, too.
    assert "1/3 horizon.nodes=11:" not in text
    assert text.index("2/3 horizon.nodes=21: the simulator ended") < text.index("\x1b[32mdone")


def test_sweeps_make_room_for_new_ones(sweep):
    for _ in range(3):
        run = sweep.run("--sweep", "controllers.count=1", *SHORT, "--set", "runs.keep=2")
        assert run.returncode == 0, run.stderr
    assert len([path for path in sweep.newest.parent.iterdir() if (path / "sweep.json").exists()]) == 2
