"""Whoever writes where only another role may, dies of it in its own process; the others go on."""

import os
import signal
import subprocess

import pytest
from conftest import BINARIES, WATCHDOG, config_of, wait_until
from segment import attach

GO2 = config_of("go2")
PROGRAM = BINARIES / "ccluster-test-worker"
ENDLESS = ["controllers.count=3", "simulator.steps=0", "simulator.parameters={tolerance: null}"]


def program(role, mark=""):
    # Its crash is meant: nobody needs the backtrace.
    environment = f"CCLUSTER_TEST_ROLE: {role}, CCLUSTER_TEST_MARK: '{mark}', SWIFT_BACKTRACE: 'enable=no'"
    return f"{{command: [{PROGRAM}], environment: {{{environment}}}}}"


def steps_go_on(segment, steps=50):
    before = segment.steps
    wait_until(lambda: segment.steps > before + steps, what="the steps to go on")


@pytest.mark.parametrize("policy, state", [("on-failure", "active"), ("never", "dead")])
def test_a_controller_that_writes_into_robot_state_dies_alone_and_is_restarted_as_configured(cluster, tmp_path, policy, state):
    mark = tmp_path / "mark"
    cluster.start(GO2, sets=[
        *ENDLESS, f"controllers.program={program('trespassing controller', mark)}", f"controllers.restart.policy={policy}"])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(mark.exists, what="the trespass")
    wait_until(lambda: segment.incarnation(1) == 1 and segment.state(1) == state, what=f"controller 1 to be {state}")
    steps_go_on(segment)
    assert segment.states() == ["active", state, "active"]
    assert [segment.incarnation(slot) for slot in range(3)] == [0, 1, 0]
    cluster.wait_for_text("controller-1 was killed by SIGSEGV")
    assert ("controller-1 starts again" in cluster.text) == (policy == "on-failure"), cluster.text
    cluster.send(signal.SIGTERM)
    assert cluster.wait() == 128 + 15


def test_a_simulator_that_writes_into_rhc_commands_dies_and_ends_its_run(cluster):
    status = cluster.run(GO2, sets=["controllers.count=2", f"simulator.program={program('trespassing simulator')}"])
    assert status == 128 + signal.SIGSEGV, cluster.text
    assert "the simulator was killed by SIGSEGV" in cluster.text


def test_a_tool_and_an_observer_that_write_into_a_buffer_of_the_step_die_and_nobody_notices(cluster):
    cluster.start(GO2, sets=ENDLESS)
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    for role, buffer, status in [
            ("tool", "robot_state", -signal.SIGSEGV), ("tool", "rhc_commands", -signal.SIGSEGV),
            ("observer", "robot_state", -signal.SIGSEGV), ("observer", "rhc_references", -signal.SIGSEGV)]:
        done = subprocess.run([PROGRAM], capture_output=True, text=True, timeout=WATCHDOG, env={
            **os.environ, "CCLUSTER_SEGMENT": cluster.segment, "CCLUSTER_TEST_ROLE": "trespassing tool",
            "CCLUSTER_TEST_AS": role, "CCLUSTER_TEST_BUFFER": buffer, "SWIFT_BACKTRACE": "enable=no"})
        assert (done.returncode, done.stdout) == (status, "attached\n"), done
    steps_go_on(segment)
    assert segment.states() == ["active"] * 3 and [segment.incarnation(slot) for slot in range(3)] == [0] * 3
    cluster.send(signal.SIGTERM)
    cluster.wait()
