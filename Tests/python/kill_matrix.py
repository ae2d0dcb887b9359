"""What becomes of a run when one of its processes gets a signal, as a table, and what carries it out on real clusters.

A phase is reached by waiting on what it is known by, and is held while the signal is sent: before the memory is ready by a lock
on what an earlier server has left, before a process registers by a pipe that its program reads from first, in the end by another
process that is suspended and keeps the launcher waiting.
"""

import concurrent.futures
import fcntl
import json
import os
import re
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from conftest import BINARIES, Cluster, ccluster, config_of, is_stopped, processes_of, wait_until
from segment import attach
from test_run_directory import events, runs

PHASES = ("starting", "registering", "stepping", "stopping")
SIGNALS = ("SIGTERM", "SIGKILL", "SIGSEGV", "SIGSTOP")
STOP_REQUESTED = 128 + signal.SIGTERM
WATCHDOG = 10  # s, beside the graces of a stop
GRACE = 3  # s
AT_ONCE = 8  # clusters


class Outcome(NamedTuple):
    """What must come of a signal. In texts `{signal}` is its name and `{number}` its number."""

    # The exit status of the launch; None is STOP_REQUESTED, because the test has ended a run that went on.
    status: object
    # That launch has printed, that an event tells, and that the summary gives as its reason when the run has ended by itself.
    words: str
    # For people.
    meaning: str


OUTCOMES = {
    "ends in order": Outcome(STOP_REQUESTED, "SIGTERM received", "The run ends in order; the status is 143."),
    "ends at once": Outcome(
        STOP_REQUESTED, "SIGKILL to", "The second request: what is left is killed at once. The status is that of the first."),
    "dies, all with it": Outcome(
        "-{number}", "", "Nobody is left to tell. The server, or the kernel, kills all processes and removes the memory; "
        "`status` and `logs` say that the launcher was killed."),
    "waits for SIGCONT": Outcome(
        None, "SIGCONT received", "A suspended launcher supervises nothing; the controllers step on. `ps` says `suspended`, and "
        "verbs say how to let it go on. What has happened meanwhile is handled then."),
    "ends the run": Outcome(
        1, "the server is gone: it was killed by {signal}", "Without a server nobody declares deaths: all are killed, and the "
        "status is 1."),
    "times out": Outcome(
        1, "within startup_timeout", "`startup_timeout` ends the run, names who is missing, and the status is 1. What is "
        "suspended is killed."),
    "ignored": Outcome(None, "", "Nothing happens."),
    "replaced": Outcome(None, "the keeper was killed by {signal}; another one", "Another keeper takes its place."),
    "suspended": Outcome(
        None, "{who} is suspended", "It is told with the command that lets it go on. A suspended controller is `late` from "
        "`solve_timeout` on, a suspended simulator makes no steps. SIGCONT lets it go on; the end of the run ends it, too."),
    "late": Outcome(
        None, "", "Its parent is well, so the signal itself is not told: the controller is `late` from `solve_timeout` on, and told "
        "as silent by `controllers.liveness`, or the simulator makes no steps, until SIGCONT. The end of the run ends it, too."),
    "restarted": Outcome(
        None, "controller-0 was killed by {signal}", "It is started again, in its slot, as `controllers.restart` says."),
    "restarted, by its code": Outcome(
        None, "controller-0 ended with exit code {code}", "Its parent ends with 128 + the signal, and is started again."),
    "ends the start": Outcome(
        1, "controller-0 ended with exit code {code} before it had registered", "Its parent ends with 128 + the signal, and who "
        "gives up by itself before all have registered would do so again: the status is 1."),
    "is the run's end": Outcome(
        "128 + {number}", "the simulator was killed by {signal}", "The run ends with the simulator, and has its status: 128 + the "
        "signal."),
    "ends well": Outcome(0, "", "The built-in simulator sums up, and the run ends with status 0."),
    "is the run's end, by its code": Outcome(
        "128 + {number}", "the simulator ended with exit code {code}", "The run ends with the simulator, and has the exit code of "
        "its parent."),
    "ends as asked": Outcome(
        STOP_REQUESTED, "stop requested", "The run is being ended: it is, as it was asked to, with that status. Who is suspended "
        "is terminated after the grace."),
}

_FATAL = "SIGTERM SIGKILL SIGSEGV"
_MEMBER = ["restarted", "restarted", "restarted", "ends as asked"]
_SIMULATOR = ["is the run's end", None, "is the run's end", "ends as asked"]

# Process, signals, and what comes of it in each phase; None where there is no such process yet.
MATRIX = [
    ("launcher", "SIGTERM", ["ends in order"] * 3 + ["ends at once"]),
    ("launcher", "SIGKILL SIGSEGV", ["dies, all with it"] * 4),
    ("launcher", "SIGSTOP", ["waits for SIGCONT"] * 3 + ["ends as asked"]),
    ("server", _FATAL, ["ends the run"] * 3 + ["ends as asked"]),
    ("server", "SIGSTOP", ["times out", "times out", "suspended", "ends as asked"]),
    ("keeper", "SIGTERM", ["ignored"] * 3 + ["ends as asked"]),
    ("keeper", "SIGKILL SIGSEGV", ["replaced"] * 3 + ["ends as asked"]),
    ("keeper", "SIGSTOP", ["suspended"] * 3 + ["ends as asked"]),
    ("controller", _FATAL, _MEMBER),
    ("controller", "SIGSTOP", ["times out", "suspended", "suspended", "ends as asked"]),
    ("controller's shell", _FATAL, _MEMBER),
    ("controller's shell", "SIGSTOP", ["times out", "suspended", "suspended", "ends as asked"]),
    ("child of that shell", _FATAL, [None, "ends the start", "restarted, by its code", "ends as asked"]),
    ("child of that shell", "SIGSTOP", [None, "late", "late", "ends as asked"]),
    ("controller's Python", _FATAL, _MEMBER),
    ("controller's Python", "SIGSTOP", ["times out", "suspended", "suspended", "ends as asked"]),
    ("child of that Python", _FATAL, [None, "ends the start", "restarted, by its code", "ends as asked"]),
    ("child of that Python", "SIGSTOP", [None, "late", "late", "ends as asked"]),
    ("simulator", "SIGTERM", ["is the run's end", None, "ends well", "ends as asked"]),
    ("simulator", "SIGKILL SIGSEGV", _SIMULATOR),
    ("simulator", "SIGSTOP", ["suspended", None, "suspended", "ends as asked"]),
    ("simulator's shell", _FATAL, _SIMULATOR),
    ("simulator's shell", "SIGSTOP", ["suspended", None, "suspended", "ends as asked"]),
    ("child of its shell", "SIGTERM", [None, None, "ends well", "ends as asked"]),
    ("child of its shell", "SIGKILL SIGSEGV", [None, None, "is the run's end, by its code", "ends as asked"]),
    ("child of its shell", "SIGSTOP", [None, None, "late", "ends as asked"]),
]


class Case(NamedTuple):
    role: str
    signal: str
    phase: str
    expected: str

    def __str__(self):
        return f"{self.role}, {self.signal}, {self.phase}"


CASES = [Case(role, name, phase, expected) for role, names, outcomes in MATRIX for name in names.split()
         for phase, expected in zip(PHASES, outcomes) if expected]
assert len(CASES) == len(set(CASES))

CONTROLLER = """#!/bin/sh
case $CCLUSTER_FIRST_SLOT$1 in
0exec) read _ < {gates}/first; exec {binaries}/ccluster-controller;;
0shell) read _ < {gates}/first; {binaries}/ccluster-controller; exit $?;;
0python) exec {python} -S {gates}/wrapper.py;;
*) read _ < {gates}/second; {binaries}/ccluster-controller; exit $?;;
esac
"""
# As people write it: the child gets none of this process's descriptors.
WRAPPER = """import os, subprocess, sys
os.read(os.open("{gates}/first", os.O_RDONLY), 1)
code = subprocess.call(["{binaries}/ccluster-controller"])
sys.exit(code if code >= 0 else 128 - code)
"""
SIMULATOR = """#!/bin/sh
read _ < {gates}/simulator
[ $1 = exec ] && exec {binaries}/ccluster-simulator
{binaries}/ccluster-simulator; exit $?
"""


class Gates:
    """Pipes that programs read from before they go on. Opened, one lets all through who come from then on."""

    def __init__(self, directory):
        self.directory = directory
        self._pipes = {}
        for name in ("first", "second", "simulator"):
            os.mkfifo(directory / name)
            self._pipes[name] = os.open(directory / name, os.O_RDWR)

    def open(self, *names):
        for name in names:
            os.write(self._pipes[name], b"\n" * 50)

    def open_all(self):
        self.open(*self._pipes)

    def close(self):
        for pipe in self._pipes.values():
            os.close(pipe)


def program(path, text, gates):
    path.write_text(text.format(gates=gates, binaries=BINARIES, python=sys.executable))
    path.chmod(0o755)
    return path


def children_of(pid):
    try:
        return [int(word) for task in Path(f"/proc/{pid}/task").iterdir() for word in (task / "children").read_text().split()]
    except FileNotFoundError:
        return []


def is_keeper(pid):
    try:
        return b"CCLUSTER_KEEPER=" in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


class Trial:
    """One case, on a cluster of its own."""

    def __init__(self, case, directory):
        self.case = case
        self.number = signal.Signals[case.signal]
        self.outcome = OUTCOMES[case.expected]
        self.cluster = Cluster(directory)
        self.gates = Gates(directory)
        self.segment = None
        self.lock = None
        self.held = []
        first = {"controller": "exec", "controller's shell": "shell", "child of that shell": "shell"}.get(case.role, "python")
        simulator = "exec" if case.role == "simulator" else "shell"
        program(directory / "wrapper.py", WRAPPER, directory)
        self.sets = [
            "controllers.count=2", "controllers.solve_timeout=200ms", "controllers.restart.backoff=10ms",
            f"controllers.program={{command: [{program(directory / 'controller.sh', CONTROLLER, directory)}, {first}]}}",
            f"simulator.program={{command: [{program(directory / 'simulator.sh', SIMULATOR, directory)}, {simulator}]}}",
            "simulator.parameters={tolerance: null}", "simulator.steps=0", "simulator.realtime=true"]
        if case.expected == "times out":
            self.sets.append("controllers.startup_timeout=1s")

    @property
    def is_of_members(self):
        return self.case.role not in ("launcher", "server", "keeper")

    @property
    def is_of_simulator(self):
        return "simulator" in self.case.role or self.case.role == "child of its shell"

    def run(self):
        try:
            self.reach_phase()
            victim = self.victim()
            self.send(victim)
            if self.case.role == "launcher" and self.case.signal == "SIGSTOP":
                self.resume_launcher(victim)
            # Its parent takes its time to end: until then the others may not have registered.
            if self.case.expected != "ends the start":
                self.gates.open_all()
            if self.outcome.status is None:
                self.go_on(victim)
            self.check_end()
            self.cluster.assert_nothing_left(WATCHDOG)
        except Exception as error:
            error.add_note(f"{self.case}: expected '{self.case.expected}'\n{self.cluster.text}")
            raise
        finally:
            if self.lock is not None:
                os.close(self.lock)
            self.gates.close()
            self.cluster.clean_up()

    # --- Reaching a phase --------------------------------------------------------------------------------------------

    def reach_phase(self):
        phase = self.case.phase
        closed = {"registering": "second", "starting": "simulator" if self.is_of_simulator else "first"}.get(phase)
        if phase == "starting" and not self.is_of_members:
            closed = None
            # As a server that is gone has left it, which another one still has open.
            self.lock = os.open(self.cluster.memory, os.O_RDWR | os.O_CREAT, 0o600)
            os.write(self.lock, b"CCLUSTER".ljust(4096, b"\0"))
            fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.gates.open(*{"first", "second", "simulator"} - {closed})
        # Of a program that crashes. One that is sent the signal does not crash again when it goes on from there, and lives.
        self.cluster.start(config_of("go2"), sets=self.sets, environment={"SWIFT_BACKTRACE": "enable=no"})
        if self.lock is not None:
            # The server waits for the lock, and not for long: then suspended, it does as long as it must.
            self.suspend(self.process("server"))
            fcntl.flock(self.lock, fcntl.LOCK_UN)
            return
        if phase == "starting":
            self.process("simulator" if self.is_of_simulator else "controller-0")
            return
        self.attach()
        wait_until(lambda: self.segment.state(0) == "active", what="controller 0")
        if phase == "registering":
            self.process("controller-1")
            return
        wait_until(lambda: self.segment.steps > 5, what="steps")
        if phase == "stopping":
            # Keeps the launcher waiting. So does the victim, which would be gone otherwise.
            self.suspend(self.segment.pid(1))
            if self.is_of_members:
                self.suspend(self.victim())
            self.ask_to_stop(GRACE)
            wait_until(lambda: self.segment.phase == 2, what="the stop")

    def attach(self):
        self.segment = wait_until(lambda: self.published(), what="the memory")

    def published(self):
        try:
            segment = attach(self.cluster)
        except (OSError, ValueError, AssertionError):
            return None
        return segment if segment.phase == 1 else None

    def events(self):
        try:
            return events(runs(self.cluster)[-1])
        except (FileNotFoundError, IndexError):
            return []

    def process(self, name):
        """The pid of the last start of a process."""
        found = wait_until(
            lambda: [event["why"] for event in self.events() if event["what"] == "started" and event["process"] == name],
            what=f"{name} to be started")
        return int(found[-1].rsplit(maxsplit=1)[1])

    def suspend(self, pid):
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: is_stopped(pid), what="a process to be suspended")
        self.held.append(pid)

    def victim(self):
        role = self.case.role
        if role == "launcher":
            return self.cluster.launcher.pid
        if role == "keeper":
            return wait_until(lambda: self.keepers(), what="the keeper")[0]
        if role == "server":
            return self.process("server")
        leader = self.process("simulator" if self.is_of_simulator else "controller-0")
        if not role.startswith("child"):
            return leader
        return wait_until(lambda: children_of(leader), what="the child")[0]

    def keepers(self):
        return [pid for pid in children_of(self.cluster.launcher.pid) if is_keeper(pid)]

    def send(self, victim):
        os.kill(victim, self.number)
        for pid in self.held:
            # Slot 1 goes on keeping the launcher waiting; who is to be suspended stays so.
            goes_on = self.case.signal != "SIGSTOP" if pid == victim else self.case.phase == "starting"
            if goes_on:
                try:
                    os.kill(pid, signal.SIGCONT)
                except ProcessLookupError:
                    pass  # SIGKILL waits for no SIGCONT

    # --- What comes of it ----------------------------------------------------------------------------------------------

    def resume_launcher(self, launcher):
        """Nobody but who has suspended it can."""
        wait_until(lambda: is_stopped(launcher), what="the launcher to be suspended")
        if self.segment is not None:
            listed = json.loads(ccluster("ps", "--json", env=self.environment).stdout)["clusters"]
            assert [entry["state"] for entry in listed if entry["name"] == self.cluster.name] == ["suspended"], listed
            refusal = ccluster("stop", self.cluster.name, env=self.environment)
            assert refusal.returncode == 1 and f"kill -CONT {launcher}" in refusal.stderr, refusal.stderr
        if self.case.phase == "stepping":
            self.steps_go_on()
        os.kill(launcher, signal.SIGCONT)

    @property
    def environment(self):
        return {**os.environ, "XDG_STATE_HOME": str(self.cluster.state)}

    def go_on(self, victim):
        """The run goes on as it should, and is ended."""
        if self.case.expected not in ("suspended", "late") or not self.is_of_simulator:
            self.attach()
            self.steps_go_on()
        if self.case.expected.startswith("restarted"):
            wait_until(lambda: self.segment.state(0) == "active" and self.segment.pid(0) != victim, what="the restart")
            assert not self.exists(victim)
        elif self.case.expected == "replaced":
            wait_until(lambda: self.keepers() not in ([], [victim]), what="another keeper")
        elif self.case.signal == "SIGSTOP" and self.case.role != "launcher":
            wait_until(lambda: is_stopped(victim), what="the victim to stand still")
            if "controller" in self.case.role and self.segment.pid(0) == victim:
                wait_until(lambda: self.segment.status(0) == "late", what="the controller to be late")
        self.wait_for_words()
        self.ask_to_stop(0.5)

    @staticmethod
    def exists(pid):
        return Path(f"/proc/{pid}").exists()

    def steps_go_on(self):
        before = self.segment.steps
        wait_until(lambda: self.segment.steps > before + 3, what="steps to go on")

    def words(self):
        values = {"signal": self.case.signal, "number": int(self.number), "code": 128 + self.number, "who": self.who}
        return self.outcome.words.format(**values)

    @property
    def who(self):
        if self.case.role in ("keeper", "server"):
            return "the keeper" if self.case.role == "keeper" else "server"
        return "simulator" if self.is_of_simulator else "controller-0"

    def wait_for_words(self):
        words = self.words()
        wait_until(lambda: words in self.cluster.text, WATCHDOG, f"{words!r} on the terminal")
        if words:
            wait_until(lambda: any(words in event["why"] for event in self.events()), WATCHDOG, f"{words!r} among the events")

    def ask_to_stop(self, grace):
        channel = socket.socket(socket.AF_UNIX)
        directory = os.open(runs(self.cluster)[-1], os.O_RDONLY)
        channel.connect(f"/proc/self/fd/{directory}/control.sock")
        channel.sendall(json.dumps({"v": 1, "do": "stop", "grace": grace}).encode() + b"\n")
        assert json.loads(channel.makefile().readline())["ok"]
        channel.close()
        os.close(directory)

    def check_end(self):
        status = self.cluster.wait(WATCHDOG + 2 * GRACE)
        expected = self.outcome.status
        if isinstance(expected, str):
            expected = sum(int(term) for term in re.findall(r"-?\d+", expected.format(number=int(self.number))))
        assert status == (STOP_REQUESTED if expected is None else expected)
        self.wait_for_words()
        run = runs(self.cluster)[-1]
        if self.case.expected == "dies, all with it":
            assert not (run / "summary.json").exists()
            self.cluster.assert_nothing_left(WATCHDOG)
            for verb in ("logs", "status"):
                told = ccluster(verb, self.cluster.name, env=self.environment)
                assert "its launcher was killed" in told.stderr, (verb, told)
            return
        summary = json.loads((run / "summary.json").read_text())
        assert summary["status"] == status
        by_itself = self.outcome.status is not None and self.case.phase != "stopping"
        reason = self.words() if by_itself else "stop requested"
        assert reason in (summary["reason"] or ""), summary
        assert self.events()[-1]["what"] == "ended" and reason in self.events()[-1]["why"]


def run_all(cases, directory):
    """Carries the cases out, several at a time.

    Returns what went wrong with each of those that did.
    """
    def one(case):
        try:
            Trial(case, Path(tempfile.mkdtemp(dir=directory))).run()
        except Exception as error:  # each case has its own
            return error
        return None

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return {case: error for case, error in zip(cases, pool.map(one, cases)) if error is not None}


def page():
    """The matrix and what its words mean, as configs/FAULTS.md has them."""
    lines = ["| process | signal | " + " | ".join(PHASES) + " |", "|---" * (2 + len(PHASES)) + "|"]
    previous = None
    for role, names, outcomes in MATRIX:
        cells = ["" if role == previous else role, names.replace(" ", ", "), *(outcome or "–" for outcome in outcomes)]
        lines.append("| " + " | ".join(cells) + " |")
        previous = role
    used = {outcome for _, _, outcomes in MATRIX for outcome in outcomes}
    assert used - {None} == set(OUTCOMES)
    return "\n".join([*lines, "", "| | |", "|---|---|", *(f"| {name} | {OUTCOMES[name].meaning} |" for name in OUTCOMES)]) + "\n"


def table(results):
    """The matrix: what came of each case, `✗` where it is not what is documented, in parts of a run that was asked for less `·`.

    - results: by case, its error or None.
    """
    rows = [("process", "signal", *PHASES)]
    for role, names, outcomes in MATRIX:
        for name in names.split():
            cells = []
            for phase, expected in zip(PHASES, outcomes):
                case = Case(role, name, phase, expected)
                mark = "" if expected is None else "· " if case not in results else "✗ " if results[case] else ""
                cells.append(mark + (expected or "–"))
            rows.append((role if rows[-1][0] != role else role, name, *cells))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
