"""The Python package from its wheel, on the oldest and the newest Python that it is for: what interop/checks.py checks."""

import functools
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import pythons
from conftest import BINARIES, ROOT, config_of, wait_until
from participants import (
    CONFIG, EXTERNAL, LANGUAGES, SOURCES, compile_c, participant, stop, wait_until_published, words)
from segment import attach
from test_bindings import LATEST
from test_readme import README, blocks


@pytest.fixture(scope="module")
def checks(tmp_path_factory):
    """A copy of them, away from the sources."""
    path = tmp_path_factory.mktemp("checks") / "checks.py"
    path.write_bytes((SOURCES / "checks.py").read_bytes())
    return path


def begin(version, checks, name, *arguments):
    return subprocess.Popen(
        [pythons.python(version), checks, name, *map(str, arguments)], cwd="/", text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture(params=pythons.TESTED)
def start(request, checks):
    """Starts a check."""
    return functools.partial(begin, request.param, checks)


@pytest.fixture
def start_all(checks):
    """Starts a check in each Python; what has not ended with the test is ended."""
    processes = []

    def start_all(*arguments):
        processes.extend(begin(version, checks, *arguments) for version in pythons.TESTED)
        return processes

    yield start_all
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def check(start):
    """Runs a check to its end."""

    def check(name, *arguments):
        process = start(name, *arguments)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output

    return check


def robots(cluster, *sets):
    """A cluster of three robots with the built-in controllers, to be stepped."""
    cluster.start(config_of("go2"), sets=["controllers.count=3", EXTERNAL, *sets])
    cluster.wait_for_text("registered")


def scripted(cluster, language="c", *sets, **options):
    """A cluster whose controllers do as `stimulus.order` says."""
    cluster.start(CONFIG, sets=[
        EXTERNAL, f"controllers.program={{command: {words([*participant(language), 'controller'])}}}", *sets], **options)
    cluster.wait_for_text("registered")


@pytest.mark.parametrize("name", ["views", "latest", "steps", "names"])
def test_what_is_promised(cluster, check, name):
    robots(cluster, LATEST)
    check(name, cluster.name)
    stop(cluster)


@pytest.mark.parametrize("config", ["panda", "odd"])
def test_every_field_is_there(cluster, check, config):
    """Of an arm without contacts, and of all that is hard to say in another language."""
    path = ROOT / "Tests/python/bindings/odd.yaml" if config == "odd" else config_of(config)
    cluster.start(path, sets=[EXTERNAL, "controllers.count=1", "controllers.program={command: [sleep, 1000]}"])
    wait_until_published(cluster)
    check("everything", cluster.name)
    stop(cluster)


def test_arrays_outlive_their_cluster_and_the_run(cluster, start):
    robots(cluster)
    process = start("outlive", cluster.name)
    line = process.stdout.readline()
    if line == "detached\n":
        stop(cluster)
    output, _ = process.communicate("the run is over\n", timeout=60)
    assert process.returncode == 0, line + output


def test_an_interrupt_comes_through_a_step(cluster, check):
    scripted(cluster)
    check("interrupt", cluster.name)
    stop(cluster)


def test_an_interrupt_comes_through_a_request(cluster, check):
    scripted(cluster)
    check("asks", cluster.name)
    stop(cluster)


@pytest.mark.parametrize("on_failure", ["hold", "stop", "homing"])
def test_a_copy_leaves_out_what_is_late(cluster, check, on_failure):
    scripted(cluster, "c", f"controllers.on_failure={on_failure}")
    check("late", cluster.name, on_failure)
    stop(cluster)


@pytest.mark.parametrize("level", ["", "debug"])
@pytest.mark.parametrize("version", pythons.TESTED)
def test_a_solve_that_fails_is_told_in_a_line(cluster, checks, version, level):
    scripted(cluster, f"python{version}", environment={"CCLUSTER_LOG": level})
    pythons.run(pythons.python(version), checks, "fails", cluster.name, cwd="/")
    stop(cluster)
    told = re.findall(r"^controller-0 +│ (.*)$", cluster.text, re.MULTILINE)
    lines = [line for line in told if line.startswith("ERROR: controller 0 could not solve: ValueError: as ordered (participant.py:")]
    assert len(lines) == 3, cluster.text
    if level:
        assert told.count("Traceback (most recent call last):") == 3 and "ValueError: as ordered" in told, cluster.text
    else:
        assert told == lines, cluster.text


def test_nothing_leaks(cluster, check):
    robots(cluster)
    check("leaks", cluster.name, 100)
    stop(cluster)


def test_a_process_outlives_a_hundred_runs_of_a_name(cluster, start_all):
    """As a simulator does that takes minutes to start: in one interpreter of each version."""
    processes = start_all("again", cluster.name, 100)

    def tell(process, line):
        process.stdin.write(line + "\n")
        process.stdin.flush()

    def hear(process, line):
        heard = process.stdout.readline()
        assert heard == line + "\n", heard + process.stdout.read()

    for _ in range(100):
        for process in processes:
            hear(process, "there is none")
        cluster.start(config_of("go2"), sets=["controllers.count=2", "controllers.per_process=2", EXTERNAL])
        cluster.wait_for_text("registered")
        for process in processes:
            tell(process, "there is one")
            hear(process, "stepped")
        stop(cluster)
        for process in processes:
            tell(process, "it is over")
    for process in processes:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output


def test_a_script_launches_its_cluster(cluster, check):
    check("runs", config_of("go2"), BINARIES / "ccluster", cluster.name)


def test_a_script_that_is_killed_leaves_nothing(cluster, start):
    process = start("killed", config_of("go2"), BINARIES / "ccluster", cluster.name)
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, output) == (-signal.SIGKILL, "stepped\n")


def test_a_server_that_dies_is_told(cluster, start):
    scripted(cluster)
    process = start("gone", cluster.name)
    line = process.stdout.readline()
    if line == "stepped\n":
        for pid in [*cluster.server, cluster.launcher.pid]:
            os.kill(pid, signal.SIGKILL)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, line + output
    cluster.wait()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_cluster_of_another_user_is_closed(cluster, check):
    robots(cluster)
    check("closed", cluster.segment)
    stop(cluster)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_process_hosts_several_controllers_in_each_language(cluster, checks, language):
    scripted(cluster, language, "controllers.per_process=3")
    pythons.run(pythons.python(pythons.TESTED[-1]), checks, "steps", cluster.name, cwd="/")
    stop(cluster)


def test_tensors_lie_over_the_memory(cluster, checks):
    """With a Torch that is there: it is too large to be fetched for a test."""
    if subprocess.run([sys.executable, "-c", "import torch"], capture_output=True).returncode != 0:
        pytest.skip("there is no Torch")
    robots(cluster)
    package = cluster.directory / "package"
    pythons.run(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", package, pythons.wheel())
    pythons.run(sys.executable, checks, "torch", cluster.name, cwd="/", env={**os.environ, "PYTHONPATH": str(package)})
    stop(cluster)


def test_the_wheel_is_what_its_name_says():
    told = pythons.run(Path(sys.executable).parent / "auditwheel", "show", pythons.wheel())
    told = " ".join(told.split())
    tag = re.fullmatch(r"ccluster-(.*)-py3-none-(manylinux_2_\d+_\w+)\.whl", pythons.wheel().name)
    assert f'is consistent with the following platform tag: "{tag[2]}"' in told, told
    assert tag[1] == pythons.run(BINARIES / "ccluster", "--version").strip()
    listed = set(pythons.run(sys.executable, "-m", "zipfile", "-l", pythons.wheel()).split())
    sources = {f"ccluster/{path.name}" for path in (ROOT / "Sources/python/ccluster").iterdir() if path.is_file()}
    assert sources | {"ccluster/libccluster.so.1"} <= listed


def test_the_programs_shown_work(cluster, checks):
    """The README's controller and its two simulators, in Python and in C++, on one cluster, one after the other."""
    simulator, controller = (block for block in blocks(README, "python") if "ccluster." in block and "ClusterVectorEnv" not in block)
    interpreter = pythons.python(pythons.TESTED[-1])
    (cluster.directory / "hold.py").write_text("import ccluster\n\n\n" + controller)
    # It steps until the cluster stops; what is left out of it is put in.
    simulator = simulator.replace('"go2"', f'"{cluster.name}"').replace("= …", "= 0.5").replace("# NotFound, OtherUser, ServerDead, …", "#")
    (cluster.directory / "simulator.py").write_text(simulator + "        print(report.solved, commands.joint_position[3, 0], flush=True)\n")
    program, = (block for block in blocks(README, "cpp"))
    (cluster.directory / "main.cpp").write_text(program.replace('"go2"', f'"{cluster.name}"'))
    compile_c(cluster.directory / "main.cpp", cluster.directory / "main")
    cluster.start(config_of("go2"), sets=[
        "controllers.count=4", EXTERNAL, f"controllers.program={{command: {words([interpreter, cluster.directory / 'hold.py'])}}}"])
    cluster.wait_for_text("registered")
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    for command in ([interpreter, cluster.directory / "simulator.py"], [cluster.directory / "main"]):
        process = subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        if command[0] == interpreter:
            assert process.stdout.readline().startswith("4 0.0"), process.stdout.read()
        else:
            steps = attach(cluster).steps
            wait_until(lambda: attach(cluster).steps > steps, what="steps of the program in C++")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    stop(cluster)


def test_its_types_hold(tmp_path):
    """What py.typed promises; and a user's program is checked against them."""
    (tmp_path / "user.py").write_text(
        "import ccluster\n\nclient = ccluster.Client.attach('go2')\nclient.solve().duration.hex()\nclient.solve().durations\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "--cache-dir", tmp_path / "cache", ROOT / "Sources/python/ccluster",
         tmp_path / "user.py"], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT / "Sources/python")})
    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    assert len(errors) == 1 and errors[0].startswith("user.py:5") and '"Report" has no attribute "durations"' in errors[0], done.stdout
