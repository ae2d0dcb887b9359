"""Processes run where and how the config says, as the kernel tells; what cannot be had is refused with the cure."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from conftest import BINARIES, ccluster, config_of, wait_until
from segment import attach

GO2 = config_of("go2")
ENDLESS = ["simulator.steps=0", "simulator.parameters={tolerance: null}"]
CORES = sorted(os.sched_getaffinity(0))
LAST = CORES[-1]


def permits_real_time():
    """Whether this user may, and this kernel lets it: some containers do not."""
    done = subprocess.run(["chrt", "-f", "1", "true"], capture_output=True)
    return done.returncode == 0 and os.geteuid() == 0


real_time = pytest.mark.skipif(not permits_real_time(), reason="this user may not use real-time policies")
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up what others lack")


def status(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, value in (line.split(":", 1) for line in lines)}


def scheduling(pid):
    """Niceness, real-time priority and policy of /proc/PID/stat (proc(5), fields 19, 40 and 41)."""
    text = Path(f"/proc/{pid}/stat").read_text()
    fields = text[text.rindex(")") + 2:].split()
    return int(fields[16]), int(fields[37]), int(fields[38])


def locked(pid):
    return int(status(pid)["VmLck"].split()[0]) * 1024


def launched(cluster, *sets):
    cluster.start(GO2, sets=[*ENDLESS, *sets])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 20, what="steps")
    return {name: cluster.children(f"ccluster-{name}")[0] for name in ("controller", "simulator")} | {
        "server": cluster.server[0]}


def stopped(cluster):
    cluster.send(15)
    assert cluster.wait() == 143


@real_time
def test_every_kind_of_process_runs_where_and_how_the_config_says(cluster):
    pids = launched(
        cluster, "controllers.count=2", "controllers.per_process=2",
        f"controllers.placement={{cores: [{LAST}], policy: pin}}", "controllers.scheduling={policy: fifo, priority: 7}",
        f"simulator.placement={{cores: [{CORES[0]}]}}", "simulator.scheduling={policy: rr, priority: 3}",
        "server.scheduling={nice: -4}")
    assert status(pids["controller"])["Cpus_allowed_list"] == str(LAST)
    assert status(pids["simulator"])["Cpus_allowed_list"] == str(CORES[0])
    assert scheduling(pids["controller"])[1:] == (7, 1)
    assert scheduling(pids["simulator"])[1:] == (3, 2)
    assert scheduling(pids["server"]) == (-4, 0, 0)
    assert os.sched_getaffinity(pids["server"]) == set(CORES)
    # All that is mapped, the cluster's memory with it, and what the kernel has brought in is no less.
    size = attach(cluster).size
    for name in ("controller", "simulator"):
        assert locked(pids[name]) > size
        smaps = Path(f"/proc/{pids[name]}/smaps").read_text().split(cluster.segment)
        assert len(smaps) > 1
        for mapping in smaps[1:]:
            figures, flags = mapping.split("VmFlags:")[:2]
            sizes = {line.split(":")[0]: line.split()[1] for line in figures.splitlines()[1:] if line.endswith("kB")}
            assert sizes["Rss"] == sizes["Size"] and " lo " in flags.splitlines()[0], mapping
    assert locked(pids["server"]) == 0
    # The launcher keeps what it had.
    assert os.sched_getaffinity(cluster.launcher.pid) == set(CORES)
    stopped(cluster)


@real_time
def test_a_successor_is_placed_and_scheduled_as_its_predecessor(cluster):
    pids = launched(cluster, "controllers.count=1", f"controllers.placement={{cores: [{LAST}]}}",
                    "controllers.scheduling={policy: rr, priority: 9}")
    os.kill(pids["controller"], 9)
    segment = attach(cluster)
    wait_until(lambda: segment.state(0) == "active" and segment.pid(0) != pids["controller"], what="a successor")
    assert status(segment.pid(0))["Cpus_allowed_list"] == str(LAST)
    assert scheduling(segment.pid(0))[1:] == (9, 2) and locked(segment.pid(0)) > 0
    stopped(cluster)


def test_batch_and_niceness_need_no_permission(cluster):
    pids = launched(cluster, "controllers.count=1", "controllers.scheduling={policy: batch, nice: 5}",
                    "controllers.placement={cores: all, policy: spread}", "simulator.scheduling={nice: 3}")
    assert scheduling(pids["controller"]) == (5, 0, 3), "glibc's posix_spawn refuses SCHED_BATCH"
    assert scheduling(pids["simulator"])[0] == 3
    assert scheduling(cluster.launcher.pid) == scheduling(os.getpid())
    assert os.sched_getaffinity(pids["controller"]) == set(CORES)
    assert locked(pids["controller"]) == 0
    stopped(cluster)


@pytest.mark.skipif(len(CORES) < 2, reason="there is one core only")
def test_pinned_workers_have_a_core_each(cluster):
    launched(cluster, "controllers.count=4", "controllers.per_process=2", "controllers.placement.policy=pin")
    cores = [status(pid)["Cpus_allowed_list"] for pid in cluster.children("ccluster-controller")]
    assert sorted(cores) == sorted(str(core) for core in CORES[:2])
    stopped(cluster)


# --- Refused ----------------------------------------------------------------------------------------------------------------


def refused(*command, prefix=()):
    return subprocess.run([*prefix, BINARIES / "ccluster", *command], capture_output=True, text=True, timeout=60)


MISSING = ["--set", "controllers.placement={cores: [8191]}"]


@pytest.mark.parametrize("verb", [["launch"], ["plan", "--here"]])
def test_a_core_that_is_not_here_is_an_error_at_its_place(verb):
    done = refused(*verb, GO2, *MISSING)
    assert done.returncode == 1
    assert "error: core 8191 cannot be used on this machine [machine-placement]" in done.stderr
    assert "--set controllers.placement={cores: [8191]}" in done.stderr and "note: this process may use" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("verb", [["validate"], ["launch", "--dry-run"]])
def test_to_who_only_looks_it_is_a_warning(verb):
    done = refused(*verb, GO2, *MISSING)
    assert done.returncode == 0
    assert "warning: core 8191 cannot be used on this machine [machine-placement]" in done.stderr


def test_the_plan_of_any_machine_says_nothing():
    done = refused("plan", GO2, *MISSING)
    assert done.returncode == 0 and "machine-placement" not in done.stderr
    assert "spread over cores 8191" in done.stdout


@pytest.mark.skipif(len(CORES) < 2, reason="there is one core only")
def test_a_core_that_taskset_keeps_away_is_refused():
    done = refused("plan", "--here", GO2, "--set", f"controllers.placement={{cores: [{LAST}]}}",
                   prefix=["taskset", "-c", str(CORES[0])])
    assert done.returncode == 1
    assert f"core {LAST} cannot be used" in done.stderr and f"may use core {CORES[0]};" in done.stderr


def test_the_plan_here_shows_each_process_its_core_and_policy():
    done = ccluster("plan", "--here", GO2, "--set", "controllers.count=1", "--set",
                    f"controllers.placement={{cores: [{LAST}], policy: pin}}", "--set", "controllers.scheduling.nice=5")
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.startswith("  ")}
    assert rows["controller-0"].endswith(f"core {LAST}, nice 5")
    assert rows["server"].endswith("any core") and rows["simulator"].endswith("any core")
    done = ccluster("plan", "--here", "--json", GO2, "--set", f"server.placement={{cores: [{LAST}]}}")
    assert json.loads(done.stdout)["processes"][0]["cores"] == [LAST]


def without(*capabilities, limits=()):
    """How to run a command as a user without some of root's rights. Who may not raise limits cannot test those that suffice."""
    prefix = [*(["prlimit", *limits] if limits else []),
              *(["setpriv", "--bounding-set=" + ",".join(f"-{name}" for name in capabilities)])]
    if subprocess.run([*prefix, "true"], capture_output=True).returncode:
        pytest.skip("limits cannot be raised here")
    return prefix


@root
@pytest.mark.parametrize("capability, limits, asked, expected", [
    ("sys_nice", ["--rtprio=0"], "controllers.scheduling={policy: fifo, priority: 5}",
     "the policy 'fifo' with priority 5 is not permitted to this user: no real-time priority is permitted"),
    ("sys_nice", ["--rtprio=4"], "simulator.scheduling={policy: rr, priority: 5}",
     "priority 5 is not permitted to this user: 4 is the highest"),
    ("sys_nice", ["--nice=0"], "server.scheduling={nice: -3}",
     "nice -3 is not permitted to this user: 0 is the most urgent"),
    ("ipc_lock", ["--memlock=4096"], "controllers.scheduling={policy: fifo, priority: 5}", "this user may lock 4 KiB"),
])
def test_what_the_users_limits_do_not_permit_is_an_error_with_the_cure(capability, limits, asked, expected):
    done = refused("launch", GO2, "--set", asked, prefix=without(capability, limits=limits))
    assert done.returncode == 1, done
    assert expected in done.stderr and "[machine-scheduling]" in done.stderr and "limits.conf" in done.stderr


@root
def test_limits_that_suffice_are_enough(cluster):
    """Without a capability, by RLIMIT_NICE alone."""
    done = subprocess.run([*without("sys_nice", limits=["--nice=23"]), BINARIES / "ccluster", "launch", GO2, "--set", f"name={cluster.name}",
                           "--set", "controllers.count=1", "--set", "controllers.scheduling.nice=-3", "--set",
                           "simulator.steps=10", "--set", "simulator.parameters={tolerance: null}"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done


@root
@real_time
def test_memory_that_cannot_be_locked_is_told_by_who_could_not(cluster):
    """The cluster's memory would fit into the limit; the processes' own does not, which only they find out."""
    done = subprocess.run([*without("ipc_lock", limits=[f"--memlock={2 << 20}"]), BINARIES / "ccluster", "launch", GO2, "--set",
                           f"name={cluster.name}", "--set", "controllers.count=1", "--set",
                           "controllers.scheduling={policy: fifo, priority: 5}"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "memory cannot be locked, as real-time scheduling asks for" in done.stdout + done.stderr
    assert "memlock unlimited" in done.stdout + done.stderr
    assert "before it had registered" in done.stderr
