"""One config over several hosts: that nothing about it is different, whatever is killed or cut off, and that nothing is left on any
host afterwards. The hosts are namespaces on this machine; `hosts.py` makes them."""

import hashlib
import itertools
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import BINARIES, ROOT, WATCHDOG, config_of, is_stopped, wait_until
from segment import Segment

GO2 = config_of("go2")
HERE = Path(__file__).parent
_numbers = itertools.count()


@pytest.fixture(scope="module", autouse=True)
def agent():
    found = subprocess.run([ROOT / ".ci" / "no-mpi", "has", BINARIES / "ccluster-agent"], capture_output=True, timeout=WATCHDOG)
    if found.returncode != 0:
        pytest.skip("ccluster-agent is built without MPI: 'make agent' builds it")


class Launch:
    """A launch at the first of the hosts, with a name of its own."""

    def __init__(self, hosts, directory):
        self.hosts = hosts
        self.head = hosts["a"]
        self.name = f"hosts-{next(_numbers)}"
        self.output = directory / f"{self.name}.txt"
        self.process = None
        self.since = 0.0

    def start(self, *arguments, sets=(), hosts="a,b,c", environment=None):
        words = [BINARIES / "ccluster", "launch", GO2, "--hosts", hosts, *arguments, "--set", f"name={self.name}"]
        if hosts is None:
            del words[3:5]
        for item in sets:
            words += ["--set", item]
        with open(self.output, "w") as output:
            self.process = self.head.start(*words, stdout=output, stderr=output, environment=environment)
        return self

    @property
    def text(self):
        return self.output.read_text(errors="replace")

    def wait(self, timeout=WATCHDOG):
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end:\n{self.text}\n{self.left()}") from None

    def wait_for_text(self, text):
        wait_until(lambda: text in self.text or self.process.poll() is not None, what=f"{text!r} in\n{self.text}")
        assert text in self.text, self.text

    def segment(self, host="a"):
        """The memory on a host, seen from outside."""
        name = self.name if host == "a" else f"{self.name}.{host}"
        return Segment(Path(f"/proc/{self.hosts[host].pid}/root/dev/shm/ccluster.0.{name}"))

    def await_steps(self, more=5):
        """At the head; the memory there."""
        segment = self.segment()
        before = segment.steps
        wait_until(lambda: segment.steps >= before + more or self.process.poll() is not None, what=f"steps: {self.text}")
        assert self.process.poll() is None, self.text
        return segment

    def left(self):
        """What of it is on the hosts, but for what waits there for another one as ssh would."""
        return {host.name: ([line for line in host.processes().values() if "hosts.py enter" not in line], host.memory())
                for host in self.hosts if any((host.processes(), host.memory()))}

    def assert_nothing_left(self, timeout=15):
        try:
            wait_until(lambda: not self.left(), timeout)
        except AssertionError:
            raise AssertionError(f"left behind: {json.dumps(self.left(), indent=1)}\n{self.text}") from None


@pytest.fixture
def launch(hosts, tmp_path):
    made = Launch(hosts, tmp_path)
    try:
        yield made
        made.assert_nothing_left()
    finally:
        for host in hosts:
            host.mend()
            for pid in host.processes():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            for name in host.memory():
                (Path(f"/proc/{host.pid}/root/dev/shm") / name).unlink(missing_ok=True)


def closed_loop(steps, file):
    environment = {"PYTHONPATH": str(ROOT / "Sources" / "python"), "CCLUSTER_LIBRARY": str(BINARIES / "libccluster-c.so")}
    command = [sys.executable, str(HERE / "closed_loop.py"), str(steps), str(file)]
    return f"simulator.program={json.dumps({'command': command, 'environment': environment})}"


# --- The same run -----------------------------------------------------------------------------------------------------


def test_three_hosts_command_48_go2_bit_for_bit_as_one_host_does(hosts, launch, tmp_path):
    steps, count = 150, 48
    # Shares of different sizes, and workers that do not divide them.
    sets = [f"controllers.count={count}", "controllers.per_process=7", "simulator.parameters=null"]
    launch.start(sets=[*sets, closed_loop(steps, tmp_path / "three")], hosts="a:2,b:1,c:3")
    launch.wait_for_text("registered in")
    shares = {host.name: launch.segment(host.name).slot_count for host in hosts}
    assert launch.wait() == 0, launch.text
    assert shares == {"a": count, "b": 8, "c": 24}
    launch.assert_nothing_left()
    launch.start(sets=[*sets, closed_loop(steps, tmp_path / "one")], hosts=None)
    assert launch.wait() == 0, launch.text
    three, one = (tmp_path / "three").read_bytes(), (tmp_path / "one").read_bytes()
    rows = len(one) // steps
    assert len(one) == len(three) > steps * count * 500
    differing = [step for step in range(steps) if one[step * rows:(step + 1) * rows] != three[step * rows:(step + 1) * rows]]
    assert not differing, f"{len(differing)} steps differ, from step {differing[0]}"
    # Commands that never change would be equal, too.
    assert len({hashlib.sha256(one[step * rows:(step + 1) * rows]).digest() for step in range(steps)}) == steps


# --- Faults -----------------------------------------------------------------------------------------------------------

# Six robots at 50 Hz of three hosts, until somebody ends them.
RUNNING = ["controllers.count=6", "controllers.per_process=2", "simulator.steps=0", "simulator.realtime=true",
           "simulator.parameters={tolerance: null}"]


def running(launch, lost="end", *sets):
    launch.start(sets=[*RUNNING, f"hosts={{list: [a, b, c], timeout: 3s, lost: {lost}}}", *sets], hosts="a,b,c")
    launch.wait_for_text("registered in")
    launch.await_steps()
    return launch


# Who is killed on host b, as its command line names it, and what of it is told: as configs/FAULTS.md says.
REMOTE = {
    "agent": ("ccluster-agent", ["host b: the agent was killed by SIGKILL"]),
    "server": ("ccluster-server", ["host b: the server is gone: it was killed by SIGKILL"]),
    "launcher": ("ccluster host", ["host b: its launcher", "host b is lost: no answer for 3 s"]),
    "MPI's daemon": ("orted -mca", ["host b is lost: its MPI daemon is gone", "host b is lost: its cluster has ended"]),
    "network": (None, ["host b is lost: no answer for 3 s"]),
}
AT_HEAD = {
    "agent": ("ccluster-agent", "the agent at the head"),
    "mpirun": ("mpirun --allow", "hosts (mpirun) was killed by SIGKILL"),
    "server": ("ccluster-server", "the server is gone: it was killed by SIGKILL"),
    "launcher": ("ccluster launch", None),
}


def kill_at_head(host, program):
    """Not `mpirun`, whose arguments name the programs that it starts."""
    for pid, command in host.processes(program).items():
        if ("mpirun" in command) == ("mpirun" in program):
            os.kill(pid, signal.SIGKILL)


def load_of_agent(host, seconds=1.0):
    """The part of a core that the host's agent takes."""
    (pid,) = [pid for pid, command in host.processes("ccluster-agent").items() if "mpirun" not in command]

    def used():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before, since = used(), time.monotonic()
    time.sleep(seconds)
    return (used() - before) / (time.monotonic() - since)


def lose(host, program):
    if program is None:
        host.cut()
    else:
        host.kill(program)


def assert_told(launch, words):
    launch.wait_for_text("✗")
    told = [line for line in launch.text.splitlines() if line.startswith("✗")]
    assert told and any(word in told[0] for word in words), launch.text


@pytest.mark.parametrize("who", REMOTE)
def test_a_host_that_is_lost_ends_the_run_and_says_why(hosts, launch, who):
    program, words = REMOTE[who]
    running(launch)
    lose(hosts["b"], program)
    assert launch.wait() == 1, launch.text
    assert_told(launch, words)
    summary = next(Path(hosts["a"].environment["XDG_STATE_HOME"]).joinpath("ccluster", launch.name).glob("2*/summary.json"))
    assert any(word in json.loads(summary.read_text())["reason"] for word in words)
    launch.assert_nothing_left(30)


@pytest.mark.parametrize("who", REMOTE)
def test_a_run_that_may_goes_on_without_a_lost_host(hosts, launch, who):
    program, words = REMOTE[who]
    running(launch, "continue")
    segment = launch.segment()
    lose(hosts["b"], program)
    left = ["active"] * 2 + ["dead"] * 2 + ["active"] * 2
    wait_until(lambda: segment.states() == left or launch.process.poll() is not None, 30,
               f"two deaths: {segment.states()}\n{launch.text}")
    launch.await_steps(20)
    assert_told(launch, words)
    assert segment.states() == left
    # MPI does not know any more by then that it has connections, and would look at them every 10 ms, the agent in vain all the time.
    assert load_of_agent(hosts["a"]) < 0.4
    # On the host itself nothing is left long before the run's end.
    wait_until(lambda: not hosts["b"].memory() and not hosts["b"].processes("ccluster"), 15,
               f"host b to be empty: {hosts['b'].processes()}")
    launch.process.send(signal.SIGTERM)
    assert launch.wait() == 128 + signal.SIGTERM, launch.text


@pytest.mark.parametrize("who", ["agent", "server"])
def test_a_loss_that_the_launch_is_told_of_holds_up_no_step(hosts, launch, who):
    program, words = REMOTE[who]
    running(launch, "continue", "hosts.timeout=10min")
    segment = launch.segment()
    lose(hosts["b"], program)
    wait_until(lambda: segment.states()[2:4] == ["dead", "dead"] or launch.process.poll() is not None, 30,
               f"two deaths: {segment.states()}\n{launch.text}")
    launch.await_steps(20)
    assert_told(launch, words)
    launch.process.send(signal.SIGTERM)
    assert launch.wait() == 128 + signal.SIGTERM, launch.text


def test_a_stop_reaches_hosts_whose_mpirun_is_suspended(hosts, launch):
    running(launch)
    for pid in hosts["a"].kill("mpirun --allow", signal.SIGSTOP):
        wait_until(lambda pid=pid: is_stopped(pid), 10, "mpirun to stop")
    launch.process.send(signal.SIGTERM)
    assert launch.wait() == 128 + signal.SIGTERM, launch.text
    # Hosts that have been asked end by themselves.
    assert "SIGKILL" not in launch.text
    launch.assert_nothing_left()


def test_a_worker_that_is_killed_on_another_host_is_restarted_there(hosts, launch):
    running(launch)
    segment = launch.segment()
    incarnation = segment.incarnation(2)
    killed = hosts["b"].kill("ccluster-controller")
    assert len(killed) == 1
    wait_until(lambda: segment.incarnation(2) != incarnation and segment.states() == ["active"] * 6, 30,
               f"the controllers to come back: {segment.states()}\n{launch.text}")
    launch.await_steps(20)
    assert "b/controllers-2-3 was killed by SIGKILL" in launch.text
    launch.process.send(signal.SIGTERM)
    assert launch.wait() == 128 + signal.SIGTERM, launch.text


@pytest.mark.parametrize("who", AT_HEAD)
def test_whatever_is_killed_at_the_head_ends_the_run_on_all_hosts(hosts, launch, who):
    program, words = AT_HEAD[who]
    running(launch)
    kill_at_head(hosts["a"], program)
    assert launch.wait() == (1 if words else -signal.SIGKILL), launch.text
    if words:
        assert_told(launch, [words])
    launch.assert_nothing_left(30)


@pytest.mark.parametrize("who", ["agent", "mpirun"])
def test_a_run_that_may_goes_on_with_the_controllers_of_the_head(hosts, launch, who):
    program, words = AT_HEAD[who]
    running(launch, "continue")
    segment = launch.segment()
    kill_at_head(hosts["a"], program)
    left = ["active"] * 2 + ["dead"] * 4
    wait_until(lambda: segment.states() == left or launch.process.poll() is not None, 30,
               f"four deaths: {segment.states()}\n{launch.text}")
    launch.await_steps(20)
    launch.wait_for_text(words)
    standing = json.loads(hosts["a"].run(BINARIES / "ccluster", "status", launch.name, "--json").stdout)["hosts"]
    reason = "mpirun was killed by SIGKILL" if who == "mpirun" else words
    assert all(host["state"] == "lost" and reason in host["problem"] for host in standing[1:]), standing
    wait_until(lambda: not any(hosts[name].memory() or hosts[name].processes("ccluster") for name in "bc"), 20,
               f"the others to be empty: {launch.left()}")
    launch.process.send(signal.SIGTERM)
    assert launch.wait() == 128 + signal.SIGTERM, launch.text


@pytest.mark.parametrize("stage", ["starting", "registering", "stepping"])
def test_ctrl_c_ends_a_run_on_all_hosts_at_every_stage(hosts, launch, stage):
    if stage == "stepping":
        running(launch)
    else:
        # A worker that never registers, so that the stage lasts.
        slow = {"command": ["sleep", "1000"]}
        launch.start(sets=[*RUNNING, f"controllers.program={json.dumps(slow)}"] if stage == "registering" else RUNNING)
        if stage == "registering":
            wait_until(lambda: hosts["c"].processes("sleep 1000"), what=f"workers on the last host: {launch.text}")
        else:
            wait_until(lambda: hosts["a"].processes("mpirun --allow"), what=f"mpirun: {launch.text}")
    launch.process.interrupt()
    assert launch.wait() == 130, launch.text


# --- Mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("list_, words", [
    ("b,c", "this machine is 'a'"), ("a,nowhere", "nowhere"), ("a,b,b", "b"),
])
def test_a_list_that_cannot_be_is_told_before_anything_runs_on(hosts, launch, list_, words):
    launch.start(sets=RUNNING, hosts=list_)
    assert launch.wait() in (1, 2), launch.text
    assert words in launch.text


# --- What README.md shows -----------------------------------------------------------------------------------------------


def test_the_launch_over_hosts_that_the_readme_shows_prints_what_it_shows(hosts):
    block = re.search(r"```console\n\$ (.*?)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    run = hosts["a"].run(*shlex.split(block[1].replace("ccluster", str(BINARIES / "ccluster"), 1)), directory=ROOT, timeout=WATCHDOG)

    def shape(line):
        return re.sub(r"[\d.]*\d (ms|s)$", "# s", line)

    assert run.returncode == 0, run.stderr
    shown = [shape(line) for line in block[2].splitlines()]
    assert [shape(line) for line in run.stderr.splitlines()][:len(shown)] == shown
