"""Runs clusters for long, and checks that nothing hangs, that no row is torn, stale or settled twice, and that nothing leaks:

    .venv/bin/python Tests/python/soak.py --steps 10000000                 empty steps with 8 workers
    .venv/bin/python Tests/python/soak.py --seconds 3600 --seed 7          faults of every kind, at random moments

The cluster's simulator and controllers are those of Tests/Support/TestWorker/Soak: after each step the simulator checks every
row against the report. This script does from outside what they cannot do to themselves, and compares processes, descriptors
and memory. A line a minute; status 1 and the reason when something is wrong.
"""

import argparse
import collections
import json
import os
import random
import signal
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from conftest import BINARIES, Cluster, descendants, is_refusal, processes_of, wait_until
from segment import attach
from stress import kill_once, launch_pair, pause_once

CONFIG = Path(__file__).with_suffix(".yaml")
WORKER = BINARIES / "ccluster-test-worker"
HANG = 30  # s without a step although the simulator runs: three times the longest that a fault may take
# What a process may grow by while its work stays the same: pages that the allocator takes and gives back, and no leak.
# Descriptors: that of a process which has just been started may reach the server behind the first look. What leaks with each fault or
# restart is more within seconds.
SPARE = 1
GROWTH = 4 << 20  # bytes


class Soak:
    """What has been done and found so far."""

    def __init__(self, seed, directory):
        self.seed = seed
        self.random = random.Random(seed)
        self.directory = Path(directory)
        self.began = self.told = time.monotonic()
        self.faults = collections.Counter()
        self.figures = collections.Counter()
        self.longest_step = 0.0
        self.restarts = 0
        self.growth = collections.Counter()
        self.skipped = set()

    @property
    def seconds(self):
        return time.monotonic() - self.began

    def count(self, figures):
        for name in ("steps", "empty_steps", "solved", "failed", "died", "late", "resets"):
            self.figures[name] += figures[name]
        self.longest_step = max(self.longest_step, figures["longest_step"])

    def tell(self, cluster, steps=0):
        """A line a minute."""
        if time.monotonic() < self.told + 60:
            return
        self.told = time.monotonic()
        figures = " ".join(f"{name} {fds} fds {rss / 1e6:.1f} MB" for name, (fds, rss) in resources(cluster).items())
        print(f"{self.seconds / 60:5.0f} min  {self.figures['steps'] + steps:,} steps  {self.faults.total():,} faults  "
              f"{self.restarts:,} restarts  {figures}", flush=True)

    def summary(self):
        figures = self.figures
        lines = [f"{self.seconds:.0f} s, seed {self.seed}",
                 f"{figures['steps']:,} steps, {figures['empty_steps']:,} of them without participants: "
                 f"{figures['solved']:,} rows solved, {figures['failed']:,} failed, {figures['died']:,} died, {figures['late']:,} late; {figures['resets']:,} resets; longest step "
                 f"{self.longest_step:.3f} s",
                 f"{self.restarts:,} restarts of workers"]
        lines += [f"{count:6,} × {name}" for name, count in sorted(self.faults.items())]
        lines += [f"{name} grew by at most {grown / 1e6:.2f} MB" for name, grown in sorted(self.growth.items())]
        lines += [f"skipped: {what}" for what in sorted(self.skipped)]
        return "\n".join(lines)


def resources(cluster):
    """Descriptors and resident bytes of the processes that live through a run."""
    found = {}
    pids = {"launcher": [cluster.launcher.pid], "server": cluster.server, "simulator": cluster.simulators()}
    for name, pids in pids.items():
        for pid in pids[:1]:
            try:
                status = Path(f"/proc/{pid}/status").read_text()
                rss = int(status.split("VmRSS:")[1].split()[0]) * 1024
                found[name] = (sum(not is_log(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")), rss)
            except (OSError, IndexError):
                pass
    return found


def is_log(descriptor):
    """A process's log is opened when it prints its first line, and stays open."""
    return "/logs/" in os.readlink(descriptor)


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


class SoakCluster(Cluster):
    """A launch of soak.yaml; its simulator may be started from here, as a user's would."""

    def __init__(self, soak, steps=0, faults=0.0, external=False, **controllers):
        super().__init__(soak.directory)
        self.soak = soak
        self.output = soak.directory / f"{self.name}.txt"
        self.report_path = soak.directory / f"{self.name}.json"
        self.external = external
        self.simulator = None
        # When to send which of them what.
        self.suspended = []
        command = f"command: [{WORKER}]"
        seed = soak.random.getrandbits(32)
        program = "external" if external else f"{{{command}, environment: {{CCLUSTER_TEST_ROLE: soak-simulator}}}}"
        self.sets = [
            f"controllers.program={{{command}, environment: {{CCLUSTER_TEST_ROLE: soak-controller}}}}",
            f"simulator.program={program}", f"simulator.steps={steps}",
            f"simulator.parameters={{report: {self.report_path}, seed: {seed}, faults: {faults}}}",
            *(f"controllers.{key}={value}" for key, value in controllers.items())]

    def launch(self, *sets):
        self.start(CONFIG, sets=[*self.sets, *sets], environment={"SWIFT_BACKTRACE": "enable=no"})
        self.wait_for_text("registered in")
        self.memory_view = attach(self)
        if self.external:
            self.start_simulator()
        return self

    def start_simulator(self):
        environment = {**os.environ, "CCLUSTER_SEGMENT": self.segment, "CCLUSTER_TEST_ROLE": "soak-simulator"}
        with open(self.output, "a") as output:
            self.simulator = subprocess.Popen([WORKER], env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        # Nothing may be done to the memory before it has attached: it would not come back, as controllers do.
        wait_until(lambda: self.memory_view.client == self.simulator.pid, HANG, "the simulator to attach")

    def simulators(self):
        if self.external:
            return [self.simulator.pid] if self.simulator and self.simulator.poll() is None else []
        return [pid for pid in self.workers() if role(pid) == "soak-simulator"]

    def controllers(self):
        """Those that have a slot now. A pid may have been used again since, by a process that is nobody's business here."""
        pids = {self.memory_view.pid(slot) for slot in range(self.memory_view.slot_count)}
        return [pid for pid in sorted(pids) if role(pid) == "soak-controller" and self.segment in environment_of(pid).values()]

    def workers(self):
        return self.children("ccluster-test-worker")

    def go_on(self, until=None):
        """Lets those go on whose time has come; all of them without one."""
        due = [entry for entry in self.suspended if until is None or entry[0] <= until]
        for entry in due:
            self.suspended.remove(entry)
            # Its pid may be another's by now.
            if self.segment in environment_of(entry[1]).values() or entry[1] == self.launcher.pid:
                send(entry[1], entry[2])

    def figures(self):
        try:
            return json.loads(self.report_path.read_text())
        except FileNotFoundError:
            return None

    def check(self):
        figures = self.figures()
        if (figures and figures["violation"]) or "violation" in self.text:
            raise AssertionError("a violation")

    def describe(self):
        """What a failure is told with."""
        view = self.memory_view
        slots = [f"slot {slot}: {view.state(slot)} {view.incarnation(slot)}, {view.status(slot)}, pid {view.pid(slot)}"
                 for slot in range(view.slot_count)]
        processes = [f"{pid} {role(pid)}: " + "".join(_lines(f"/proc/{pid}/status", "State", "VmRSS")) + " "
                     + "".join(_lines(f"/proc/{pid}/stack")) for pid in [self.launcher.pid, *processes_of(self.segment)]]
        return "\n".join([f"{self.sets}", f"{view.steps} steps, phase {view.phase}, client {view.client}", *slots, *processes,
                          f"{self.figures()}", self.text[-3000:]])

    def clean_up(self):
        if self.simulator and self.simulator.poll() is None:
            self.simulator.kill()
            self.simulator.wait()
        super().clean_up()


def _lines(path, *names):
    """Lines of a file of /proc, on one; of those names, or all."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return []
    return [" ".join(line.split()) + "; " for line in lines if not names or line.split(":")[0] in names]


def environment_of(pid):
    """What a process was started with; nothing when it is gone."""
    try:
        entries = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return {}
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def role(pid):
    """What a process of the test worker is."""
    return environment_of(pid).get("CCLUSTER_TEST_ROLE")


# --- Faults of a running cluster ------------------------------------------------------------------------------------------


def kill_controller(soak, cluster):
    pids = cluster.controllers()
    if pids:
        send(soak.random.choice(pids), signal.SIGKILL)


def suspend(soak, cluster, pids, then=signal.SIGCONT):
    """For up to three solve_timeouts: some are late, some are not. Other faults come in between."""
    for pid in pids:
        send(pid, signal.SIGSTOP)
        cluster.suspended.append((time.monotonic() + soak.random.uniform(0, 0.3), pid, then))


def suspend_controller(soak, cluster):
    pids = cluster.controllers()
    suspend(soak, cluster, pids and [soak.random.choice(pids)])


def kill_suspended_controller(soak, cluster):
    pids = cluster.controllers()
    suspend(soak, cluster, pids and [soak.random.choice(pids)], then=signal.SIGKILL)


def suspend_other(soak, cluster):
    who = {"server": cluster.server, "keeper": cluster.children("keeper"), "simulator": cluster.simulators(),
           "launcher": [cluster.launcher.pid]}
    suspend(soak, cluster, who[soak.random.choice(sorted(who))])


def kill_keeper(soak, cluster):
    for pid in cluster.children("keeper"):
        send(pid, signal.SIGKILL)


def second_launch(soak, cluster):
    other = Cluster(soak.directory)
    other.name, other.segment = cluster.name, cluster.segment
    other.output = soak.directory / f"{cluster.name}-second.txt"
    status = other.run(CONFIG, sets=cluster.sets)
    assert status == 1 and is_refusal(other.text), f"status {status}: {other.text}"


def attach_by_wrong_version(soak, cluster):
    """A controller meets a copy of the memory whose ABI word is another one."""
    copy = cluster.memory.with_name(cluster.memory.name + ".v99")
    image = bytearray(cluster.memory.read_bytes())
    struct.pack_into("<I", image, 8, 99)
    copy.write_bytes(image)
    try:
        environment = {**os.environ, "CCLUSTER_SEGMENT": "/" + copy.name, "CCLUSTER_FIRST_SLOT": "0",
                       "CCLUSTER_SLOT_COUNT": "1", "CCLUSTER_TEST_ROLE": soak.random.choice(["soak-controller", "soak-simulator"])}
        refused = subprocess.run([WORKER], env=environment, capture_output=True, text=True, timeout=HANG)
        assert refused.returncode == 1 and "has memory layout version 99" in refused.stdout + refused.stderr, refused
    finally:
        copy.unlink()


def restart_into_wrong_version(soak, cluster):
    """Successors are refused while the ABI word is another one, and come back once it is right again."""
    memory = attach(cluster, writable=True)
    right = struct.unpack_from("<I", memory.memory, 8)[0]
    struct.pack_into("<I", memory.memory, 8, 99)
    kill_controller(soak, cluster)
    time.sleep(soak.random.uniform(0, 0.1))  # as long as it is another one
    struct.pack_into("<I", memory.memory, 8, right)


def kill_simulator_and_start_another(soak, cluster):
    if cluster.external:
        count_simulator(soak, cluster)
        cluster.simulator.kill()
        cluster.simulator.wait()
        cluster.start_simulator()


RUNNING_FAULTS = {
    kill_controller: 8, suspend_controller: 6, kill_suspended_controller: 2, suspend_other: 2, kill_keeper: 1,
    second_launch: 0.5, attach_by_wrong_version: 0.5, restart_into_wrong_version: 0.5,
    kill_simulator_and_start_another: 1,
}


# --- Faults that end a run -------------------------------------------------------------------------------------------------


def end_run(soak, cluster):
    """Ends it in one of all ways, and sees that nothing is left."""
    server, simulators = cluster.server, cluster.simulators()
    ends = {
        "SIGINT": ([cluster.launcher.pid], signal.SIGINT, 130), "SIGTERM": ([cluster.launcher.pid], signal.SIGTERM, 143),
        "launcher killed": ([cluster.launcher.pid], signal.SIGKILL, -9), "server killed": (server, signal.SIGKILL, 1),
        "launcher and server killed": ([cluster.launcher.pid, *server], signal.SIGKILL, -9),
    }
    if not cluster.external:
        ends["simulator killed"] = (simulators, signal.SIGKILL, 137)
    name = soak.random.choice(sorted(ends))
    pids, number, expected = ends[name]
    for pid in pids:
        send(pid, number)
    status = cluster.wait()
    assert status == expected, f"{name}: status {status}"
    if cluster.external:
        assert cluster.simulator.wait(HANG) == 0, f"{name}: the simulator did not end in order"
    cluster.assert_nothing_left()
    cluster.check()
    soak.faults[name] += 1


def full_memory(soak):
    """A launch in a /dev/shm that is full, and one whose /dev/shm is filled while it runs; in a namespace of their own."""
    def is_permitted(way):
        return subprocess.run([*way, "mount", "-t", "tmpfs", "none", "/dev/shm"], capture_output=True).returncode == 0

    namespace = next(filter(is_permitted, (["unshare", "-m"], ["unshare", "-rm"])), None)
    if namespace is None:
        soak.skipped.add("memory full: no mount namespace is permitted here")
        return
    cluster = SoakCluster(soak, steps=5000, count=2)
    launch = [BINARIES / "ccluster", "launch", CONFIG, "--set", f"name={cluster.name}"]
    for item in [*cluster.sets, "dimensions.payload=4"]:
        launch += ["--set", item]

    def run(script):
        return subprocess.run([*namespace, "sh", "-c", script, "sh", *launch], capture_output=True, text=True, timeout=60)

    refused = run('mount -t tmpfs -o size=16k none /dev/shm; exec "$@"')
    assert refused.returncode == 1 and "/dev/shm has 16 KiB free" in refused.stderr, refused
    # Filled from the first step on, while the others go on.
    filled = run(f"""
        mount -t tmpfs -o size=4m none /dev/shm
        (until [ -e {cluster.report_path} ]; do sleep 0.01; done; cat /dev/zero > /dev/shm/full 2> /dev/null) &
        "$@" && wait && stat -c %s /dev/shm/full""")
    # All but what the cluster has taken.
    assert filled.returncode == 0 and int(filled.stdout.split()[-1]) > (4 << 20) - (64 << 10), filled
    cluster.output.write_text(refused.stderr + filled.stdout + filled.stderr)
    count_simulator(soak, cluster)
    cluster.assert_nothing_left()


# --- Runs ------------------------------------------------------------------------------------------------------------------


def count_simulator(soak, cluster):
    """What the simulator has done is counted once, before it goes."""
    figures = cluster.figures()
    if figures:
        cluster.check()
        soak.count(figures)
        cluster.report_path.unlink()


class Progress:
    """Whether steps are made."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.steps = -1
        self.at = time.monotonic()

    def check(self):
        steps = self.cluster.memory_view.steps
        if steps != self.steps:
            self.steps, self.at = steps, time.monotonic()
        if time.monotonic() > self.at + HANG:
            raise AssertionError(f"no step for {HANG} s, at {steps}")


def quiet(cluster):
    """Once nothing is done to it, all controllers take part again; what its processes then hold."""
    view = cluster.memory_view

    def all_take_part():
        return set(view.states()) == {"active"} and "late" not in {view.status(i) for i in range(view.slot_count)}

    def has_gone_on():
        cluster.check()
        return view.steps > before + 100 and len(cluster.simulators()) == 1

    before = view.steps
    wait_until(has_gone_on, HANG, "steps after the faults")
    # The simulator itself lets some fail, sleep and end: at some moment none does.
    wait_until(all_take_part, HANG, f"all controllers to take part again: {view.states()}")
    return resources(cluster)


def compare(soak, cluster, before, after):
    """Descriptors are as they were, and memory has not grown beyond what an allocator keeps."""
    for name in before.keys() & after.keys():
        if name == "simulator" and cluster.external:
            continue  # another process
        grown = after[name][1] - before[name][1]
        soak.growth[name] = max(soak.growth[name], grown)
        assert grown < GROWTH, f"the {name} grew by {grown} bytes"
    for name in before.keys() & after.keys():
        assert after[name][0] <= before[name][0] + SPARE, (
            f"the {name} has {after[name][0]} descriptors, and had {before[name][0]}")


def fault_run(soak, seconds):
    """A run with faults at random moments, its end among them."""
    source = soak.random
    external = source.random() < 0.4
    cluster = SoakCluster(
        soak, faults=source.choice([0.001, 0.01]), external=external, count=source.choice([3, 6, 8]),
        per_process=source.choice([1, 3]), on_failure=source.choice(["hold", "homing", "stop"]))
    try:
        cluster.launch(f"dimensions.payload={source.choice([8, 256, 4096])}")
        before = most(quiet(cluster) for _ in range(20))
        progress = Progress(cluster)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(source.uniform(0, 0.05))  # the moment is the case
            cluster.go_on(until=time.monotonic())
            cluster.check()
            assert cluster.launcher.poll() is None, "the run has ended"
            fault = source.choices(list(RUNNING_FAULTS), RUNNING_FAULTS.values())[0]
            if fault is not kill_simulator_and_start_another or external:
                fault(soak, cluster)
                soak.faults[fault.__name__.replace("_", " ")] += 1
            progress.check()
            soak.tell(cluster, progress.steps)
        cluster.go_on()
        compare(soak, cluster, before, settled(cluster, before))
        soak.restarts += sum(cluster.memory_view.incarnation(slot) for slot in range(cluster.memory_view.slot_count))
        end_run(soak, cluster)
        count_simulator(soak, cluster)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{cluster.describe()}") from None
    finally:
        cluster.clean_up()


def most(looks):
    """A worker may just be on its way out or in: as many descriptors as one of several looks finds."""
    looks = list(looks)
    return {name: (max(look[name][0] for look in looks if name in look), found[1]) for name, found in looks[-1].items()}


def settled(cluster, before):
    """A worker may just be on its way out or in, where many end of themselves nearly always: what one of many looks finds."""
    looks = [quiet(cluster)]
    while any(looks[-1][name][0] > before[name][0] + SPARE for name in looks[-1].keys() & before.keys()) and len(looks) < 300:
        looks.append(quiet(cluster))
    return looks[-1]


def soak_faults(soak, seconds, longest_run):
    one_shots = [kill_once, pause_once, launch_pair]
    while soak.seconds < seconds:
        fault_run(soak, min(soak.random.uniform(0.3, 1) * longest_run, max(seconds - soak.seconds, 1)))
        for _ in range(3):
            soak.random.choice(one_shots)(soak.directory, soak.random)
        soak.faults["kills, pauses and pairs of whole launches"] += 3
        full_memory(soak)
        soak.faults["memory full at the start, and while it runs"] += 1


def soak_steps(soak, steps, workers):
    """Empty steps: what they cost the processes from the first percent to the last."""
    cluster = SoakCluster(soak, steps=steps, count=workers)
    try:
        cluster.launch("dimensions.payload=4", "controllers.solve_timeout=60s")
        progress = Progress(cluster)
        wait_until(lambda: cluster.memory_view.steps > steps // 100, HANG, "the first percent")
        before = after = resources(cluster)
        while cluster.launcher.poll() is None:
            progress.check()
            soak.tell(cluster, progress.steps)
            if cluster.memory_view.steps < steps:
                after = resources(cluster) if set(resources(cluster)) >= set(before) else after
            time.sleep(min(1, steps / 100_000))
        assert cluster.wait() == 0, cluster.text[-4000:]
        cluster.check()
        compare(soak, cluster, before, after)
        soak.restarts += sum(cluster.memory_view.incarnation(slot) for slot in range(workers))
        assert cluster.figures()["solved"] == steps * workers, cluster.figures()
        count_simulator(soak, cluster)
        cluster.assert_nothing_left()
    finally:
        cluster.clean_up()


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=0, help="empty steps, before the faults")
    parser.add_argument("--workers", type=int, default=8, help="of the empty steps")
    parser.add_argument("--seconds", type=float, default=0, help="of faults")
    parser.add_argument("--run", type=float, default=40, help="seconds of the longest single run with faults")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    processes = set(descendants())
    with tempfile.TemporaryDirectory(prefix="ccluster-soak-") as directory:
        soak = Soak(options.seed, directory)
        descriptors = len(os.listdir("/proc/self/fd"))
        try:
            if options.steps:
                soak_steps(soak, options.steps, options.workers)
            if options.seconds:
                soak_faults(soak, soak.seconds + options.seconds, options.run)
            wait_until(lambda: set(descendants()) <= processes, 10, "no process to be left")
            assert len(os.listdir("/proc/self/fd")) <= descriptors, "this script has lost descriptors"
            memory = list(Path("/dev/shm").glob(f"ccluster.{os.getuid()}.test-{os.getpid()}-*"))
            assert not memory, f"left behind: {memory}"
        except BaseException:
            print(f"seed {options.seed}, after {soak.seconds:.0f} s:\n{soak.summary()}", flush=True)
            raise
    print(soak.summary(), flush=True)
    return soak


if __name__ == "__main__":
    main()
