"""Whatever is killed, stopped or interrupted, the rest ends or recovers as designed, and nothing is left behind."""

import os
import random
import signal
import time

import pytest
from conftest import config_of, processes_of, wait_until
from segment import attach
from stress import kill_once, launch_pair
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
        assert (command[1] == initial).all()
    if on_failure in ("homing", "stop"):
        assert not velocity[1].any()
    alive_goes_on(segment, 5)
    cluster.send(signal.SIGTERM)
    cluster.wait()


def test_a_killed_simulator_ends_the_run(cluster):
    running(cluster)
    os.kill(cluster.children("ccluster-simulator")[0], signal.SIGKILL)
    assert cluster.wait() == 128 + 9
    assert "the simulator was killed by SIGKILL" in cluster.text


def test_a_killed_server_ends_the_run(cluster):
    running(cluster)
    os.kill(cluster.server[0], signal.SIGKILL)
    assert cluster.wait() == 1
    assert "the server is gone" in cluster.text


def test_a_killed_keeper_is_replaced(cluster):
    segment = running(cluster)
    keeper = cluster.children("keeper")[0]
    os.kill(keeper, signal.SIGKILL)
    wait_until(lambda: cluster.children("keeper") not in ([], [keeper]), what="another keeper")
    alive_goes_on(segment)
    cluster.send(signal.SIGTERM)
    cluster.wait()


def test_a_killed_launcher_takes_everything_with_it(cluster):
    running(cluster)
    cluster.send(signal.SIGKILL)
    cluster.assert_nothing_left()


def test_launcher_and_server_killed_together_take_everything_with_them(cluster):
    running(cluster)
    server = cluster.server[0]
    os.kill(server, signal.SIGSTOP)
    cluster.send(signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    cluster.assert_nothing_left()


WRAPPER = """
    trap '' TERM INT HUP
    (trap '' TERM INT HUP; while true; do sleep 0.1; done) &
    while true; do sleep 0.1; done
"""


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


def test_a_failed_solve_takes_the_controller_out_and_is_told(cluster):
    status = cluster.run(GO2, sets=["controllers.count=2", "controllers.parameters.fail_at={controller: 1, step: 10}",
                                    "controllers.on_failure=homing"])
    assert status == 0, cluster.text
    assert "solves failed" in cluster.text
    line = next(line for line in cluster.text.splitlines() if "solves failed" in line)
    assert line.split()[-1] == "1"


# --- Interrupts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
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


# --- Names ----------------------------------------------------------------------------------------------------------------


def test_a_taken_name_is_refused_with_its_owner(cluster):
    segment = running(cluster)
    server = cluster.server[0]
    second = cluster.__class__(cluster.directory)
    second.output = cluster.directory / "second.txt"
    second.name, second.segment, second.memory = cluster.name, cluster.segment, cluster.memory
    assert second.run(GO2, sets=ENDLESS) == 1
    assert f"(server pid {server})" in second.text
    alive_goes_on(segment)
    assert "stopping" not in cluster.text
    cluster.send(signal.SIGTERM)
    cluster.wait()


def test_what_a_crash_left_is_replaced(cluster):
    cluster.memory.write_bytes(b"left over")
    assert cluster.run(GO2, sets=["controllers.count=2"]) == 0


def test_a_full_memory_is_an_error_with_its_size(cluster):
    status = cluster.run(GO2, sets=["controllers.count=1000", "buffers.huge={writer: simulator, fields: {x: {shape: [10000, 1000]}}}"])
    assert status == 1
    assert "/dev/shm has no room for the 40" in cluster.text


# --- At random ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_a_random_kill_at_a_random_moment(tmp_path, seed):
    kill_once(tmp_path, random.Random(seed))


@pytest.mark.parametrize("seed", range(12))
def test_of_two_launches_of_one_name_one_wins(tmp_path, seed):
    launch_pair(tmp_path, random.Random(seed))
