"""The hosts that other tests run on: that they are apart from each other and from this machine, that MPI runs over them, and
that nothing of them stays."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import ROOT, WATCHDOG, descendants, wait_until
from hosts import TOOLS, Hosts, Unavailable

MPI = ["mpirun", "--bind-to", "none", "--host", "a,b,c"]


@pytest.fixture(scope="module")
def plain_mpi(tmp_path_factory):
    """The C program of the bench."""
    if shutil.which("mpicc") is None:
        pytest.skip("mpicc is not installed: .ci/require mpi installs it")
    program = tmp_path_factory.mktemp("plain") / "plain-mpi"
    subprocess.run(["mpicc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, ROOT / "Tests/Bench/PlainMPI/main.c"],
                   check=True, timeout=WATCHDOG)
    return program


def quiet(hosts):
    """Nothing runs on any host any more: daemons of mpirun end a moment after it."""
    wait_until(lambda: not any(host.processes() for host in hosts), 30,
               f"quiet: {[(host.name, host.processes()) for host in hosts]}")


def test_each_host_has_its_own_name_network_memory_processes_and_home(hosts):
    for host in hosts:
        run = host.run("sh", "-c", "hostname; ip -br -4 addr show eth0; ls /dev/shm; echo $PPID; cd; pwd; touch /dev/shm/of-$(hostname)")
        name, address, parent, home = run.stdout.splitlines()
        assert (name, parent, home) == (host.name, "1", str(host.directory / "home")), run
        assert f" {host.address}/24" in address
        assert host.memory() == [f"of-{host.name}"]
        host.run("rm", f"/dev/shm/of-{host.name}")
    assert not list(Path("/dev/shm").glob("of-*"))
    assert os.uname().nodename not in hosts.names


def test_a_process_on_a_host_begins_with_its_login_environment_and_gets_what_is_asked_for(hosts, monkeypatch):
    monkeypatch.setenv("OF_THE_TEST", "1")
    run = hosts["b"].run("sh", "-c", "echo ${OF_THE_TEST-none} $ASKED; exit 3", environment={"ASKED": "for"})
    assert (run.stdout, run.returncode) == ("none for\n", 3)
    assert hosts["b"].run("no-such-program").returncode == 127


def test_mpirun_starts_a_rank_on_every_host(hosts):
    run = hosts["a"].run(*MPI, "hostname")
    assert (sorted(run.stdout.split()), run.returncode) == (["a", "b", "c"], 0), run.stderr
    quiet(hosts)


@pytest.mark.parametrize("way", ["blocking", "collectives", "packed", "messages", "persistent"])
def test_rows_go_to_every_host_and_back_in_plain_mpi(hosts, plain_mpi, way):
    run = hosts["a"].run(*MPI, plain_mpi, "--shares", "2,3,11", "--down", "320,192", "--up", "256,192,320,64", "--ways", way,
                         "--polls", "yield", "--rounds", "1", "--steps", "3")
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert (report["moved"], report["bytes_down"], report["bytes_up"]) == (14, 14 * 512, 14 * 832)
    assert report["ways"][0]["min_us"] > 0
    quiet(hosts)


def test_a_host_is_given_cores(hosts):
    core = min(os.sched_getaffinity(0))
    mine = os.sched_getaffinity(hosts["b"].pid)
    hosts["b"].bind({core})
    try:
        assert hosts["b"].run("nproc").stdout == "1\n"
        assert hosts["c"].run("nproc").stdout == f"{len(os.sched_getaffinity(0))}\n"
    finally:
        hosts["b"].bind(mine)


def test_a_signal_reaches_a_process_on_a_host_and_its_death_is_told(hosts):
    process = hosts["c"].start("sleep", "1000")
    assert hosts["c"].processes("sleep") == {process.pid: "sleep 1000"} and not hosts["b"].processes("sleep")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.interrupt()
    assert process.wait() == -signal.SIGINT
    process = hosts["c"].start("sleep", "1000")
    hosts["c"].kill("sleep 1000")
    assert process.wait() == -signal.SIGKILL


def test_a_host_that_is_cut_off_is_reached_again_when_it_is_mended(hosts):
    greeting = ["bash", "-c", "exec 3<>/dev/tcp/b/5000 && cat <&3"]
    listening = hosts["b"].start(sys.executable, "-c", "\n".join([
        "import socket", "listener = socket.create_server(('', 5000))",
        "while True: listener.accept()[0].sendall(b'here')"]))
    wait_until(lambda: hosts["a"].run(*greeting).stdout == "here", what="somebody who listens")
    hosts["b"].cut()
    assert hosts["a"].run("timeout", "0.3", *greeting).returncode != 0
    hosts["b"].mend()
    assert hosts["a"].run("timeout", "30", *greeting).stdout == "here"
    listening.send(signal.SIGKILL)
    listening.wait()


def test_two_rigs_with_hosts_of_the_same_names_do_not_see_each_other(hosts):
    with Hosts("a", "b") as others:
        others["a"].run("touch", "/dev/shm/others")
        assert hosts["a"].memory() == []
        process = others["b"].start("sleep", "1000")
        assert not hosts["b"].processes("sleep") and others["b"].processes("sleep")
        run = others["a"].run("mpirun", "--bind-to", "none", "--host", "a,b", "hostname")
        assert sorted(run.stdout.split()) == ["a", "b"], run.stderr
        others["b"].power_off()
        assert process.wait() is None
    assert not others.directory.exists()


def test_where_namespaces_are_not_allowed_the_reason_is_told(monkeypatch, tmp_path):
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\necho unshare failed: Operation not permitted >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setitem(TOOLS, "unshare", str(refusing))
    with pytest.raises(Unavailable, match="no namespaces here: unshare failed: Operation not permitted"):
        Hosts("a").__enter__()


def test_nothing_is_left_of_a_rig_whose_test_is_killed(hosts):
    before = set(descendants())
    script = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from hosts import Hosts
with Hosts("a", "b") as hosts:
    # It would outlive a hangup, its parent and its session.
    hosts["b"].start("setsid", "sh", "-c", "trap '' HUP TERM INT; while true; do sleep 1; done")
    print(hosts.directory, hosts["b"].pid, flush=True)
    os.kill(os.getpid(), 9)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=WATCHDOG)
    assert run.returncode == -signal.SIGKILL, run.stderr
    directory, pid = run.stdout.split()
    wait_until(lambda: set(descendants()) <= before and not Path(f"/proc/{pid}/root/dev/shm").exists(), 10, "its end")
    # Files alone: a rig that was killed cannot remove them.
    assert Path(directory).parent == Path(tempfile.gettempdir())
    shutil.rmtree(directory)
