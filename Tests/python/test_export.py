"""What others start: a unit under a real user manager of systemd, its notifications, and the script for Slurm."""

import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from conftest import BINARIES, ROOT, WATCHDOG, ccluster, config_of, wait_until

GO2 = str(config_of("go2"))
# Five steps are too few to settle.
SHORT = ["controllers.count=2", "simulator.parameters.tolerance=null"]
AWKWARD = "a b%c $HOME \"d\" 'e'"


def export(kind, *arguments, **options):
    run = ccluster("export", kind, GO2, *arguments, **options)
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    return run.stdout


# Files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["systemd", "slurm"])
def test_a_file_is_written_whole_and_never_over_another(tmp_path, kind):
    text = export(kind, cwd=tmp_path)
    assert export(kind, "-o", "made", cwd=tmp_path) == ""
    assert (tmp_path / "made").read_text().splitlines()[1:] == text.splitlines()[1:]
    (tmp_path / "made").write_text("mine")
    run = ccluster("export", kind, GO2, "-o", "made", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (1, "ccluster: 'made' is there already; --force replaces it\n")
    assert (tmp_path / "made").read_text() == "mine"
    export(kind, "-o", "made", "--force", cwd=tmp_path)
    assert (tmp_path / "made").read_text() != "mine"
    assert os.listdir(tmp_path) == ["made"]


@pytest.mark.parametrize("kind", ["systemd", "slurm"])
def test_a_config_that_is_invalid_is_told_and_nothing_is_written(tmp_path, kind):
    run = ccluster("export", kind, GO2, "--set", "controllers.count=0", "-o", "made", cwd=tmp_path)
    assert run.returncode == 2 and "controllers.count" in run.stderr
    assert os.listdir(tmp_path) == []


# systemd -----------------------------------------------------------------------------------------------------------


def analyze():
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    return tool


@pytest.mark.parametrize("sets", [
    [], ["controllers.scheduling={policy: fifo, priority: 20}", "server.scheduling={nice: -5}"],
    ["controllers.count=4096", "controllers.per_process=256"], [f"robot.name={AWKWARD}"],
], ids=["plain", "real time", "many", "awkward"])
def test_systemd_accepts_the_unit(tmp_path, sets):
    directory = tmp_path / AWKWARD
    directory.mkdir()
    arguments = [word for item in sets for word in ("--set", item)]
    export("systemd", *arguments, "-o", "go2.service", cwd=directory)
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    for scope in (["--user"], ["--system"]):
        run = subprocess.run(
            [analyze(), *scope, "verify", "./go2.service"], cwd=directory, capture_output=True, text=True, timeout=WATCHDOG,
            env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)})
        # It has much to say of other units of the machine.
        own = [line for line in (run.stdout + run.stderr).splitlines() if "go2.service" in line]
        assert (run.returncode, own) == (0, []), run.stdout + run.stderr


def test_systemd_analyze_would_not_accept_anything(tmp_path):
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    (tmp_path / "bad.service").write_text(export("systemd").replace("KillMode=mixed", "KillMode=gentle"))
    run = subprocess.run([analyze(), "--user", "verify", "./bad.service"], cwd=tmp_path, capture_output=True, text=True,
                         timeout=WATCHDOG, env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)})
    assert "bad.service" in run.stdout + run.stderr


MANAGER = r"""
set -u
mount --make-rprivate / && mount -t tmpfs tmpfs /run || exit 77
mkdir -p /run/systemd/system "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"
"$1" --user --log-target=console --log-level=err & manager=$!
for _ in {1..200}; do [[ -S $XDG_RUNTIME_DIR/systemd/private ]] && break; kill -0 $manager 2> /dev/null || exit 77; sleep 0.05; done
systemctl --user start "$2" || exit 3
systemctl --user show "$2" -p ActiveState -p SubState
for _ in {1..400}; do
  status=$(systemctl --user show "$2" -p StatusText --value)
  [[ $status == step* ]] && break
  sleep 0.05
done
echo "StatusText=$status"
systemctl --user stop "$2" || exit 4
systemctl --user is-failed "$2"
kill -TERM $manager
"""


def control_groups():
    """Those that a user manager makes for itself and its units below this process's own, innermost first."""
    own = {line.split(":", 2)[2].lstrip("/") for line in Path("/proc/self/cgroup").read_text().splitlines()}
    mounts = [Path("/sys/fs/cgroup"), *(path for path in Path("/sys/fs/cgroup").iterdir() if path.is_dir())]
    for base in {mount / path for mount in mounts for path in own}:
        for name in ("app.slice", "init.scope"):
            yield from (Path(group) for group, _, _ in os.walk(base / name, topdown=False))


def removed(group):
    try:
        group.rmdir()
        return True
    except OSError:  # its last process is not quite gone
        return False


def test_a_user_manager_starts_it_when_it_is_ready_shows_its_status_and_ends_it_in_order(cluster, tmp_path):
    """A real systemd, in namespaces of its own: it believes that the machine was booted with it."""
    manager = next((path for path in ("/usr/lib/systemd/systemd", "/lib/systemd/systemd") if os.path.exists(path)), None)
    if manager is None or shutil.which("systemctl") is None:
        pytest.skip("systemd is not installed")
    if os.getuid() != 0:
        pytest.skip("only root makes namespaces everywhere")
    directory = tmp_path / AWKWARD
    units = tmp_path / "config/systemd/user"
    directory.mkdir()
    units.mkdir(parents=True)
    simulator = directory / "simulator.sh"
    simulator.write_text(
        f'#!/bin/bash\necho "$PWD" > here; env > environment; exec "{BINARIES}/ccluster-simulator"\n')
    simulator.chmod(0o755)
    # Looked up in a PATH, which the manager's own has not.
    export("systemd", "--name", cluster.name, "--set", "controllers.count=2", "--set", "simulator.steps=0",
           "--set", "simulator.program={command: [simulator.sh]}", "-o", str(units / "robots.service"), cwd=directory,
           env={**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"})
    before = set(control_groups())
    try:
        run = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", MANAGER, "manager", manager,
             "robots"], capture_output=True, text=True, timeout=WATCHDOG, stdin=subprocess.DEVNULL, cwd="/",
            env={"PATH": "/usr/bin:/bin", "HOME": "/root", "XDG_RUNTIME_DIR": "/run/user/0",
                 "XDG_CONFIG_HOME": str(tmp_path / "config"), "LANG": "C.UTF-8"})
    finally:
        for group in [group for group in control_groups() if group not in before]:
            wait_until(lambda: removed(group), 10, f"{group} to be empty")
    if run.returncode == 77 or "unshare:" in run.stderr:
        pytest.skip("no user manager can be started here: " + run.stderr.strip())
    lines = run.stdout.splitlines()
    assert lines[:2] == ["ActiveState=active", "SubState=running"], run.stdout + run.stderr
    assert re.fullmatch(r"StatusText=step \d+, [\d.,]+/s, 0 out", lines[2])
    assert lines[3:] == ["inactive"], "ended by SIGTERM, and not failed"
    assert (directory / "here").read_text() == f"{directory}\n"
    assert "NOTIFY_SOCKET" not in (directory / "environment").read_text()


class Manager:
    """A service manager that listens."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.settimeout(WATCHDOG)

    def next(self):
        return self.socket.recv(4096).decode()

    def rest(self):
        self.socket.setblocking(False)
        found = []
        while True:
            try:
                found.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return found


@pytest.mark.parametrize("is_abstract", [False, True], ids=["path", "abstract"])
def test_a_manager_is_told_when_all_have_registered_and_when_it_ends(cluster, tmp_path, is_abstract):
    name = f"\0{cluster.name}" if is_abstract else str(tmp_path / "notify")
    manager = Manager(name)
    cluster.start(GO2, sets=["controllers.count=2", "simulator.steps=0"],
                  environment={"NOTIFY_SOCKET": name.replace("\0", "@")})
    messages = []
    while not messages or not messages[-1].startswith("READY=1"):
        messages.append(manager.next())
    assert all(message.startswith("STATUS=") for message in messages[:-1])
    assert "registered in" in cluster.text
    for pid in cluster.children("ccluster-"):
        assert b"NOTIFY_SOCKET" not in Path(f"/proc/{pid}/environ").read_bytes()
    cluster.send(signal.SIGTERM)
    assert manager.next() == "STOPPING=1\nSTATUS=stopping: SIGTERM received"
    assert cluster.wait() == 128 + signal.SIGTERM


def test_a_manager_is_told_of_an_end_that_comes_of_itself_and_of_one_that_is_a_failure(cluster, tmp_path):
    manager = Manager(str(tmp_path / "notify"))
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
    assert cluster.run(GO2, "--steps", "5", sets=SHORT, environment=environment) == 0
    messages = manager.rest()
    assert [message for message in messages if not message.startswith("STATUS=")] == ["READY=1\nSTATUS=running", "STOPPING=1\nSTATUS=ended"]
    program = "controllers.program={command: [/bin/false]}"
    assert cluster.run(GO2, sets=["controllers.count=1", program], environment=environment) == 1
    messages = manager.rest()
    assert not any("READY" in message for message in messages)
    assert messages[-1].startswith("STOPPING=1\nSTATUS=controller-0 ended with exit code 1")


@pytest.mark.parametrize("address", ["", "relative", "/nowhere/notify", "/" + "x" * 200])
def test_a_manager_that_cannot_be_told_keeps_nobody_from_running(cluster, address):
    assert cluster.run(
        GO2, "--steps", "5", sets=SHORT, environment={"NOTIFY_SOCKET": address}) == 0, cluster.text


# Slurm -------------------------------------------------------------------------------------------------------------


def test_the_signal_before_a_time_limit_ends_a_run_in_order_with_its_summary(cluster, tmp_path):
    cluster.start(GO2, "--run-dir", str(tmp_path / "run"), sets=["controllers.count=2", "simulator.steps=0"])
    cluster.wait_for_text("registered in")
    cluster.send(signal.SIGUSR1)
    assert cluster.wait() == 128 + signal.SIGUSR1
    assert "stopping: SIGUSR1 received" in cluster.text
    assert '"reason": "SIGUSR1 received"' in (tmp_path / "run/summary.json").read_text()


def test_the_script_runs_the_cluster_from_anywhere_as_it_was_exported(cluster, tmp_path):
    directory = tmp_path / AWKWARD
    directory.mkdir()
    shutil.copytree(ROOT / "configs", directory / "configs")
    simulator = directory / "simulator.sh"
    simulator.write_text(f'#!/bin/bash\necho "$PWD $COUNT" > here; exec "{BINARIES}/ccluster-simulator"\n')
    simulator.chmod(0o755)
    (directory / "cluster.yaml").write_text(
        "ccluster: 1\nname: x\nextends: [configs/robots/go2/cluster.yaml]\ncontrollers:\n  count: ${env:COUNT}\n"
        "simulator: {steps: 5, parameters: {tolerance: null}, program: {command: [./simulator.sh]}}\n")
    run = ccluster("export", "slurm", "cluster.yaml", "--name", cluster.name, "--time", "90min", "-o", "job.sh",
                   cwd=directory, env={**os.environ, "COUNT": "3"})
    assert run.returncode == 0, run.stderr
    subprocess.run(["bash", "-n", directory / "job.sh"], check=True)
    run = subprocess.run(["bash", directory / "job.sh"], cwd="/", capture_output=True, text=True, timeout=WATCHDOG,
                         env={"PATH": "/usr/bin:/bin", "SLURM_JOB_ID": "17"})
    assert run.returncode == 0, run.stdout + run.stderr
    assert (directory / "here").read_text() == f"{directory} 3\n"
    assert (directory / f"{cluster.name}-17/summary.json").exists()


@pytest.mark.parametrize("arguments, text", [
    (["--time", "soon"], "1:30:00"), (["--cores", "0"], "--cores"), (["--memory-per-process", "0"], "--memory-per-process"),
    (["--name", "a/b"], "--name")])
def test_an_option_of_no_sense_is_told(arguments, text):
    run = ccluster("export", "slurm", GO2, *arguments)
    assert (run.returncode, run.stdout) == (64, "") and text in run.stderr


def test_a_limit_that_leaves_no_time_is_told():
    run = ccluster("export", "slurm", GO2, "--time", "1")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "ccluster: a time limit of 60 s leaves nothing: the run is asked to end 60 s before it\n"


@pytest.mark.parametrize("arguments, words, others", [
    (["--hosts", "slurm", "--nodes", "3"], ["--nodes=3", "--ntasks-per-node=1"], ["--nodelist"]),
    (["--hosts", "n1,n2"], ["--nodes=2", "--nodelist=n1,n2"], ["--ntasks="]),
    ([], ["--nodes=1", "--ntasks=1"], ["--nodelist", "--ntasks-per-node"]),
])
def test_a_job_has_a_node_for_each_host(arguments, words, others):
    text = export("slurm", *arguments)
    for word in words:
        assert f"#SBATCH {word}" in text.splitlines(), text
    for word in others:
        assert f"#SBATCH {word}" not in text
    # Which nodes it gets, and their cores, is for the job to find.
    assert "export SLURM" not in text
