"""Processes of the config's own beside the cluster, and controllers that answer nothing: what starts when, what is told, and
that nothing is left."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from conftest import BINARIES, ccluster, config_of, is_stopped, wait_until
from segment import attach

GO2 = config_of("go2")
ENDLESS = ["controllers.count=2", "simulator={steps: 0, realtime: true, parameters: {tolerance: null}}"]
READY = """
import os, socket, sys, time
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"STATUS=here\\nREADY=1", "\\0" + os.environ["NOTIFY_SOCKET"][1:])
"""


def script(directory, name, text, interpreter="/bin/bash"):
    path = directory / name
    path.write_text(f"#!{interpreter}\n{text}\n")
    path.chmod(0o755)
    return path


def events(cluster):
    directory = next(path for path in (cluster.state / "ccluster" / cluster.name).iterdir() if path.name != "latest")
    return [json.loads(line) for line in (directory / "events.jsonl").read_text().splitlines()]


def order(cluster, what="started"):
    return [event["process"] for event in events(cluster) if event["what"] == what]


def status(cluster):
    return json.loads(ccluster("status", cluster.name, "--json", env=environment(cluster)).stdout)


def process(cluster, name):
    return next(entry for entry in status(cluster)["processes"] if entry["name"] == name)


def environment(cluster):
    return {**os.environ, "XDG_STATE_HOME": str(cluster.state)}


def stop(cluster):
    cluster.send(signal.SIGTERM)
    assert cluster.wait() == 128 + signal.SIGTERM, cluster.text


# --- Starting ---------------------------------------------------------------------------------------------------------


def test_a_loader_ends_before_the_controllers_start(cluster, tmp_path):
    loader = script(tmp_path, "load.sh", 'echo "loading into $CCLUSTER_SEGMENT"; touch loaded; exec 3>&-; exit 0')
    controller = script(
        tmp_path, "controller.sh", f'test -f loaded || exit 9; exec {BINARIES}/ccluster-controller')
    assert cluster.run(GO2, sets=[
        "controllers={count: 2, after: [loader]}", f"controllers.program={{command: [{controller}], directory: {tmp_path}}}",
        f"processes.loader={{command: [{loader}], ready: exited, directory: {tmp_path}}}"]) == 0, cluster.text
    lines = cluster.text.splitlines()
    assert f"loader       │ loading into {cluster.segment}" in lines
    assert "… controllers wait until loader has ended" in lines
    assert any(line.startswith("✓ loader has ended after ") for line in lines)
    assert order(cluster)[:2] == ["server", "loader"]
    assert [event["what"] for event in events(cluster) if event["process"] == "loader"] == ["awaited", "started", "ready"]


@pytest.mark.parametrize("text, reason", [
    ("echo no such model >&2; exit 1", "loader ended with exit code 1"), ("kill -SEGV $$", "loader was killed by SIGSEGV")])
def test_a_loader_that_fails_ends_the_launch_with_its_reason(cluster, tmp_path, text, reason):
    loader = script(tmp_path, "load.sh", text)
    assert cluster.run(GO2, sets=[
        *ENDLESS, "controllers.after=[loader]", f"processes.loader={{command: [{loader}], ready: exited}}"]) == 1
    assert f"✗ {reason}, and controllers cannot start without it" in cluster.text.splitlines()
    assert order(cluster) == ["server", "loader"], "no controller was started"
    if "model" in text:
        assert "  │ no such model" in cluster.text.splitlines(), cluster.text


def test_without_a_loader_that_need_not_be_there_the_run_goes_on(cluster, tmp_path):
    loader = script(tmp_path, "load.sh", "exit 1")
    assert cluster.run(GO2, sets=[
        "controllers={count: 2, after: [loader]}",
        f"processes.loader={{command: [{loader}], ready: exited, required: false}}"]) == 0
    assert "! loader ended with exit code 1; the run goes on without it" in cluster.text.splitlines()


def test_a_deadline_names_who_is_missing_and_who_waits(cluster, tmp_path):
    policy = script(tmp_path, "policy.sh", "sleep 60")
    assert cluster.run(GO2, sets=[
        *ENDLESS, "simulator.after=policy",
        f"processes.policy={{command: [{policy}], ready: registered, startup_timeout: 300ms}}"]) == 1
    assert ("✗ policy has not registered within its startup_timeout (0.3 s), and simulator cannot start without it"
            in cluster.text.splitlines()), cluster.text
    assert "simulator" not in order(cluster)


def test_the_simulator_waits_for_a_policy_to_register(cluster, tmp_path):
    gate = tmp_path / "gate"
    policy = script(tmp_path, "policy.py", f"""
import time, pathlib
while not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.005)
{READY}
time.sleep(3600)
""", sys.executable)
    # The wrapper's child says it: not the process itself that was started.
    wrapper = script(tmp_path, "wrapper.sh", f"{sys.executable} {policy}; exit 3")
    cluster.start(GO2, sets=[
        *ENDLESS, "simulator.after=[policy]", f"processes.policy={{command: [{wrapper}], ready: registered}}"])
    cluster.wait_for_text("simulator waits until policy has registered")
    wait_until(cluster.memory.exists, what="the memory")
    wait_until(lambda: attach(cluster).states() == ["active"] * 2, what="the controllers")
    assert process(cluster, "policy")["state"] == "starting"
    assert process(cluster, "simulator")["state"] == "waiting"
    gate.touch()
    cluster.wait_for_text("✓ policy is ready after")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 3, what="steps")
    assert process(cluster, "policy")["state"] == "running"
    assert order(cluster)[-1] == "simulator"
    stop(cluster)


def test_nobody_else_can_say_that_a_policy_is_ready(cluster, tmp_path):
    """Only 'READY=1' counts, from this user or root, at its own address."""
    policy = script(tmp_path, "policy.py", READY.replace("READY=1", "READY=0\\nXREADY=1") + "time.sleep(3600)", sys.executable)
    assert cluster.run(GO2, sets=[
        *ENDLESS, "simulator.after=policy",
        f"processes.policy={{command: [{policy}], ready: registered, startup_timeout: 1s}}"]) == 1
    assert "policy has not registered" in cluster.text


def test_detached_returns_once_all_that_the_simulator_waits_for_are_there(cluster, tmp_path):
    policy = script(tmp_path, "policy.py", READY + "time.sleep(3600)", sys.executable)
    assert cluster.run(GO2, "--detach", sets=[
        *ENDLESS, "simulator.after=policy", f"processes.policy={{command: [{policy}], ready: registered}}"]) == 0
    assert process(cluster, "policy")["state"] == "running"
    assert ccluster("stop", cluster.name, env=environment(cluster)).returncode == 0


# --- While it runs ----------------------------------------------------------------------------------------------------


def test_a_logger_has_its_log_its_row_in_status_and_its_name_in_restart(cluster, tmp_path):
    logger = script(tmp_path, "log.sh", 'echo "started as $$"; exec sleep 3600')
    cluster.start(GO2, sets=[*ENDLESS, f"processes.logger={{command: [{logger}]}}"])
    cluster.wait_for_text("registered in")
    cluster.wait_for_text("logger       │ started as")
    first = process(cluster, "logger")
    assert (first["role"], first["state"], first["starts"], first["controllers"]) == ("extra", "running", 1, [])
    page = ccluster("status", cluster.name, env=environment(cluster)).stdout
    assert any(line.split()[:3] == ["logger", str(first["pid"]), "running"] for line in page.splitlines()), page
    run = ccluster("restart", cluster.name, "logger", env=environment(cluster))
    assert run.returncode == 0, run.stderr
    wait_until(lambda: process(cluster, "logger")["starts"] == 2, what="the restart")
    wait_until(lambda: cluster.text.count("started as") == 2, what="its second line")
    log = ccluster("logs", cluster.name, "logger", env=environment(cluster)).stdout
    assert log.count("started as") == 2
    stop(cluster)


def test_a_killed_logger_is_told_and_the_run_goes_on(cluster, tmp_path):
    logger = script(tmp_path, "log.sh", "sleep 3600")
    cluster.start(GO2, sets=[*ENDLESS, f"processes.logger={{command: [{logger}]}}"])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    # Its grandchild goes with it.
    os.kill(process(cluster, "logger")["pid"], signal.SIGKILL)
    cluster.wait_for_text("! logger was killed by SIGKILL; the run goes on without it")
    wait_until(lambda: not cluster.children("sleep"), what="its child to be gone")
    assert process(cluster, "logger")["state"] == "ended"
    steps = segment.steps
    wait_until(lambda: segment.steps > steps + 3, what="steps")
    stop(cluster)


def test_a_killed_logger_is_started_again_up_to_its_limit(cluster, tmp_path):
    logger = script(tmp_path, "log.sh", "sleep 3600")
    cluster.start(GO2, sets=[
        *ENDLESS, f"processes.logger={{command: [{logger}], restart: {{policy: on-failure, limit: 1, backoff: 10ms}}}}"])
    cluster.wait_for_text("registered in")
    os.kill(process(cluster, "logger")["pid"], signal.SIGKILL)
    cluster.wait_for_text("↻ logger starts again in")
    wait_until(lambda: process(cluster, "logger")["pid"] is not None, what="the restart")
    os.kill(process(cluster, "logger")["pid"], signal.SIGKILL)
    cluster.wait_for_text("its restart limit is 1; the run goes on without it")
    stop(cluster)


def test_a_required_process_that_dies_ends_the_run(cluster, tmp_path):
    policy = script(tmp_path, "policy.sh", "echo out of memory >&2; read -t 3600 < <(sleep 3600)")
    cluster.start(GO2, sets=[*ENDLESS, "simulator.after=policy", f"processes.policy={{command: [{policy}]}}"])
    cluster.wait_for_text("registered in")
    cluster.wait_for_text("policy       │ out of memory")
    os.kill(process(cluster, "policy")["pid"], signal.SIGKILL)
    assert cluster.wait() == 1
    assert "✗ policy was killed by SIGKILL, and the run requires it" in cluster.text.splitlines()
    assert "  │ out of memory" in cluster.text.splitlines()


# --- The end ----------------------------------------------------------------------------------------------------------


def test_they_end_in_reverse_order_and_hold_up_nobody(cluster, tmp_path):
    text = "trap 'date +%s%N > $1; exit 0' TERM; echo here; while :; do sleep 0.02; done"
    for name in ("policy", "viewer"):
        script(tmp_path, f"{name}.sh", text.replace("$1", f"{tmp_path}/{name}.end"))
    controller = script(
        tmp_path, "controller.sh", f'{BINARIES}/ccluster-controller; date +%s%N > {tmp_path}/controller.end')
    cluster.start(GO2, sets=[
        *ENDLESS, "controllers.count=1", "controllers.after=[policy]", f"controllers.program={{command: [{controller}]}}",
        f"processes.policy={{command: [{tmp_path}/policy.sh]}}",
        f"processes.viewer={{command: [{tmp_path}/viewer.sh], after: [simulator]}}"])
    cluster.wait_for_text("policy       │ here")
    cluster.wait_for_text("viewer       │ here")
    cluster.wait_for_text("registered in")
    stop(cluster)
    ends = {name: int((tmp_path / f"{name}.end").read_text()) for name in ("policy", "controller", "viewer")}
    assert ends["controller"] < ends["policy"], "whoever waits for it is gone first"
    assert "did not end" not in cluster.text, "nobody had to be forced"


def test_one_that_does_not_listen_is_killed_with_its_children(cluster, tmp_path):
    deaf = script(tmp_path, "deaf.sh", f"trap '' TERM; {sys.executable} -c 'import time; time.sleep(3600)' & echo here; wait")
    cluster.start(GO2, sets=[*ENDLESS, f"processes.deaf={{command: [{deaf}]}}"])
    cluster.wait_for_text("deaf         │ here")
    cluster.wait_for_text("registered in")
    run = ccluster("stop", cluster.name, "--grace", "300ms", env=environment(cluster))
    assert run.returncode == 0, run.stderr
    assert cluster.wait() == 128 + signal.SIGTERM
    assert "SIGKILL to 1 that did not end: deaf" in cluster.text


@pytest.mark.parametrize("victims", ["launcher", "server", "launcher and server"])
def test_whoever_dies_they_are_gone_too(cluster, tmp_path, victims):
    logger = script(tmp_path, "log.sh", f"trap '' TERM HUP; {sys.executable} -c 'import time; time.sleep(3600)' & wait")
    cluster.start(GO2, sets=[*ENDLESS, f"processes.logger={{command: [{logger}]}}"])
    cluster.wait_for_text("registered in")
    wait_until(lambda: cluster.children("time.sleep"), what="its child")
    pids = ([cluster.launcher.pid] if "launcher" in victims else []) + (cluster.server if "server" in victims else [])
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    cluster.wait()
    cluster.assert_nothing_left()


# --- Liveness ---------------------------------------------------------------------------------------------------------

SHORT = "controllers.liveness.timeout=600ms"


def test_a_suspended_controller_is_told_late_silent_and_back(cluster):
    cluster.start(GO2, sets=[*ENDLESS, SHORT, "controllers.solve_timeout=200ms"])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 3, what="steps")
    victim = segment.pid(1)
    os.kill(victim, signal.SIGSTOP)
    cluster.wait_for_text(f"! controller-1 is suspended; 'kill -CONT {victim}' lets it go on")
    cluster.wait_for_text("! controller 1 is late: no answer within solve_timeout")
    cluster.wait_for_text("✗ controller-1 has been silent for ")
    assert f"it leaves a step unanswered, and process {victim} is stopped (T)" in cluster.text
    table = ccluster("ps", env=environment(cluster)).stdout
    assert next(line for line in table.splitlines() if cluster.name in line).count("1 active, 1 late") == 1, table
    assert status(cluster)["controllers"] == {"count": 2, "active": 2, "late": 1}
    os.kill(victim, signal.SIGCONT)
    cluster.wait_for_text("✓ controller 1 is back")
    cluster.wait_for_text("✓ controller-1 answers again")
    assert segment.pid(1) == victim, "it was only told"

    def told():
        return sorted(event["what"] for event in events(cluster) if event["process"] in ("controller-1", "controller 1"))

    wait_until(lambda: told() == ["back", "heard", "late", "resumed", "silent", "started", "suspended"], what=told())
    stop(cluster)


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_silent_controller_is_killed_and_comes_back_in_its_slot_if_so_configured(cluster, tmp_path, is_wrapped):
    """Behind a wrapper the launcher's own child is a shell, which is well; the controller below it is stopped."""
    wrapper = script(tmp_path, "controller.sh", f"{BINARIES}/ccluster-controller; exit $?")
    cluster.start(GO2, sets=[
        *ENDLESS, SHORT, "controllers.solve_timeout=200ms", "controllers.liveness.action=restart",
        *([f"controllers.program={{command: [{wrapper}]}}"] if is_wrapped else [])])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    victim, incarnation = segment.pid(1), segment.incarnation(1)
    os.kill(victim, signal.SIGSTOP)
    wait_until(lambda: segment.pid(1) != victim and segment.state(1) == "active", what="its successor")
    assert segment.incarnation(1) == incarnation + 1
    assert f"process {victim} is stopped (T); it is killed" in cluster.text
    assert "✗ controller-1 was killed by SIGKILL" in cluster.text
    assert ("controller-1 is suspended" in cluster.text) is not is_wrapped
    stop(cluster)


def test_an_idle_controller_that_is_stopped_is_silent_and_one_that_sleeps_is_not(cluster):
    cluster.start(GO2, sets=[*ENDLESS, SHORT, "controllers.activate=false"])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    os.kill(segment.pid(0), signal.SIGSTOP)
    cluster.wait_for_text("✗ controller-0 has been silent for ")
    assert f"it is stopped, and process {segment.pid(0)} is stopped (T)" not in cluster.text
    assert "controller-1" not in cluster.text, "it sleeps, and nobody has asked it for anything"
    os.kill(segment.pid(0), signal.SIGCONT)
    cluster.wait_for_text("✓ controller-0 answers again")
    stop(cluster)


def test_a_request_that_nobody_answers_is_told(cluster):
    cluster.start(GO2, sets=[*ENDLESS, SHORT, "controllers.activate=false"])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    os.kill(segment.pid(1), signal.SIGSTOP)
    wait_until(lambda: is_stopped(segment.pid(1)), what="it to be stopped")
    run = ccluster("activate", cluster.name, "1", "--timeout", "2s", env=environment(cluster))
    assert run.returncode == 1
    cluster.wait_for_text("✗ controller-1 has been silent for ")
    os.kill(segment.pid(1), signal.SIGCONT)
    stop(cluster)


def test_suspending_the_whole_cluster_makes_nobody_silent(cluster):
    cluster.start(GO2, sets=[*ENDLESS, "controllers.liveness.timeout=200ms"])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 3, what="steps")
    cluster.send(signal.SIGTSTP)
    wait_until(lambda: is_stopped(cluster.launcher.pid) and is_stopped(segment.pid(0)), what="the suspension")
    cluster.send(signal.SIGCONT)
    steps = segment.steps
    wait_until(lambda: segment.steps > steps + 20, what="the run to go on")
    stop(cluster)
    assert "silent" not in cluster.text and "controller-" not in cluster.text, cluster.text


# --- The config -------------------------------------------------------------------------------------------------------


def test_a_program_that_is_not_there_is_told_at_its_place_before_the_launch(tmp_path):
    path = tmp_path / "cluster.yaml"
    path.write_text(f"extends: {GO2}\nprocesses:\n  loader: {{command: [./no-such-loader]}}\n")
    run = ccluster("launch", path, "--name", "never")
    assert run.returncode == 1
    assert f"cluster.yaml:3:22: error: there is no executable '{tmp_path}/no-such-loader' on this machine" in run.stderr


def test_an_exported_job_has_a_core_for_each_that_stays(tmp_path):
    def cores(*sets):
        run = ccluster("export", "slurm", GO2, "-o", "-", *(word for item in sets for word in ("--set", item)))
        return int(run.stdout.split("--cpus-per-task=")[1].split()[0])

    assert cores("processes.logger={command: [sleep]}") == cores() + 1
    assert cores("processes.loader={command: [sleep], ready: exited}") == cores()
