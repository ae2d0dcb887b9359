"""What every test of the built programs shares: unique cluster names, a watchdog, and a look at what is left behind."""

import ctypes
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "configs")]
from hosts import Hosts, Unavailable  # noqa: E402

BINARIES = Path(os.environ.get("CCLUSTER_BIN", ROOT / ".build" / "release")).resolve()
ROBOTS = sorted(path.parent.name for path in (ROOT / "configs" / "robots").glob("*/robot.yaml"))
WATCHDOG = 60  # s
_numbers = itertools.count()

# Runs are written down where nobody keeps his own.
_STATE = tempfile.TemporaryDirectory(prefix="ccluster-state-")
os.environ["XDG_STATE_HOME"] = _STATE.name


def config_of(robot):
    return ROOT / "configs" / "robots" / robot / "cluster.yaml"


class _Loader(yaml.SafeLoader):
    """Reads configs: `!final` locks a value, and says nothing about what the value is."""

    def final(self, node):
        if isinstance(node, yaml.MappingNode):
            return self.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return self.construct_sequence(node, deep=True)
        tag = self.resolve(yaml.ScalarNode, node.value, (node.style is None, True))
        return self.construct_object(yaml.ScalarNode(tag, node.value))


_Loader.add_constructor("!final", _Loader.final)


def read_yaml(path):
    return yaml.load(Path(path).read_text(), _Loader)


def wait_until(condition, timeout=WATCHDOG, what="the condition"):
    """Polls; what the condition returns when it is true."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError(f"waited {timeout} s in vain for {what}")


def _stat(pid):
    """State and parent of a process; None when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2:].split()
    return fields[0], int(fields[1])


def is_stopped(pid):
    return (_stat(pid) or "X")[0] == "T"


def processes_of(segment):
    """Living processes of a cluster, zombies not counted: those whose environment names its memory."""
    found = []
    needles = (f"CCLUSTER_SEGMENT={segment}\0".encode(), f"CCLUSTER_KEEPER={segment}\0".encode())
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if any(needle in environment for needle in needles) and (_stat(entry.name) or "Z")[0] != "Z":
            found.append(int(entry.name))
    return found


# Orphans of a test become children of this process (PR_SET_CHILD_SUBREAPER), whatever they did to their environment.
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def descendants():
    """Living processes below this one, zombies not counted."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            state = _stat(entry.name)
            if state is not None:
                parents[int(entry.name)] = state
    found, new = set(), {os.getpid()}
    while new:
        new = {pid for pid, (_, parent) in parents.items() if parent in new} - found
        found |= new
    return sorted(pid for pid in found if parents[pid][0] != "Z")


# What tests have to show beside dots: titles with lines, printed at the end.
TABLES = pytest.StashKey()


def pytest_terminal_summary(terminalreporter, config):
    for title, lines in config.stash.get(TABLES, []):
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.line(line)
        terminalreporter.line("")


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    """No process and no memory of a test outlives it; what is left of one is removed before the next, each by its pid."""
    before = set(descendants())
    yield

    def left():
        memory = [str(path) for path in Path("/dev/shm").glob(f"ccluster.{os.getuid()}.test-{os.getpid()}-*")]
        return [pid for pid in descendants() if pid not in before], memory

    try:
        wait_until(lambda: left() == ([], []), 5, "nothing to be left")
    except AssertionError:
        pids, memory = left()
        commands = [f"{pid}: " + _command(pid) for pid in pids]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for path in memory:
            Path(path).unlink(missing_ok=True)
        raise AssertionError(f"left behind: {commands + memory}") from None


def _command(pid):
    """A process's command line; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


class Cluster:
    """A launch of one cluster, with a name of its own."""

    def __init__(self, directory):
        self.name = f"test-{os.getpid()}-{next(_numbers)}"
        self.segment = f"/ccluster.{os.getuid()}.{self.name}"
        self.memory = Path("/dev/shm") / self.segment[1:]
        self.directory = directory
        self.launcher = None
        self.output = directory / "output.txt"
        self.state = directory / "state"

    def start(self, config, *arguments, sets=(), environment=None, **options):
        command = [BINARIES / "ccluster", "launch", config, *arguments, "--set", f"name={self.name}"]
        for item in sets:
            command += ["--set", item]
        with open(self.output, "w") as output:
            self.launcher = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, "XDG_STATE_HOME": str(self.state), **(environment or {})}, start_new_session=True, **options)
        return self

    def run(self, config, *arguments, **options):
        """To its end; the exit status."""
        return self.start(config, *arguments, **options).wait()

    def wait(self, timeout=WATCHDOG):
        return self.launcher.wait(timeout)

    def send(self, number):
        os.kill(self.launcher.pid, number)

    @property
    def text(self):
        return self.output.read_text(errors="replace")

    def wait_for_text(self, text):
        wait_until(lambda: text in self.text or self.launcher.poll() is not None, what=f"{text!r} in the output")
        assert text in self.text, self.text

    def children(self, program):
        """Living processes of this cluster that run a program whose command line contains that text."""
        return [pid for pid in processes_of(self.segment) if program in _command(pid)]

    @property
    def server(self):
        return [pid for pid in self.children("ccluster-server") if pid not in self.children("keeper")]

    def left(self):
        """What of this cluster is there: processes and memory."""
        left = processes_of(self.segment)
        if self.launcher is not None and self.launcher.poll() is None:
            left.append(self.launcher.pid)
        return left, self.memory.exists()

    def assert_nothing_left(self, timeout=10):
        wait_until(lambda: self.left() == ([], False), timeout, f"nothing to be left of {self.name}: {self.left()}")

    def clean_up(self):
        if self.launcher is not None and self.launcher.poll() is None:
            self.launcher.kill()
            self.launcher.wait()
        for pid in processes_of(self.segment):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.memory.unlink(missing_ok=True)


@pytest.fixture
def cluster(tmp_path):
    """A cluster that must have left nothing when the test ends."""
    made = Cluster(tmp_path)
    try:
        yield made
        made.assert_nothing_left()
    finally:
        made.clean_up()


@pytest.fixture(scope="module")
def hosts():
    """Three hosts of namespaces, with Open MPI between them; what they are for is in `hosts.py`."""
    if shutil.which("mpirun") is None:
        pytest.skip("Open MPI is not installed: .ci/require mpi installs it")
    try:
        with Hosts("a", "b", "c") as made:
            yield made
    except Unavailable as error:
        pytest.skip(str(error))


def is_refusal(text):
    """Whether a launch said that its name is taken: by a cluster that runs, or by one that won the race for it."""
    return any(words in text for words in ("runs already", "in use by a running cluster", "being started"))


def ccluster(*arguments, **options):
    """Runs a verb to its end, its streams apart."""
    return subprocess.run(
        [BINARIES / "ccluster", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WATCHDOG,
        **options)


def expect_equal(path, committed, generated, replace):
    """A page that is generated, or a part of it: `replace` makes its text of what is generated now."""
    if os.environ.get("CCLUSTER_UPDATE_EXPECTED"):
        path.write_text(replace(generated))
    else:
        assert committed == generated, f"CCLUSTER_UPDATE_EXPECTED=1 writes {path.name} anew"
