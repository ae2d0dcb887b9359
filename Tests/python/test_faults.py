"""Whatever is killed, stopped or interrupted, the rest ends or recovers as designed, and nothing is left behind.

What a single signal to a single process does is in `test_kill_matrix.py`.
"""

import fcntl
import os
import random
import re
import signal
import struct
import subprocess
import time

import pytest
from conftest import BINARIES, config_of, is_stopped, wait_until
from segment import attach
from stress import kill_once, launch_pair, pause_once
from test_launch import program

GO2 = config_of("go2")
ENDLESS = ["controllers.count=3", "simulator.steps=0", "simulator.parameters={tolerance: null}"]


def running(cluster, *sets):
    cluster.start(GO2, sets=[*ENDLESS, *sets])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 50, what="steps")
    return segment


def alive_goes_on(segment, steps=50):
    before = segment.steps
    wait_until(lambda: segment.steps > before + steps, what="the run to go on")


# --- Kills ------------------------------------------------------------------------------------------------------------


def test_a_killed_controller_comes_back_in_its_slot(cluster):
    segment = running(cluster)
    incarnation, victim = segment.incarnation(1), segment.pid(1)
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: segment.state(1) == "active" and segment.pid(1) != victim, what="the controller to come back")
    assert segment.incarnation(1) == incarnation + 1
    alive_goes_on(segment)
    assert segment.states() == ["active"] * 3
    assert "controller-1 was killed by SIGKILL" in cluster.text
    cluster.send(signal.SIGTERM)
    assert cluster.wait() == 128 + 15


def test_without_restarts_the_run_goes_on_without_the_dead(cluster):
    segment = running(cluster, "controllers.restart.policy=never")
    os.kill(segment.pid(1), signal.SIGKILL)
    wait_until(lambda: segment.state(1) == "dead", what="the death to be declared")
    alive_goes_on(segment)
    assert segment.states() == ["active", "dead", "active"]
    cluster.send(signal.SIGTERM)
    cluster.wait()


def test_a_dead_worker_is_the_death_of_all_its_slots(cluster):
    segment = running(cluster, "controllers.per_process=2", "controllers.restart.policy=never")
    os.kill(segment.pid(0), signal.SIGKILL)
    wait_until(lambda: segment.states() == ["dead", "dead", "active"], what="both deaths")
    alive_goes_on(segment)
    cluster.send(signal.SIGTERM)
    cluster.wait()


def test_a_controller_that_always_dies_ends_the_run_at_its_limit(cluster):
    segment = running(cluster, "controllers.restart={limit: 2, backoff: 10ms}")
    for _ in range(3):
        wait_until(lambda: segment.state(0) == "active", what="the controller")
        incarnation = segment.incarnation(0)
        os.kill(segment.pid(0), signal.SIGKILL)
        wait_until(lambda: segment.incarnation(0) != incarnation, what="the death")
    assert cluster.wait() == 1
    assert "restart limit" in cluster.text


@pytest.mark.parametrize("on_failure", ["hold", "homing", "stop"])
def test_a_dead_controllers_row_holds_what_was_asked_for(cluster, on_failure):
    segment = running(cluster, f"controllers.on_failure={on_failure}", "controllers.restart.policy=never",
                      "simulator.realtime=true")
    command = segment.view("rhc_commands", "joint_position")
    velocity = segment.view("rhc_commands", "joint_velocity")
    initial = segment.view("rhc_references", "joint_position")[1]
    os.kill(segment.pid(1), signal.SIGKILL)
    wait_until(lambda: segment.state(1) == "dead", what="the death")
    if on_failure == "homing":
        wait_until(lambda: (command[1] == initial).all(), what="the next step to make the row safe")
    if on_failure in ("homing", "stop"):
        wait_until(lambda: not velocity[1].any(), what="the next step to make the row safe")
    alive_goes_on(segment, 5)
    cluster.send(signal.SIGTERM)
    cluster.wait()


def test_launcher_and_server_killed_together_take_everything_with_them(cluster):
    running(cluster)
    server = cluster.server[0]
    os.kill(server, signal.SIGSTOP)
    cluster.send(signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    cluster.assert_nothing_left()


@pytest.mark.parametrize("who, victims", [
    ("server", ["launcher"]), ("keeper", ["launcher"]), ("keeper", ["launcher", "server"])])
def test_who_is_suspended_goes_on_to_end_the_run_of_a_dead_launcher(cluster, who, victims):
    """A regression: with its server suspended a run without a launcher went on for good, and a suspended keeper outlived it."""
    running(cluster)
    pids = {"launcher": cluster.launcher.pid, "server": cluster.server[0], "keeper": cluster.children("keeper")[0]}
    os.kill(pids[who], signal.SIGSTOP)
    cluster.wait_for_text(f"{who} is suspended")
    for victim in victims:
        os.kill(pids[victim], signal.SIGKILL)
    cluster.assert_nothing_left()


WRAPPER = """
    trap '' TERM INT HUP
    (trap '' TERM INT HUP; while true; do sleep 0.1; done) &
    while true; do sleep 0.1; done
"""


def test_killed_while_the_memory_is_created_it_goes_too(cluster):
    """A regression: the keeper came only once there was memory."""
    huge = "buffers.huge={writer: simulator, fields: {x: {shape: [1000, 1000]}}}"
    cluster.start(GO2, sets=["controllers.count=100", huge])
    while not cluster.memory.exists():  # 400 MB take their time; no sleep, so that it is not over
        assert cluster.launcher.poll() is None, cluster.text
    server = cluster.server
    cluster.send(signal.SIGKILL)
    for pid in server:
        os.kill(pid, signal.SIGKILL)
    cluster.assert_nothing_left()


def test_a_run_survives_many_deaths_of_its_controllers(cluster):
    segment = running(cluster, "controllers.restart={limit: 1000, backoff: 1ms}")
    source = random.Random(0)
    for _ in range(20):
        slot = source.randrange(3)
        wait_until(lambda: segment.state(slot) == "active", what="the controller")
        victim = segment.pid(slot)
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: segment.pid(slot) != victim, what="its successor")
        alive_goes_on(segment, 5)
    wait_until(lambda: segment.states() == ["active"] * 3, what="all to be back")
    assert sum(segment.incarnation(slot) for slot in range(3)) == 20
    cluster.send(signal.SIGTERM)
    assert cluster.wait() == 128 + 15


def test_a_controller_killed_before_it_registers_ends_a_run_without_restarts(cluster):
    """A regression: the launch waited for startup_timeout."""
    assert cluster.run(GO2, sets=[
        "controllers.count=2", "controllers.restart.policy=never", "controllers.startup_timeout=600s",
        "controllers.program={command: [/bin/sh, -c, 'kill -9 $$']}"]) == 1
    assert "was killed by SIGKILL before it had registered" in cluster.text


ESCAPES = """
    setsid sleep 600 &
    while true; do sleep 0.1; done
"""


@pytest.mark.parametrize("who", ["launcher", "server", "launcher and server", "simulator"])
def test_a_grandchild_in_a_session_of_its_own_is_ended(cluster, tmp_path, who):
    """A regression: the kernel kills by group, and this one has left it; it still holds the lifeline."""
    command = program(tmp_path, ESCAPES)
    cluster.start(GO2, sets=["controllers.count=1", f"simulator.program={{command: [{command}]}}"])
    cluster.wait_for_text("registered in")
    wait_until(lambda: cluster.children("sleep 600"), what="the grandchild")
    # The script itself: what it has forked bears its name until it runs `sleep`.
    script = min(cluster.children("program.sh"))
    victims = {"launcher": [cluster.launcher.pid], "server": cluster.server, "simulator": [script]}
    victims["launcher and server"] = victims["launcher"] + victims["server"]
    for pid in victims[who]:
        os.kill(pid, signal.SIGKILL)
    cluster.assert_nothing_left()


@pytest.mark.parametrize("how", ["launcher", "launcher and server", "SIGTERM", "its own end"])
def test_a_script_and_its_grandchildren_that_ignore_signals_are_ended(cluster, tmp_path, how):
    script = WRAPPER if how != "its own end" else "(trap '' TERM; while true; do sleep 0.1; done) & exit 0"
    command = program(tmp_path, script)
    cluster.start(GO2, sets=["controllers.count=1", f"simulator.program={{command: [{command}]}}"])
    if how == "its own end":
        assert cluster.wait() == 0
        return
    cluster.wait_for_text("registered in")
    wait_until(lambda: len(cluster.children("program.sh")) == 2, what="the grandchild")
    if how == "SIGTERM":
        cluster.send(signal.SIGTERM)
        assert cluster.wait() == 128 + 15
        return
    if how == "launcher and server":
        os.kill(cluster.server[0], signal.SIGSTOP)
        server = cluster.server[0]
        cluster.send(signal.SIGKILL)
        os.kill(server, signal.SIGKILL)
    else:
        cluster.send(signal.SIGKILL)
    cluster.assert_nothing_left()


# --- Suspended, failing and slow controllers ---------------------------------------------------------------------------


def test_a_suspended_controller_is_late_and_takes_part_again(cluster):
    segment = running(cluster, "controllers.solve_timeout=100ms")
    os.kill(segment.pid(1), signal.SIGSTOP)
    wait_until(lambda: segment.status(1) == "late", what="the controller to be late")
    alive_goes_on(segment)
    os.kill(segment.pid(1), signal.SIGCONT)
    before = segment.solves(1)
    wait_until(lambda: segment.solves(1) > before + 20, what="the controller to take part again")
    cluster.send(signal.SIGTERM)
    cluster.wait()


@pytest.mark.parametrize("seed", range(8))
def test_pauses_at_random_moments_do_no_harm(tmp_path, seed):
    pause_once(tmp_path, random.Random(seed))


def test_a_failed_solve_takes_the_controller_out_and_is_told(cluster):
    status = cluster.run(GO2, sets=["controllers.count=2", "controllers.parameters.fail_at={controller: 1, step: 10}",
                                    "controllers.on_failure=homing"])
    assert status == 0, cluster.text
    assert "solves failed" in cluster.text
    line = next(line for line in cluster.text.splitlines() if "solves failed" in line)
    assert line.split()[-1] == "1"


def suspended(cluster):
    """Ctrl-Z as a terminal sends it, to the launcher alone; who does the run's work then."""
    workers = [pid for name in ("ccluster-controller", "ccluster-simulator") for pid in cluster.children(name)]
    cluster.send(signal.SIGTSTP)
    wait_until(lambda: all(is_stopped(pid) for pid in [cluster.launcher.pid, *workers]), what="the run to stop")
    return workers


def test_ctrl_z_suspends_the_whole_run_and_its_deadlines(cluster):
    cluster.start(GO2, "--for", "3s", sets=ENDLESS)
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 50, what="steps")
    workers = suspended(cluster)
    assert len(workers) == 4
    assert not any(is_stopped(pid) for pid in cluster.server), "it ends the run if the launcher is killed"
    before = segment.steps
    time.sleep(3.2)  # longer than --for
    assert segment.steps == before
    cluster.send(signal.SIGCONT)
    alive_goes_on(segment)
    assert segment.states() == ["active"] * 3
    assert cluster.wait() == 0


def test_a_suspended_run_whose_launcher_is_killed_leaves_nothing(cluster):
    running(cluster)
    suspended(cluster)
    cluster.send(signal.SIGKILL)
    cluster.assert_nothing_left()


# --- Interrupts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_ends_the_run_in_order(cluster, number):
    running(cluster)
    cluster.send(number)
    assert cluster.wait() == 128 + number
    assert "cluster steps" in cluster.text, "the simulator had the time to sum up"


@pytest.mark.parametrize("delay", [0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1])
def test_an_interrupt_during_the_start_leaves_nothing(cluster, delay):
    cluster.start(GO2, sets=ENDLESS)
    time.sleep(delay)  # the moment is the case, not a wait
    cluster.send(signal.SIGINT)
    assert cluster.wait() in (130, -signal.SIGINT)


def test_a_second_interrupt_ends_at_once(cluster, tmp_path):
    command = program(tmp_path, WRAPPER)
    cluster.start(GO2, sets=["controllers.count=1", f"simulator.program={{command: [{command}]}}"])
    cluster.wait_for_text("registered in")
    wait_until(lambda: len(cluster.children("program.sh")) == 2, what="the script")
    cluster.send(signal.SIGINT)
    cluster.wait_for_text("SIGINT received")
    cluster.send(signal.SIGINT)
    assert cluster.wait(timeout=2) == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_reader_that_stalls_does_not_make_the_launch_deaf(cluster, number):
    """A regression: the launch sat in write(2), and supervised nothing any more."""
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [BINARIES / "ccluster", "launch", GO2, "--set", f"name={cluster.name}", "--set", "controllers.count=1", "--set",
         "simulator.program={command: [/usr/bin/yes]}"], stdin=subprocess.DEVNULL, stdout=writer, stderr=writer)
    os.close(writer)
    cluster.launcher = process
    # Full: nothing fits into the pipe, and so the simulator cannot print either.
    wait_until(lambda: struct.unpack("i", fcntl.ioctl(reader, 0x541B, bytes(4)))[0] >= 60000, what="the pipe to be full")
    wait_until(lambda: cluster.children("/usr/bin/yes"), what="the simulator")
    cluster.send(number)
    assert process.wait(10) == 128 + number
    os.close(reader)


def test_nothing_is_lost_to_a_reader_that_is_slow(cluster):
    process = subprocess.Popen(
        [BINARIES / "ccluster", "launch", GO2, "--set", f"name={cluster.name}", "--set", "controllers.count=1", "--set",
         "simulator.program={command: [/usr/bin/seq, '60000']}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    cluster.launcher = process
    wait_until(lambda: struct.unpack("i", fcntl.ioctl(process.stdout, 0x541B, bytes(4)))[0] >= 60000, what="a full pipe")
    lines = process.stdout.read().decode().splitlines()
    assert process.wait(10) == 0
    assert [line.split("│ ")[1] for line in lines] == [str(number) for number in range(1, 60001)]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_launch_without_standard_streams_runs(cluster, closed):
    """A regression: its lifeline took a standard stream's place, and every line was a kill."""
    command = f"exec {BINARIES}/ccluster launch {GO2} --set name={cluster.name} --set controllers.count=2 {closed}"
    cluster.launcher = subprocess.Popen(command, shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert cluster.wait() == 0


# --- Names ----------------------------------------------------------------------------------------------------------------


def test_a_taken_name_is_refused_with_its_owner(cluster):
    segment = running(cluster)
    second = cluster.__class__(cluster.directory)
    second.output = cluster.directory / "second.txt"
    second.name, second.segment, second.memory = cluster.name, cluster.segment, cluster.memory
    assert second.run(GO2, sets=ENDLESS) == 1
    assert f"runs already: process {cluster.launcher.pid}," in second.text
    alive_goes_on(segment)
    assert "stopping" not in cluster.text
    cluster.send(signal.SIGTERM)
    cluster.wait()


def test_what_a_crash_left_is_replaced(cluster):
    cluster.memory.write_bytes(b"left over")
    assert cluster.run(GO2, sets=["controllers.count=2"]) == 0


def test_a_dead_owner_whose_lock_is_not_gone_yet_is_waited_for(cluster):
    """A regression: it was reported as running. The kernel frees a killed server's lock a moment after its death."""
    dead = subprocess.Popen(["/bin/true"])
    stat = open(f"/proc/{dead.pid}/stat").read()
    identity = dead.pid << 42 | int(stat[stat.rindex(")") + 2:].split()[19])
    dead.wait()
    with open(cluster.memory, "wb") as memory:
        memory.write(b"CCLUSTER".ljust(0x200, b"\0") + struct.pack("<Q", identity) + bytes(4096))
        memory.flush()
        fcntl.flock(memory, fcntl.LOCK_EX)
        cluster.start(GO2, sets=["controllers.count=2"])
        wait_until(lambda: cluster.server, what="the server")
        time.sleep(0.1)  # how long the lock outlives its owner
    assert cluster.wait() == 0, cluster.text


def test_a_full_memory_is_an_error_with_its_size(cluster):
    status = cluster.run(GO2, sets=["controllers.count=1000", "buffers.huge={writer: simulator, fields: {x: {shape: [10000, 1000]}}}"])
    assert status == 1
    assert re.search(r"error: the cluster takes 3\d\.\d+ GiB of shared memory, and /dev/shm has [\d.]+ \w+ free", cluster.text)


# --- At random ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_a_random_kill_at_a_random_moment(tmp_path, seed):
    kill_once(tmp_path, random.Random(seed))


@pytest.mark.parametrize("seed", range(12))
def test_of_two_launches_of_one_name_one_wins(tmp_path, seed):
    launch_pair(tmp_path, random.Random(seed))
