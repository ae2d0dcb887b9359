"""What a launch over several hosts shows and does: its progress and logs, the verbs at the head and on the others, and what it says
when something is missing. What becomes of it when something is killed is in `test_hosts.py`."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest
from conftest import BINARIES, ROOT, wait_until
from test_hosts import RUNNING, agent, launch, running  # noqa: F401

CCLUSTER = BINARIES / "ccluster"


def verb(host, *words):
    run = host.run(CCLUSTER, *words)
    assert run.returncode == 0, run.stderr
    return run.stdout


def python_controller(directory, text):
    """A controller of its own that prints: `controllers.program` for it."""
    program = directory / "controller.py"
    program.write_text("import ccluster\n" + text)
    environment = {"PYTHONPATH": str(ROOT / "Sources" / "python"), "CCLUSTER_LIBRARY": str(BINARIES / "libccluster-c.so")}
    return "controllers.program=" + json.dumps({"command": [sys.executable, str(program)], "environment": environment})


def test_the_verbs_show_and_act_on_all_hosts(hosts, launch):
    running(launch)
    name, head, other = launch.name, hosts["a"], hosts["b"]
    assert "6 controllers on 3 hosts registered in" in launch.text

    rows = [line.split() for line in verb(head, "ps").splitlines()]
    assert "HOSTS" in rows[0] and rows[1][rows[0].index("HOSTS") + 1] == "3", rows
    part = verb(other, "ps")
    assert f"{name}.b" in part and f"b, of {name} at a" in part, part
    found = json.loads(verb(other, "ps", "--json"))["clusters"][0]
    assert found["part_of"] == {"host": "b", "head": "a", "cluster": name}
    assert found["config"] is None

    status = json.loads(verb(head, "status", name, "--json"))
    assert [(host["name"], host["first"], host["count"], host["state"]) for host in status["hosts"]] == [
        ("a", 0, 2, "up"), ("b", 2, 2, "up"), ("c", 4, 2, "up")]
    assert all(host["launcher"] > 0 and host["run_directory"] and host["problem"] is None for host in status["hosts"])
    processes = {process["name"]: process for process in status["processes"]}
    assert {"hosts", "b/server", "b/controllers-2-3", "b/agent", "c/controllers-4-5"} <= set(processes)
    assert processes["b/controllers-2-3"]["controllers"] == [2, 3]
    # A controller's process is the one that it has where it runs.
    there = json.loads(verb(other, "status", f"{name}.b", "--json"))
    pids = {row["controller"]: row["pid"] for row in status["rows"]}
    assert [pids[number] for number in (2, 3)] == [row["pid"] for row in there["rows"]] == [processes["b/controllers-2-3"]["pid"]] * 2
    page = verb(head, "status", name)
    assert re.search(r"^ +b +up +2-3 +\d+ ", page, re.M), page
    assert re.search(rf"part of +{name}, whose simulator is on a$", verb(other, "status", f"{name}.b"), re.M)
    top = json.loads(verb(head, "top", name, "--json", "--interval", "100ms"))
    assert [row["process"] for row in top["rows"]][2:4] == ["b/controllers-2-3"] * 2
    assert all((row["pid"] > 0) == (row["core"] is not None) == (row["controller"] < 2) for row in top["rows"]), top["rows"]

    # By its number, of a controller on another host, and by its name there.
    for process in ("3", "b/controllers-2-3"):
        run = head.run(CCLUSTER, "restart", name, process)
        assert run.returncode == 0 and "b/controllers-2-3 is back" in run.stderr, run.stderr
    run = head.run(CCLUSTER, "restart", name, "hosts")
    assert run.returncode == 1 and "stands for all other hosts" in run.stderr
    run = head.run(CCLUSTER, "restart", name, "b/server")
    assert run.returncode == 1 and "host b has no part in the run" in run.stderr

    assert "is stopped after" in head.run(CCLUSTER, "stop", name).stderr
    assert launch.wait() == 128 + signal.SIGTERM, launch.text
    launch.assert_nothing_left(1)
    summary = json.loads(Path(status["run_directory"], "summary.json").read_text())
    assert (summary["status"], summary["reason"]) == (143, "stop requested")
    for host in status["hosts"][1:]:
        assert json.loads(Path(host["run_directory"], "summary.json").read_text())["status"] in (0, 143)


def test_no_line_of_another_host_is_lost_or_cut(hosts, launch, tmp_path):
    lines = 1500
    program = python_controller(
        tmp_path,
        f"""
class Talker(ccluster.RHController):
    def __init__(self, context):
        super().__init__(context)
        for number in range({lines}):
            print(f"{{context.index}} {{number}} é [1,2]<stdout>:" + "x" * (number % 300))

    def solve(self):
        pass

Talker.main()
""")
    launch.start(sets=[*RUNNING, "controllers.per_process=1", "simulator.steps=5", "simulator.realtime=false", program])
    assert launch.wait() == 0, launch.text[-3000:]
    home = Path(hosts["a"].environment["XDG_STATE_HOME"]) / "ccluster" / launch.name / "latest"
    for host, numbers in (("b", (2, 3)), ("c", (4, 5))):
        for index in numbers:
            logs = sorted((home / "logs" / host).glob(f"controller-{index}.log*"), reverse=True)
            assert logs, list((home / "logs").rglob("*"))
            text = "".join(log.read_text() for log in logs).splitlines()
            assert len(text) == lines
            for number, line in enumerate(text):
                assert line.split(" ", 2)[2] == f"{index} {number} é [1,2]<stdout>:" + "x" * (number % 300)
    shown = verb(hosts["a"], "logs", launch.name, "b/controller-2", "-n", "1")
    assert re.search(r"b/controller-2 +│ 2 1499 é", shown), shown
    run = hosts["a"].run(CCLUSTER, "logs", launch.name, "b/controller-4")
    assert run.returncode == 1 and "has no process 'b/controller-4'" in run.stderr


def test_what_cannot_start_on_another_host_is_named_with_it(hosts, launch):
    # Each host has a /dev/shm of its own.
    program = "/dev/shm/my-mpc"
    for name in ("a", "c"):
        Path(f"/proc/{hosts[name].pid}/root{program}").symlink_to(BINARIES / "ccluster-controller")
    launch.start(sets=[*RUNNING, f"controllers.program={{command: [{program}]}}"])
    assert launch.wait() == 1, launch.text
    for name in ("a", "c"):
        Path(f"/proc/{hosts[name].pid}/root{program}").unlink()
    reason = f"✗ host b: there is no executable '{program}' on this machine"
    assert reason in launch.text.splitlines(), launch.text
    home = Path(hosts["a"].environment["XDG_STATE_HOME"]) / "ccluster" / launch.name / "latest"
    assert json.loads((home / "summary.json").read_text())["reason"] == reason[2:]


def test_a_name_that_is_taken_on_another_host_is_told(hosts, launch):
    running(launch)
    taken = hosts["b"].start(CCLUSTER, "launch", ROOT / "configs" / "robots" / "go2" / "cluster.yaml", "--name",
                             "hosts-taken.b", "--no-simulator", "--set", "controllers.count=1")
    try:
        wait_until(lambda: "hosts-taken.b" in hosts["b"].run(CCLUSTER, "ps").stdout, what="the other cluster")
        second = hosts["a"].run(CCLUSTER, "launch", ROOT / "configs" / "robots" / "go2" / "cluster.yaml", "--hosts", "a,b",
                                "--name", "hosts-taken", "--set", "controllers.count=2")
        assert second.returncode == 1
        assert "host b: " in second.stderr and "in use by a running cluster" in second.stderr, second.stderr
    finally:
        taken.send(signal.SIGTERM)
        taken.wait()
    assert launch.process.poll() is None
    launch.process.send(signal.SIGTERM)
    assert launch.wait() == 143


@pytest.mark.parametrize("missing", ["mpirun", "agent"])
def test_what_the_launch_needs_is_looked_for_before_anything_starts(hosts, launch, tmp_path, missing):
    programs = tmp_path / "bin"
    programs.mkdir()
    for program in BINARIES.glob("ccluster*"):
        if os.access(program, os.X_OK) and program.is_file() and not (missing == "agent" and program.name == "ccluster-agent"):
            os.link(program, programs / program.name)
    environment = {"PATH": str(programs) if missing == "mpirun" else os.environ["PATH"]}
    run = hosts["a"].run(programs / "ccluster", "launch", ROOT / "configs" / "robots" / "go2" / "cluster.yaml", "--hosts",
                         "a,b", environment=environment)
    assert run.returncode == 1
    words = {"mpirun": "apt-get install openmpi-bin", "agent": "'make agent' builds it"}[missing]
    assert words in run.stderr, run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert not list(Path(hosts["a"].environment["XDG_STATE_HOME"]).glob("ccluster/go2/*"))


def test_a_launch_over_hosts_may_be_detached(hosts, launch):
    run = hosts["a"].run(CCLUSTER, "launch", ROOT / "configs" / "robots" / "go2" / "cluster.yaml", "--hosts", "a,b", "--detach",
                         "--name", "hosts-detached", *[word for item in RUNNING for word in ("--set", item)])
    assert run.returncode == 0, run.stderr
    assert run.stdout == "hosts-detached\n"
    assert "6 controllers on 2 hosts registered" in run.stderr
    assert "stopped" in hosts["a"].run(CCLUSTER, "stop", "hosts-detached").stderr


def test_a_part_is_started_by_a_launch_only(hosts):
    run = hosts["b"].run(CCLUSTER, "host")
    assert run.returncode == 64
    assert "ccluster launch" in run.stderr
