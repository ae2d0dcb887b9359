"""`ccluster top` in a real terminal, which tmux draws: what stands there, what keys do, and what it leaves."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import termios

import pytest
from conftest import BINARIES, ROOT, WATCHDOG, _command as command_of, descendants, is_stopped, wait_until
from screen import screen  # noqa: F401, a fixture
from test_verbs import running, verb  # noqa: F401, a fixture

TITLES = "# STATE PID CORE P50 P99 MAX FAILS RESTARTS LATE COMMAND".split()


def top(screen, cluster, options=""):
    screen.run(f"ccluster top {cluster.name} --interval 100ms {options}")
    screen.wait_for("STATE")


def rows(screen):
    """The cells of each controller's row, by number."""
    found = {}
    for line in screen.lines:
        cells = line.replace("µs", "").replace(" ms", "").replace(" s ", " ").lstrip("*").split()
        if len(cells) > 4 and cells[0].isdigit():
            found[int(cells[0])] = cells
    return found


def order(screen):
    return list(rows(screen))


def titles(screen):
    return next(line for line in screen.lines if "STATE" in line)


# --- What stands there -------------------------------------------------------------------------------------------------------


def test_a_run_with_failures_shows_them_in_words_and_in_colour(cluster, verb, screen):
    """One has failed, one is dead, one is late, one is idle."""
    segment = running(
        cluster, "controllers.count=6", "controllers.restart.policy=never", "controllers.solve_timeout=300ms",
        "controllers.parameters={fail_at: {controller: 1, step: 5}}")
    wait_until(lambda: segment.state(1) == "failed", what="the failure")
    os.kill(segment.pid(2), signal.SIGKILL)
    wait_until(lambda: segment.state(2) == "dead", what="the death")
    verb("deactivate", cluster.name, "4")
    suspended = segment.pid(3)
    os.kill(suspended, signal.SIGSTOP)
    wait_until(lambda: segment.status(3) == "late", what="the late one")
    top(screen, cluster)
    screen.wait_for("2 active, 1 idle, 1 failed, 1 dead, 1 late")
    screen.wait_for(lambda s: all(" µs" in line or " ms" in line for line in (s.lines[5], s.lines[10])))
    lines = screen.lines
    assert re.fullmatch(
        rf"{cluster.name}  running  2 active, 1 idle, 1 failed, 1 dead, 1 late  up.*", lines[0])
    assert re.fullmatch(r"steps  [\d,]+ at [\d.]+/s, [\d.]+ × real time; COMMAND is ‖rhc_commands‖", lines[1])
    assert re.fullmatch(r"step   p50 [\d.]+ (µs|ms)  p99 [\d.]+ m?s  max [\d.]+ m?s  [▁▂▃▄▅▆▇█]{8,}", lines[2].replace("µs", "ms"))
    assert re.match(r"last \d+ s: all [\d,]+ steps, (all |[\d,]+ of )[\d,]+ solves sampled", lines[3])
    assert lines[4].replace("▲", "").split() == TITLES
    shown = rows(screen)
    assert [shown[row][1] for row in range(6)] == ["active", "failed", "dead", "late", "idle", "active"]
    assert [int(shown[row][2]) for row in range(6)] == [segment.pid(row) for row in range(6)]
    assert all(int(shown[row][3]) < os.cpu_count() for row in (0, 1, 3, 4, 5)) and shown[2][3] == "-"
    assert shown[1][7] == "1" and shown[3][9] == "1" and shown[0][7:10] == ["0", "0", "0"]
    assert lines[22] == "controller 1: failed, 5 solves, failed once, last: fail_at asks controller 1 to…"
    assert lines[23] == "q quit  ? help  / filter  ◂▸ sort  a activate  d deactivate  r reset  R restart"
    assert all(len(line) <= 80 for line in lines)
    styled = screen.styled.splitlines()
    red, green, cyan = "\x1b[31m", "\x1b[32m", "\x1b[36m"
    for text, colour, line in [("1 failed", red, 0), ("1 dead", red, 0), ("1 late", red, 0), ("2 active", green, 0),
                               ("active", green, 5), ("failed", red, 6), ("dead", red, 7), ("late", red, 8), ("idle", cyan, 9)]:
        assert colour + text in styled[line], styled[line]
    # README shows such a screen.
    shown = re.search(r"```text\n(go2  running  .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    assert shape(lines, cluster.name) == shape(shown.splitlines(), "go2")
    os.kill(suspended, signal.SIGCONT)
    screen.wait_for("3 active, 1 idle, 1 failed, 1 dead")
    screen.keys("q")
    verb("stop", cluster.name)


def shape(lines, name):
    """A screen without what differs from run to run: its figures, and how much room they and the name take; and without the empty
    lines."""
    lines = [line for line in lines if line]
    first = lines[0].replace(name, "NAME").split("  up ")[0]
    others = [re.sub(r"[▁▂▃▄▅▆▇█]+", "▁", line) for line in lines[1:]]
    # Whether all were seen is a figure, too.
    others = [re.sub(r"(all|[\d,]+ of) (?=[\d,]+ (steps|solves))", "", line) for line in others]
    figures = re.compile(r"[\d,]+(\.\d+)?( (µs|ms|s)\b)?")
    return [first] + [re.sub(r" +", " ", figures.sub("#", line)) for line in others]


def test_what_the_memory_says_is_what_is_shown(cluster, verb, screen):
    """Commands of which the norm is known: the rows of who is deactivated hold homing."""
    segment = running(cluster)
    verb("deactivate", cluster.name, "1")
    # Another step may have been in flight; the next one fills the row.
    steps = segment.steps
    wait_until(lambda: segment.steps > steps + 1, what="a step since")
    row = sum(float((segment.view("rhc_commands", field["name"])[1].astype("f8") ** 2).sum())
              for field in next(b for b in segment.map("")["buffers"] if b["name"] == "rhc_commands")["fields"])
    top(screen, cluster)
    shown = screen.wait_for(lambda s: rows(s).get(1))
    assert float(shown[-1]) == pytest.approx(row ** 0.5, rel=0.005) and row > 0
    screen.keys("q")
    verb("stop", cluster.name)


def test_it_fits_any_size_and_follows_when_it_changes(cluster, verb, screen):
    running(cluster, "controllers={count: 40, per_process: 8}")
    top(screen, cluster)
    screen.wait_for(lambda s: order(s) == list(range(17)))
    screen.resize(60, 15)
    screen.wait_for(lambda s: order(s) == list(range(8)))
    assert titles(screen).replace("▲", "").split() == "# STATE CORE P50 P99 MAX FAILS RESTARTS".split()
    assert screen.lines[14] == "q quit  ? help  / filter  ◂▸ sort  a activate  d deactivate"
    screen.resize(120, 30)
    screen.wait_for(lambda s: order(s) == list(range(23)))
    assert titles(screen).replace("▲", "").split() == [*TITLES, "DEATHS", "PROCESS"]
    assert "controllers-8-15" in screen.lines[4 + 1 + 8]
    screen.resize(10, 2)
    screen.wait_for(lambda s: s.lines[0].endswith("…") and s.lines[1].split() == ["0", "0"])
    screen.resize(80, 24)
    screen.wait_for(lambda s: order(s) == list(range(17)))
    screen.keys("End")
    screen.wait_for(lambda s: order(s) == list(range(23, 40)))
    screen.keys("q")
    verb("stop", cluster.name)


def test_without_colours_the_selected_row_is_still_seen(cluster, verb, screen):
    running(cluster)
    screen.run("export NO_COLOR=1")
    top(screen, cluster)
    screen.keys("Down")
    screen.wait_for(lambda s: re.search(r"\x1b\[[\d;]*7m", s.styled))
    assert not re.search(r"\x1b\[[\d;]*3[1-7]m", screen.styled) and "active" in screen.text
    screen.keys("q")
    verb("stop", cluster.name)


# --- Keys --------------------------------------------------------------------------------------------------------------------


def test_rows_are_sorted_and_filtered(cluster, verb, screen):
    running(cluster, "controllers.count=5", "controllers.parameters={delay: {controller: 3, step: 20, seconds: 0.2}}")
    top(screen, cluster, "--sort max")
    # Of all solves, whether that one was seen or not.
    screen.keys("t")
    screen.wait_for("since top began: ")
    screen.wait_for(lambda s: "▼MAX" in titles(s) and order(s)[:1] == [3])
    screen.keys("i")
    screen.wait_for(lambda s: "▲MAX" in titles(s) and order(s)[-1:] == [3])
    for _ in range(6):
        screen.keys("Left")
    screen.wait_for(lambda s: "▲#" in titles(s) and order(s) == [0, 1, 2, 3, 4])
    screen.keys("/", "1", "-", "3")
    screen.wait_for(lambda s: order(s) == [1, 2, 3] and "filter: 1-3" in s.text)
    screen.keys("Enter")
    screen.wait_for("3 of 5 fit '1-3'")
    screen.keys("Escape")
    screen.wait_for(lambda s: order(s) == [0, 1, 2, 3, 4])
    screen.keys("?")
    screen.wait_for("how often it was seen to miss solve_timeout")
    screen.keys("x")
    screen.wait_for(lambda s: order(s) == [0, 1, 2, 3, 4])
    screen.keys("t")
    screen.wait_for(lambda s: s.lines[3].startswith("last "))
    screen.keys("q")
    verb("stop", cluster.name)


def test_controllers_are_asked_after_a_question_and_the_answer_is_shown(cluster, verb, screen):
    segment = running(cluster, "controllers.count=4")
    top(screen, cluster)
    screen.keys("R")
    screen.wait_for("first select a controller")
    screen.keys("Down", "Down", "R")
    screen.wait_for("restart controller 1? y does it, any other key does not")
    before = [segment.pid(slot) for slot in range(4)]
    screen.keys("n")
    screen.wait_for("nothing was done")
    screen.keys("R", "y")
    screen.wait_for("controller-1 told to end, and started anew")
    wait_until(lambda: segment.pid(1) != before[1] and segment.state(1) == "active", what="the new process")
    screen.wait_for(lambda s: rows(s)[1][1:3] == ["active", str(segment.pid(1))] and rows(s)[1][8] == "1")
    assert [segment.pid(slot) == pid for slot, pid in enumerate(before)] == [True, False, True, True]
    # Several at once: marked, and deactivated in one request.
    screen.keys("Home", "Space", "End", "Space", "d")
    screen.wait_for("deactivate controllers 0, 3? their commands go back to homing; y does it")
    screen.keys("y")
    screen.wait_for("✓ controllers 0, 3 deactivated")
    assert segment.states() == ["idle", "active", "active", "idle"]
    screen.wait_for("2 active, 2 idle")
    screen.keys("a", "y")
    screen.wait_for("✓ controllers 0, 3 activated")
    screen.keys("Escape", "Escape", "r")
    screen.wait_for("first select a controller")
    screen.keys("q")
    verb("stop", cluster.name)


def test_a_refusal_is_shown_and_meanwhile_all_goes_on(cluster, verb, screen):
    segment = running(cluster)
    suspended = segment.pid(1)
    os.kill(suspended, signal.SIGSTOP)
    wait_until(lambda: is_stopped(suspended), what="the controller to stand still")
    top(screen, cluster)
    screen.keys("*", "r", "y")
    screen.wait_for("reset controllers 0-2 …")
    screen.keys("Escape", "Down", "a", "y")
    screen.wait_for("wait: reset controllers 0-2 is not answered yet")
    screen.wait_for("✗ no answer within 10.0 s from controller 1 (active)")
    os.kill(suspended, signal.SIGCONT)
    screen.keys("q")
    verb("stop", cluster.name)


# --- What it leaves ----------------------------------------------------------------------------------------------------------


def settings(screen, tmp_path):
    """What a program may change of a terminal; 'before' stands on its screen then, and a prompt below."""
    file = tmp_path / "settings"
    file.unlink(missing_ok=True)
    screen.run(f"clear; stty -g > {file}.new; mv {file}.new {file}; echo before")
    wait_until(file.exists, what="stty")
    screen.wait_for(lambda s: s.lines[:2] == ["before", "$"])
    return file.read_text(), screen.modes


def process(cluster):
    """The one that runs `ccluster top`."""
    return wait_until(
        lambda: next((pid for pid in descendants() if command_of(pid).startswith(f"ccluster top {cluster.name}")), None),
        what="the process of top")


def is_back(screen):
    """Whether the shell's own screen is there again, with a prompt."""
    return screen.lines[0] == "before" and "$" in screen.lines[2:] and "STATE" not in screen.text


def show_status(screen, status):
    screen.run("echo status $?")
    screen.wait_for(f"status {status}\n")


ENDS = {
    "q": (["q"], None, 0), "Ctrl-C": (["C-c"], None, 130), "SIGTERM": ([], signal.SIGTERM, 143),
    "SIGHUP": ([], signal.SIGHUP, 129), "SIGQUIT": ([], signal.SIGQUIT, 131), "a crash": ([], signal.SIGSEGV, 139),
    "SIGTERM after Ctrl-S": (["C-s"], signal.SIGTERM, 143),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_terminal_is_left_as_it_was(cluster, verb, screen, tmp_path, end):
    keys, number, status = ENDS[end]
    running(cluster)
    screen.run("ulimit -c 0")
    before = settings(screen, tmp_path)
    top(screen, cluster)
    assert screen.modes[:3] == ["1", "0", "0"], "another screen, no cursor, no line that wraps"
    pid = process(cluster)
    if keys:
        screen.keys(*keys)
    if number is not None:
        os.kill(pid, number)
    screen.wait_for(is_back)
    show_status(screen, status)
    assert settings(screen, tmp_path) == before
    verb("stop", cluster.name)


def test_it_is_suspended_and_goes_on(cluster, verb, screen, tmp_path):
    running(cluster)
    before = settings(screen, tmp_path)
    top(screen, cluster)
    screen.keys("Down")
    screen.keys("C-z")
    screen.wait_for(lambda s: is_back(s) and "Stopped" in s.text)
    assert settings(screen, tmp_path) == before
    screen.run("fg")
    screen.wait_for("controller 0: active")
    assert screen.modes[:3] == ["1", "0", "0"]
    screen.resize(70, 20)
    screen.wait_for(lambda s: s.lines[19].startswith("q quit"))
    # Stopped by somebody who did not ask, it takes the screen again, too.
    os.kill(process(cluster), signal.SIGSTOP)
    screen.wait_for("Stopped")
    screen.run("fg")
    screen.wait_for(lambda s: s.lines[0].startswith(cluster.name) and "controller 0: active" in s.text)
    screen.resize(80, 24)
    screen.keys("q")
    screen.wait_for(lambda s: s.modes[0] == "0")
    assert settings(screen, tmp_path) == before
    verb("stop", cluster.name)


def test_in_the_background_it_waits_until_it_is_in_front(cluster, verb, screen, tmp_path):
    running(cluster)
    before = settings(screen, tmp_path)
    screen.run(f"ccluster top {cluster.name} &")
    pid = process(cluster)
    wait_until(lambda: is_stopped(pid), what="it to be stopped by the terminal")
    assert screen.modes[0] == "0"
    screen.run("fg")
    screen.wait_for("STATE")
    screen.keys("q")
    screen.wait_for(is_back)
    assert settings(screen, tmp_path) == before
    verb("stop", cluster.name)


@pytest.mark.parametrize("how", ["stopped", "over", "server killed"])
def test_when_the_cluster_ends_its_last_figures_stay_with_the_reason(cluster, verb, screen, tmp_path, how):
    segment = running(cluster, *(["simulator.steps=150"] if how == "over" else []))
    before = settings(screen, tmp_path)
    top(screen, cluster)
    screen.wait_for(lambda s: " 3 active" in s.lines[0])
    if how == "stopped":
        verb("stop", cluster.name)
    elif how == "server killed":
        os.kill(cluster.server[0], signal.SIGKILL)
    cluster.wait()
    reason = {"stopped": "stop requested", "over": "the run is over", "server killed": "the server is gone"}[how]
    screen.wait_for(lambda s: re.search(rf"^ended: {reason}.*; q leaves$", s.text, re.MULTILINE))
    lines = screen.lines
    assert lines[0].startswith(f"{cluster.name}  ended  ") and order(screen) == [0, 1, 2]
    if how == "over":
        assert lines[1].startswith("steps  150 at ")
    # All that only looks still works.
    screen.keys("Down", "R")
    screen.wait_for("the cluster has ended")
    screen.resize(60, 15)
    screen.wait_for(lambda s: s.lines[14].startswith("q quit") and order(s) == [0, 1, 2])
    screen.resize(80, 24)
    screen.keys("q")
    screen.wait_for(f"■ '{cluster.name}' has ended: {reason}")
    show_status(screen, 0)
    assert settings(screen, tmp_path) == before


def test_a_terminal_that_takes_nothing_holds_nobody(cluster, verb):
    """Its window is not drawn, its connection hangs: whoever ends top does not wait for it, and the settings are as they were."""
    running(cluster)
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    process = subprocess.Popen(
        [BINARIES / "ccluster", "top", cluster.name, "--interval", "100ms"], stdin=slave, stdout=slave, stderr=slave,
        start_new_session=True, env={**verb.environment, "TERM": "xterm"})
    wait_until(lambda: termios.tcgetattr(slave) != before, what="it to take the terminal")
    # As many screens as fill whatever lies between.
    for width in range(100):
        termios.tcsetwinsize(slave, (50, 100 + width))
        process.send_signal(signal.SIGWINCH)
        wait_until(lambda: "S" in state_of(process.pid), what="it to wait")
    process.send_signal(signal.SIGTERM)
    assert process.wait(WATCHDOG) == -signal.SIGTERM
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)
    verb("stop", cluster.name)


def state_of(pid):
    return re.search(r"State:\t(\w)", open(f"/proc/{pid}/status").read())[1]


# --- A cluster of a program's own ----------------------------------------------------------------------------------------------


def test_controllers_of_a_program_without_a_launcher_are_asked_in_the_memory(cluster, verb, screen, tmp_path):
    """Its server is a program of the tests, its memory a copy of what a launch has made."""
    running(cluster, "controllers.count=2", "controllers.activate=false")
    shutil.copy(cluster.memory, tmp_path / "image")
    verb("stop", cluster.name)
    cluster.assert_nothing_left()
    controller = str(BINARIES / "ccluster-controller")
    program = subprocess.Popen(
        ["sh", "-c", 'exec "$0" 4< image', BINARIES / "ccluster-test-worker"], cwd=tmp_path, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
        env={**os.environ, "CCLUSTER_TEST_ROLE": "server", "CCLUSTER_TEST_CONTROLLERS": f"{controller},{controller}"})
    assert program.stdout.readline() == "ready\n"
    top(screen, cluster)
    screen.wait_for("2 idle")
    screen.keys("Down", "a", "y")
    screen.wait_for("✓ controller 0 activated")
    screen.wait_for("1 active, 1 idle")
    screen.keys("R", "y")
    screen.wait_for("restart controller 0: no launcher runs this cluster: restart its program")
    program.communicate("stop\n", timeout=WATCHDOG)
    screen.wait_for("ended: its server is gone; q leaves")
    screen.keys("q")


# --- Without a terminal ------------------------------------------------------------------------------------------------------


def test_what_is_no_terminal_is_refused_with_what_there_is_for_it(cluster, verb, screen):
    running(cluster)
    refusal = verb("top", cluster.name, status=64)
    assert refusal.stdout == "" and "--once prints one page, --json one object" in refusal.stderr
    screen.run(f"TERM=dumb ccluster top {cluster.name}")
    screen.wait_for("--once prints one page")
    show_status(screen, 64)
    for wrong in (["--interval", "10ms"], ["--interval", "1"], ["--sort", "message"], ["--sort", "nothing"]):
        verb("top", cluster.name, "--once", *wrong, status=64)
    verb("stop", cluster.name)


def test_one_page_and_one_object(cluster, verb):
    segment = running(cluster, "controllers={count: 12, per_process: 4}", "controllers.restart.policy=never")
    os.kill(segment.pid(4), signal.SIGKILL)
    wait_until(lambda: segment.state(7) == "dead", what="the deaths")
    page = verb("top", cluster.name, "--once", "--interval", "500ms").stdout
    assert "\x1b" not in page and not any(line.endswith(" ") for line in page.splitlines())
    lines = page.splitlines()
    assert lines[0].startswith(f"{cluster.name}  running  8 active, 4 dead  up ") and lines[4] == "" and len(lines) == 6 + 12
    assert lines[5].replace("▲", "").split() == [*TITLES, "DEATHS", "PROCESS"]
    ends = {line.index(re.search(r"controllers-\d+-\d+$", line)[0]) for line in lines[6:]}
    assert len(ends) == 1 and lines[5].index("PROCESS") in ends, "columns are aligned"
    assert verb("top", cluster.name, "--once", "--interval", "100ms", "--filter", "dead", "--sort", "controller",
                "--invert").stdout.splitlines()[6].split()[0] == "7"

    told = json.loads(verb("top", cluster.name, "--json", "--interval", "500ms").stdout)
    common = json.loads(verb("status", cluster.name, "--json").stdout)
    assert set(common) - set(told) == {"config", "run_directory", "processes"}
    assert told["name"] == cluster.name and told["controllers"] == {"count": 12, "active": 8, "dead": 4}
    assert 0.5 <= told["span"] < 5 and told["command_buffer"] == "rhc_commands"
    steps, solves = told["step_times"], told["solves"]
    assert 0 < steps["seen"] <= steps["count"] and 0 < steps["p50"] <= steps["p99"] <= steps["max"]
    assert 0 < solves["seen"] <= solves["count"] and solves["seen"] == sum(row["solve_times"]["seen"] for row in told["rows"])
    assert [row["controller"] for row in told["rows"]] == list(range(12))
    for row in told["rows"]:
        is_dead = 4 <= row["controller"] < 8
        assert row["state"] == ("dead" if is_dead else "active") and row["deaths"] == int(is_dead) and not row["late"]
        assert row["process"] == "controllers-%d-%d" % (row["controller"] // 4 * 4, row["controller"] // 4 * 4 + 3)
        assert (row["core"] is None) == is_dead and row["pid"] > 0 and row["command_norm"] > 0
        assert (row["solve_times"]["p99"] > 0) != is_dead and row["times_late"] == row["failures"] == row["restarts"] == 0
    verb("stop", cluster.name)
