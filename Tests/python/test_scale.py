"""Many processes: what a run needs a descriptor for each of them for is not bound by the soft limit that it starts with.

    .venv/bin/python Tests/python/test_scale.py 800 1       a run with as many controllers, as many in a process: times and memory
"""

import os
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

from conftest import Cluster, config_of, processes_of, wait_until
from segment import attach

SMALL = ["horizon.nodes=11", "simulator.parameters.tolerance=null"]


def limit_descriptors(soft):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def soft_limit(pid):
    return int(re.search(r"Max open files +(\d+)", Path(f"/proc/{pid}/limits").read_text())[1])


def test_more_processes_than_the_soft_limit_has_descriptors_for(cluster):
    """A regression: the launcher gave its server the soft limit back after the server had raised it, and those beyond it were not
    let in."""
    cluster.start(config_of("go2"), "--steps", "0", sets=["controllers.count=200", *SMALL], preexec_fn=limit_descriptors(256))
    cluster.wait_for_text("200 controllers registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 20, what="steps")
    assert segment.states() == ["active"] * 200
    assert soft_limit(cluster.server[0]) > 256 and soft_limit(segment.pid(0)) == 256, "programs have the user's"
    cluster.send(15)
    assert cluster.wait() == 128 + 15


def private_memory(pid):
    """Bytes."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kilobytes) for kilobytes in re.findall(r"^Private_\w+: +(\d+)", text, re.MULTILINE)) * 1024


def measure(count, per_process, steps=1000):
    """Prints what a run of that size takes, from a soft limit of 1024 descriptors."""
    with tempfile.TemporaryDirectory() as directory:
        cluster = Cluster(Path(directory))
        try:
            began = time.monotonic()
            cluster.start(config_of("go2"), "--steps", "0", preexec_fn=limit_descriptors(1024), sets=[
                f"controllers.count={count}", f"controllers.per_process={per_process}", *SMALL])
            wait_until(lambda: "registered in" in cluster.text or cluster.launcher.poll() is not None, 600, "all to register")
            registered = time.monotonic() - began
            segment = attach(cluster)
            wait_until(lambda: segment.steps >= 1, what="a step")
            began, before = time.monotonic(), segment.steps
            wait_until(lambda: segment.steps >= before + steps, 600, "steps")
            rate = (segment.steps - before) / (time.monotonic() - began)
            pids = [cluster.launcher.pid, *processes_of(cluster.segment)]
            memory = {pid: private_memory(pid) for pid in pids}
            descriptors = [len(os.listdir(f"/proc/{pid}/fd")) for pid in (cluster.launcher.pid, cluster.server[0])]
            began = time.monotonic()
            cluster.send(15)
            status = cluster.wait(600)
            stopped = time.monotonic() - began
            cluster.assert_nothing_left()
        finally:
            cluster.clean_up()
    print(f"{count} controllers, {per_process} a process: {len(pids)} processes, registered in {registered:.2f} s, "
          f"{rate:.0f} steps/s, stopped in {stopped:.2f} s with {status}; {segment.size / 1e6:.2f} MB in /dev/shm, "
          f"{sum(memory.values()) / 1e6:.0f} MB private, of these the launcher's {memory[cluster.launcher.pid] / 1e6:.1f} MB and "
          f"{max(memory[pid] for pid in pids[1:]) / 1e6:.2f} MB at most of another; descriptors: launcher {descriptors[0]}, "
          f"server {descriptors[1]}")


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:]))
