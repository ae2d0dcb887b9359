"""What people do while a cluster runs: look, read, ask, stop."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest
from conftest import BINARIES, ROOT, WATCHDOG, ccluster, config_of, descendants, is_stopped, wait_until
from segment import attach
from test_run_directory import events, program, runs

GO2 = config_of("go2")
IDLE = ["controllers.count=3", "simulator.steps=0", "simulator.realtime=true", "simulator.parameters={tolerance: null}"]


@pytest.fixture
def verb(cluster):
    """Runs a verb where the cluster's runs are written down."""
    environment = {**os.environ, "XDG_STATE_HOME": str(cluster.state)}

    def run(*arguments, status=0, **options):
        done = ccluster(*arguments, env=environment, **options)
        assert done.returncode == status, (arguments, done.stdout, done.stderr)
        return done

    run.environment = environment
    return run


def running(cluster, *sets, arguments=()):
    cluster.start(GO2, *arguments, sets=[*IDLE, *sets])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 0, what="the first step")
    return segment


def ended(cluster):
    return cluster.launcher.poll() is not None


def status_of(verb, cluster):
    return json.loads(verb("status", cluster.name, "--json").stdout)


def states(verb, cluster):
    return [row["state"] for row in status_of(verb, cluster)["rows"]]


# --- Looking -----------------------------------------------------------------------------------------------------------------


def test_ps_and_status_tell_what_runs(cluster, verb):
    running(cluster)
    pid = cluster.launcher.pid
    listed = verb("ps").stdout.splitlines()
    assert listed[0].split() == ["NAME", "PID", "STATE", "CONTROLLERS", "STEPS", "RATE", "UP", "CONFIG"]
    row = next(line for line in listed if line.startswith(cluster.name + " "))
    assert re.search(rf" {pid}  running  +3 active +[\d,]+ +[\d.,]+/s +\d+ s  {re.escape(str(GO2))}$", row), row
    found = next(entry for entry in json.loads(verb("ps", "--json").stdout)["clusters"] if entry["name"] == cluster.name)
    assert found["launcher"] == pid and found["config"] == str(GO2) and found["state"] == "running"
    assert found["controllers"] == {"count": 3, "active": 3} and 10 < found["rate"] < 60, "it is 50/s in real time"
    assert Path(found["run_directory"]) == runs(cluster)[0]

    text = verb("status", cluster.name).stdout
    assert f"{cluster.name}  running  up " in text.splitlines()[0] and "\x1b" not in text
    assert len(re.findall(r"^ +\d  +\d+  active  +[\d,]+  +[\d.]+ µs|ms", text, re.MULTILINE)) >= 3
    told = status_of(verb, cluster)
    names = [process["name"] for process in told["processes"]]
    assert names == ["server", "controller-0", "controller-1", "controller-2", "simulator"]
    assert [row["pid"] for row in told["rows"]] == [process["pid"] for process in told["processes"][1:4]]
    assert all(Path(f"/proc/{process['pid']}").exists() for process in told["processes"])
    verb("stop", cluster.name)


def test_who_is_out_is_told(cluster, verb):
    running(cluster, "controllers.restart.policy=never")
    os.kill(status_of(verb, cluster)["rows"][1]["pid"], signal.SIGKILL)
    wait_until(lambda: states(verb, cluster) == ["active", "dead", "active"], what="the death")
    assert "2 active, 1 dead" in next(line for line in verb("ps").stdout.splitlines() if cluster.name in line)
    # Nobody waits for one that does not come back.
    told = verb("reset", cluster.name, "0,1", status=1).stderr
    assert f"controller 1 is dead, and not started again; 'ccluster restart {cluster.name} 1' does it" in told
    told = verb("deactivate", cluster.name, "all").stderr
    assert "2 controllers deactivated" in told and "left out, because dead: 1" in told
    assert json.loads(verb("activate", cluster.name, "all", "--json").stdout) == {
        "name": cluster.name, "request": "activate", "controllers": [0, 2], "skipped": [1]}
    # Its restart brings it back, whatever the policy: it was asked for.
    back = json.loads(verb("restart", cluster.name, "1", "--json").stdout)
    assert back == {"name": cluster.name, "processes": [
        {"name": "controller-1", "pid": status_of(verb, cluster)["rows"][1]["pid"]}]}
    assert states(verb, cluster) == ["active"] * 3
    verb("stop", cluster.name)


def test_a_launcher_that_answers_nobody_hides_nothing(cluster, verb):
    """It is suspended: everything that is in the memory is told all the same."""
    running(cluster)
    os.kill(cluster.launcher.pid, signal.SIGSTOP)
    wait_until(lambda: is_stopped(cluster.launcher.pid), what="the launcher to stand still")
    found = next(entry for entry in json.loads(verb("ps", "--json").stdout)["clusters"] if entry["name"] == cluster.name)
    assert found["controllers"]["active"] == 3
    told = status_of(verb, cluster)
    assert told["processes"] == [] and [row["state"] for row in told["rows"]] == ["active"] * 3
    os.kill(cluster.launcher.pid, signal.SIGCONT)
    verb("stop", cluster.name)


def on_terminal(verb, *arguments, columns=80):
    """What a verb prints on a terminal of that width, without colours."""
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen([BINARIES / "ccluster", *arguments], stdin=terminal, stdout=terminal, stderr=terminal,
                          env={**verb.environment, "TERM": "xterm"}) as process:
        os.close(terminal)
        shown = b""
        try:
            while data := os.read(screen, 4096):
                shown += data
        except OSError:  # all ends are closed
            pass
    os.close(screen)
    assert process.returncode == 0, shown
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()


def test_tables_fit_on_a_terminal_and_are_complete_in_a_pipe(cluster, verb):
    cluster.name += "-of-a-name-that-is-longer-than-anybody-likes"
    cluster.segment += cluster.name[cluster.name.index("-of-a"):]
    cluster.memory = Path("/dev/shm") / cluster.segment[1:]
    running(cluster, "controllers.parameters.fail_at={controller: 1, step: 1}")
    wait_until(lambda: "failed" in states(verb, cluster), what="a message")
    rows = on_terminal(verb, "ps")
    assert max(map(len, rows)) <= 80, rows
    assert any(re.search(r"^test-\S+… +\d+  running .* …\S+\.yaml$", row) for row in rows), rows
    rows = on_terminal(verb, "status", cluster.name)
    table = rows[next(number for number, row in enumerate(rows) if row.startswith("  RHC")):]
    assert len(table) == 4 and max(map(len, table)) <= 80, table
    assert any(row.endswith("…") for row in table), "its message is longer"
    assert cluster.name in verb("ps").stdout and str(GO2) in verb("ps").stdout
    assert max(map(len, verb("status", cluster.name).stdout.splitlines())) > 80
    verb("stop", cluster.name)


def test_a_launcher_that_was_killed_is_the_reason_that_verbs_tell(cluster, verb):
    running(cluster)
    attached = subprocess.Popen([BINARIES / "ccluster", "attach", cluster.name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, env=verb.environment)
    assert "launcher" in attached.stdout.readline(), "it looks"
    cluster.send(signal.SIGKILL)
    assert "the run left no summary: its launcher was killed" in attached.communicate(timeout=WATCHDOG)[0]
    assert attached.returncode == 1
    cluster.assert_nothing_left()
    told = f"its last run left no summary: its launcher was killed; 'ccluster logs {cluster.name}' has its last lines"
    assert f"no cluster '{cluster.name}' runs here: {told}" in verb("status", cluster.name, status=1).stderr
    assert f"{cluster.name}: {told}" in verb("ps").stderr
    assert "the run left no summary: its launcher was killed" in verb("logs", cluster.name).stderr


@pytest.mark.parametrize("arguments", [
    ["status"], ["top", "--once"], ["stop"], ["restart", "0"], ["activate", "all"], ["attach"], ["logs"]], ids=lambda words: words[0])
def test_an_unknown_name_gets_the_nearest_one(cluster, verb, arguments):
    cluster.memory.write_bytes(b"")  # a name that there is
    wrong = cluster.name[:-1] + "x" if not cluster.name.endswith("x") else cluster.name[:-1]
    other = verb(arguments[0], wrong, *arguments[1:], status=1)
    cluster.memory.unlink()
    assert re.search(r"did you mean 'test-|there are ", other.stderr), other.stderr
    assert other.stdout == ""


# --- Asking ------------------------------------------------------------------------------------------------------------------


def test_controllers_are_taken_out_and_let_in(cluster, verb):
    running(cluster)
    assert "2 controllers deactivated" in verb("deactivate", cluster.name, "0-0,2").stderr
    assert states(verb, cluster) == ["idle", "active", "idle"]
    verb("activate", cluster.name, "2", "0")
    assert states(verb, cluster) == ["active"] * 3
    verb("deactivate", cluster.name, "all")
    assert states(verb, cluster) == ["idle"] * 3
    assert "there is no controller 3: the cluster has 3" in verb("activate", cluster.name, "1-3", status=1).stderr
    assert states(verb, cluster) == ["idle"] * 3, "none is asked when one of them is none"
    for wrong in ("x", "3-1", "-1", "1-", "1,,x"):
        verb("activate", cluster.name, "--", wrong, status=64)
    verb("stop", cluster.name)


def test_who_does_not_answer_is_named_and_the_request_taken_back(cluster, verb):
    segment = running(cluster)
    victim = status_of(verb, cluster)["rows"][1]["pid"]
    os.kill(victim, signal.SIGSTOP)
    wait_until(lambda: is_stopped(victim), what="the controller to stand still")
    told = verb("deactivate", cluster.name, "all", "--timeout", "300ms", status=1).stderr
    assert "no answer within 0.30 s from controller 1 (active)" in told
    os.kill(victim, signal.SIGCONT)
    solves = segment.solves(1)
    wait_until(lambda: segment.solves(1) > solves + 2, what="solves of who was suspended")
    assert states(verb, cluster) == ["idle", "active", "idle"], "what was taken back does not come true later"
    assert "3 controllers deactivated" in verb("deactivate", cluster.name, "0,1,2").stderr
    verb("stop", cluster.name)


def test_a_process_is_started_anew_in_its_place(cluster, verb):
    segment = running(cluster, "controllers.restart.policy=never")
    before = [process["pid"] for process in status_of(verb, cluster)["processes"]]
    assert "controller-1 is back" in verb("restart", cluster.name, "controller-1").stderr
    assert "simulator is back" in verb("restart", cluster.name, "simulator").stderr
    after = [process["pid"] for process in status_of(verb, cluster)["processes"]]
    assert [a == b for a, b in zip(before, after)] == [True, True, False, True, False]
    steps = segment.steps
    wait_until(lambda: segment.steps > steps, what="steps of the new simulator")
    assert "did you mean 'controller-1'" in verb("restart", cluster.name, "controler-1", status=1).stderr
    assert "without the server" in verb("restart", cluster.name, "server", status=1).stderr
    assert not [event for event in events(runs(cluster)[0]) if event["what"] in ("lost", "last-words")]
    verb("stop", cluster.name)


def test_one_that_has_not_claimed_its_slot_is_started_anew(cluster, verb, tmp_path):
    slow = program(tmp_path, f"sleep 1; exec {BINARIES}/ccluster-controller\n")
    cluster.start(GO2, sets=[*IDLE, "controllers.count=1", f"controllers.program={slow}"])
    wait_until(lambda: cluster.children("sleep 1"), what="the controller's script")
    assert "controller-0 is back" in verb("restart", cluster.name, "0").stderr
    verb("stop", cluster.name)


def test_one_that_does_not_end_is_killed_and_started_anew(cluster, verb, tmp_path):
    stubborn = program(tmp_path, "trap '' TERM; echo here; while :; do sleep 0.1; done\n")
    cluster.start(GO2, sets=["controllers.count=1", f"simulator.program={stubborn}"])
    wait_until(lambda: "│ here" in cluster.text, what="the simulator")
    assert "simulator is back" in verb("restart", cluster.name, "simulator").stderr
    assert "SIGKILL to 1 that did not end: simulator" in cluster.text
    verb("stop", cluster.name, "--grace", "100ms")
    assert cluster.wait() == 128 + 15


# --- Ending ------------------------------------------------------------------------------------------------------------------


def test_stop_ends_a_run_in_order_and_returns_when_it_is_gone(cluster, verb):
    running(cluster)
    told = json.loads(verb("stop", cluster.name, "--json").stdout)
    assert cluster.left() == ([], False) or cluster.wait(5) is not None
    assert cluster.wait() == 128 + 15
    assert "stopping: stop requested" in cluster.text and "cluster steps" in cluster.text, "the simulator summed up"
    summary = json.loads((runs(cluster)[0] / "summary.json").read_text())
    assert summary["reason"] == "stop requested" and summary["steps"] == told["steps"] > 0
    assert not (runs(cluster)[0] / "control.sock").exists()


def test_stop_works_without_the_channel(cluster, verb, tmp_path):
    (tmp_path / "file").write_text("")
    cluster.state = tmp_path / "file"
    running(cluster)
    verb("stop", cluster.name)
    assert cluster.wait() == 128 + 15


def test_a_second_launch_of_a_running_name_says_how_to_stop_the_first(cluster, verb):
    running(cluster)
    told = verb("launch", GO2, "--name", cluster.name, status=1).stderr
    assert re.search(
        rf"'{cluster.name}' runs already: process {cluster.launcher.pid}, since \d\d:\d\d:\d\d \(for \d+ s\); "
        rf"'ccluster stop {cluster.name}' ends it", told), told
    assert len(runs(cluster)) == 1, "a launch that is refused writes nothing down"
    verb("stop", cluster.name)


def test_clean_removes_what_is_left_over_and_nothing_that_runs(cluster, verb):
    running(cluster)
    other = Path(str(cluster.memory) + "-stale")
    other.write_bytes(b"left over")
    try:
        assert f"ccluster clean {cluster.name}-stale" in verb("ps").stderr
        for arguments in (["--dry-run"], []):
            removed = json.loads(
                verb("clean", cluster.name, cluster.name + "-stale", "--runs", "--json", *arguments).stdout)
            assert removed == {"memory": [cluster.name + "-stale"], "runs": []}
            assert other.exists() == bool(arguments)
        assert not other.exists() and cluster.memory.exists()
    finally:
        other.unlink(missing_ok=True)
    verb("stop", cluster.name)
    cluster.wait()
    assert f"would be removed: {runs(cluster)[0]}" in verb("clean", cluster.name, "--runs", "--dry-run").stderr
    assert len(runs(cluster)) == 1
    removed = json.loads(verb("clean", cluster.name, "--runs", "--json").stdout)
    assert len(removed["runs"]) == 1 and runs(cluster) == []


# --- Reading -----------------------------------------------------------------------------------------------------------------


def test_logs_are_merged_by_time_and_filtered(cluster, verb, tmp_path):
    chatty = program(tmp_path, "echo one; sleep 0.2; echo 'ERROR: two' >&2; sleep 0.2; echo 'WARNING three'; seq 4 9\n")
    assert cluster.run(GO2, sets=["controllers.count=2", f"simulator.program={chatty}"]) == 0, cluster.text
    records = [json.loads(line) for line in verb("logs", cluster.name, "--json").stdout.splitlines()]
    assert [record["time"] for record in records] == sorted(record["time"] for record in records)
    assert [record["text"] for record in records if record["process"] == "simulator"] == [
        "one", "ERROR: two", "WARNING three", *"456789"]
    assert {(record["stream"], record["level"]) for record in records if record["text"] in ("one", "ERROR: two")} == {
        ("out", "info"), ("err", "error")}

    def texts(*arguments):
        lines = verb("logs", cluster.name, *arguments).stdout.splitlines()
        assert all(re.match(r"\d\d:\d\d:\d\d\.\d{3} \S+ +│ ", line) for line in lines)
        return [line.split("│ ", 1)[1] for line in lines]

    assert texts("simulator", "--level", "warning") == ["ERROR: two", "WARNING three"]
    assert texts("-n", "2", "simulator") == ["8", "9"] and texts("-n", "0") == []
    moment = next(record["time"] for record in records if record["text"] == "ERROR: two")
    assert texts("simulator", "--since", moment)[0] == "ERROR: two"
    assert "one" in texts("--since", "10min") and texts("--since", "2999-01-01") == []
    assert "one" in verb("logs", runs(cluster)[0]).stdout, "a directory will do"
    assert "did you mean 'simulator'?" in verb("logs", cluster.name, "simulater", status=1).stderr
    verb("logs", cluster.name, "--level", "loud", status=64)


def test_logs_follow_through_files_that_are_put_aside(cluster, verb, tmp_path):
    """Followers that hold on to a file that is put aside fall silent: each line must come once, to the last."""
    count = 3000
    go = tmp_path / "go"
    chatty = program(tmp_path, f"echo line 0; until [ -e {go} ]; do sleep 0.02; done\n"
                     f"for i in $(seq 1 {count}); do echo line $i; [ $((i % 100)) = 0 ] && sleep 0.02; done; exit 0\n")
    cluster.start(GO2, sets=["controllers.count=1", f"simulator.program={chatty}", "logs={size: 16 kB, keep: 20}"])
    wait_until(lambda: "│ line 0" in cluster.text, what="the first line")
    output = tmp_path / "followed.txt"
    with open(output, "w") as file:
        follower = subprocess.Popen(
            [BINARIES / "ccluster", "logs", cluster.name, "simulator", "-f"], stdin=subprocess.DEVNULL, stdout=file,
            env=verb.environment)
    wait_until(lambda: "line 0" in output.read_text(), what="the follower")
    go.touch()
    assert cluster.wait() == 0
    assert follower.wait(WATCHDOG) == 0, "it ends with the run"
    followed = re.findall(r"simulator +│ line (\d+)$", output.read_text(), re.MULTILINE)
    assert followed == [str(number) for number in range(count + 1)]
    assert len(list((runs(cluster)[0] / "logs").iterdir())) > 3, "files were put aside meanwhile"


# --- Without a terminal ------------------------------------------------------------------------------------------------------


def test_a_detached_launch_returns_when_it_is_ready_and_outlives_its_terminal(cluster, verb):
    arguments = [BINARIES / "ccluster", "launch", GO2, "--detach", "--set", f"name={cluster.name}"]
    for item in IDLE:
        arguments += ["--set", item]
    pid, screen = pty.fork()
    if pid == 0:
        os.environ["XDG_STATE_HOME"] = str(cluster.state)
        os.execv(arguments[0], [str(word) for word in arguments])
    shown = b""
    while select.select([screen], [], [], WATCHDOG)[0]:
        try:
            data = os.read(screen, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown
    os.close(screen)  # the terminal's end
    text = shown.decode()
    assert "3 controllers registered in" in text and f"ccluster stop {cluster.name}" in text
    assert [row["state"] for row in status_of(verb, cluster)["rows"]] == ["active"] * 3, "ready is ready"
    launcher = status_of(verb, cluster)["launcher"]
    assert os.getsid(launcher) == launcher, "no terminal's signals reach a session of its own"
    segment = attach(cluster)
    steps = segment.steps
    wait_until(lambda: segment.steps > steps, what="steps without a terminal")
    verb("stop", cluster.name)
    assert "cluster steps" in verb("logs", cluster.name, "simulator").stdout


def test_a_detached_launch_that_fails_says_why(cluster, verb):
    told = verb(
        "launch", GO2, "--detach", "--name", cluster.name, "--set", "controllers.program={command: [/bin/false]}", status=1)
    assert "controller-0 ended with exit code 1 before it had registered" in told.stderr and told.stdout == ""
    assert "wrong-type" in verb("launch", GO2, "--detach", "--set", "controllers.count=x", status=2).stderr


def test_a_detached_launch_that_is_interrupted_is_ended(cluster, verb, tmp_path):
    process = subprocess.Popen(
        [BINARIES / "ccluster", "launch", GO2, "--detach", "--set", f"name={cluster.name}", "--set", "controllers.count=1",
         "--set", "controllers.program={command: [/bin/sleep, '600']}"], env=verb.environment, stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True)
    wait_until(lambda: cluster.children("sleep"), what="the controller")
    process.send_signal(signal.SIGINT)
    assert process.wait(WATCHDOG) == 130, process.stderr.read()
    process.stderr.close()


def test_attach_shows_the_run_and_ctrl_c_only_leaves(cluster, verb, tmp_path):
    go = tmp_path / "go"
    waits = program(tmp_path, f"echo begun; until [ -e {go} ]; do sleep 0.02; done; echo over; exit 7\n")
    cluster.start(GO2, sets=["controllers.count=1", f"simulator.program={waits}"])
    wait_until(lambda: "│ begun" in cluster.text, what="the simulator")

    def attached(name):
        output = open(tmp_path / name, "w")
        process = subprocess.Popen(
            [BINARIES / "ccluster", "attach", cluster.name], env=verb.environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=output)
        output.close()
        wait_until(lambda: "begun" in (tmp_path / name).read_text(), what="what was printed before")
        return process

    first, second = attached("first"), attached("second")
    first.send_signal(signal.SIGINT)
    assert first.wait(WATCHDOG) == 0 and f"'{cluster.name}' goes on" in (tmp_path / "first").read_text()
    assert not ended(cluster)
    go.touch()
    assert cluster.wait() == 7 and second.wait(WATCHDOG) == 7
    assert "│ over" in (tmp_path / "second").read_text()
    assert "│ over" not in (tmp_path / "first").read_text()


# --- The channel -------------------------------------------------------------------------------------------------------------


class Channel:
    def __init__(self, directory):
        self.socket = socket.socket(socket.AF_UNIX)
        descriptor = os.open(directory, os.O_PATH)
        self.socket.connect(f"/proc/self/fd/{descriptor}/control.sock")  # waits when too many knock at once
        os.close(descriptor)
        self.socket.settimeout(WATCHDOG)
        self.lines = self.socket.makefile("r")

    def send(self, **request):
        self.socket.sendall((json.dumps({"v": 1, **request}) + "\n").encode())

    def ask(self, **request):
        self.send(**request)
        return json.loads(self.lines.readline())

    def close(self):
        self.lines.close()
        self.socket.close()


def test_the_channel_answers_each_request_with_its_id(cluster):
    running(cluster)
    run = runs(cluster)[0]
    assert (run / "control.sock").stat().st_mode & 0o777 == 0o600
    channel = Channel(run)
    assert channel.ask(do="logs", id=[1]) == {"v": 1, "id": [1], "ok": True, "directory": str(run)}
    assert channel.ask(do="status")["status"]["state"] == "running"
    for request, code in [
            ({"do": "fly"}, "unknown-request"), ({}, "unknown-request"), ({"do": "stop", "v": 2}, "bad-version"),
            ({"do": "restart"}, "bad-request"), ({"do": "restart", "process": "x"}, "unknown-process"),
            ({"do": "reset", "controllers": [0, 9]}, "unknown-controller"), ({"do": "stop", "grace": -1}, "bad-request"),
            ({"do": "reset", "controllers": [0, "1"]}, "bad-request"), ({"do": "stop", "grace": 1e300}, "bad-request")]:
        answer = channel.ask(**request)
        assert answer["ok"] is False and answer["error"]["code"] == code, answer
    channel.socket.sendall(b"nonsense\n\n[1]\n")
    assert [json.loads(channel.lines.readline())["error"]["code"] for _ in range(2)] == ["bad-request"] * 2
    # A line beyond the limit ends the conversation, also when its end is already there.
    long = Channel(run)
    long.socket.sendall(b" " * 66_000 + b"{}\n")
    assert json.loads(long.lines.readline())["error"]["code"] == "bad-request" and long.lines.readline() == ""
    long.close()
    # Who has stopped sending still gets what it is owed, also for a last line without its end.
    channel.send(do="deactivate", controllers="all", id=2)
    channel.socket.sendall(b'{"v": 1, "id": 3, "do": "logs"}')
    channel.socket.shutdown(socket.SHUT_WR)
    answers = {answer["id"]: answer for answer in (json.loads(channel.lines.readline()) for _ in range(2))}
    assert answers[2] == {"v": 1, "id": 2, "ok": True, "controllers": [0, 1, 2], "skipped": []} and answers[3]["ok"]
    assert channel.lines.readline() == ""
    channel.close()
    cluster.send(15)
    cluster.wait()


def test_the_script_that_the_channels_page_shows_works(cluster, verb):
    running(cluster)
    page = (ROOT / "configs" / "CONTROL.md").read_text()
    script = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1].replace('"go2"', f'"{cluster.name}"').replace("[3]", "[2]")
    environment = {**verb.environment, "PATH": f"{BINARIES}:{os.environ['PATH']}"}
    run = subprocess.run(["python3", "-c", script], env=environment, capture_output=True, text=True, timeout=WATCHDOG)
    assert run.stdout == "True\n", run.stderr
    verb("stop", cluster.name)


def test_every_request_and_every_code_has_its_line_on_the_channels_page():
    page = (ROOT / "configs" / "CONTROL.md").read_text()
    source = (ROOT / "Sources" / "ClusterLaunch" / "Control" / "ControlRequest.swift").read_text()
    verbs = json.loads("[" + re.search(r"static let verbs = \[(.*?)\]", source, re.DOTALL)[1] + "]")
    codes = re.findall(r'case \w+ = "([a-z-]+)"', source)
    assert len(verbs) == 8 and len(codes) == 6
    assert [word for word in verbs + codes if f"`{word}`" not in page] == []


def test_subscribers_are_told_everything_to_the_end(cluster):
    running(cluster)
    channel = Channel(runs(cluster)[0])
    assert channel.ask(do="subscribe")["ok"]
    assert channel.ask(do="restart", process="2", id="r")["v"] == 1
    wait_until(lambda: [e["process"] for e in events(runs(cluster)[0])].count("controller-2") == 3, what="the new start")
    channel.send(do="stop")
    lines = [json.loads(line) for line in channel.lines]
    told = [line["event"]["what"] for line in lines if "event" in line]
    assert "started" in told and "stopping" in told and told[-1] == "ended", told
    channel.close()
    assert cluster.wait() == 128 + 15


def test_clients_that_misbehave_do_not_hold_the_run_up(cluster, verb):
    segment = running(cluster)
    run = runs(cluster)[0]
    endless, half, deaf = Channel(run), Channel(run), Channel(run)
    half.socket.sendall(b'{"v": 1, "do"')
    endless.socket.sendall(b"x" * (1 << 16) + b"xx")
    assert json.loads(endless.lines.readline())["error"]["code"] == "bad-request" and endless.lines.readline() == ""
    request = json.dumps({"v": 1, "do": "status"}).encode() + b"\n"
    with pytest.raises((BrokenPipeError, ConnectionResetError)):  # dropped, once 4 MiB are left unread
        for _ in range(100_000):
            deaf.socket.sendall(request)
    crowd = [Channel(run) for _ in range(40)]
    for one in crowd:
        one.close()
    steps = segment.steps
    wait_until(lambda: segment.steps > steps, what="steps meanwhile")
    assert Channel(run).ask(do="status")["ok"]
    for channel in (endless, half, deaf):
        channel.close()
    verb("stop", cluster.name)


def test_a_run_directory_may_have_a_long_path(cluster, verb, tmp_path):
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    running(cluster, arguments=["--run-dir", deep])
    assert json.loads(verb("status", cluster.name, "--json").stdout)["processes"] != []
    assert (deep / "control.sock").is_socket()
    verb("deactivate", cluster.name, "1")
    verb("stop", cluster.name)
    assert "cluster steps" in verb("logs", cluster.name).stdout, "the last run of a name is found wherever it was"
