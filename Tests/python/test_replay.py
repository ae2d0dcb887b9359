"""Runs that are recorded and fed to their controllers again: what they make of it is the same, or what differs is found."""

import json
import os
import random
import re
import resource
import shlex
import signal
import struct
import subprocess

import mcap.reader
import mcap.writer
import pytest
from conftest import BINARIES, ROOT, Cluster, ccluster, config_of, processes_of, wait_until
from segment import attach

WORKER = BINARIES / "ccluster-test-worker"
GO2 = config_of("go2")
ABOVE = 0.3  # rad, of the first joint: where the remembering controller does what it is told to
STEPS = 30
CHUNK = 6  # a record's kind
REMEMBERING = [
    "controllers.count=3", "controllers.parameters=null", "controllers.restart.backoff=20ms",
    f"controllers.program={{command: [{WORKER}], environment: {{CCLUSTER_TEST_ROLE: remembering controller}}}}",
]


def record(cluster, path, sets, steps, act=None, needs=lambda: True):
    """A run that is recorded from its first step, every step of it: a recorder that is kept from its core misses some, and
    then it is run again."""
    for _ in range(6):
        path.unlink(missing_ok=True)
        cluster.start(GO2, sets=[
            f"simulator={{realtime: true, steps: {steps}, parameters: {{tolerance: null}}}}",
            f"record={{output: {path}, ros2: none}}", *sets])
        if act:
            act(cluster)
        assert cluster.wait() == 0, cluster.text
        if "missed" not in cluster.text and needs():
            return path
    raise AssertionError(cluster.text)


def replay(path, *arguments, **options):
    return ccluster("replay", path, *arguments, **options)


def report_of(path, *arguments):
    run = replay(path, "--json", *arguments)
    assert run.returncode in (0, 1), run.stderr
    report = json.loads(run.stdout)
    assert run.returncode == (0 if report["same"] else 1)
    return report


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A cluster for what all tests of a kind replay; nothing of it is left."""
    cluster = Cluster(tmp_path_factory.mktemp("recorded"))
    yield cluster
    cluster.assert_nothing_left()
    cluster.clean_up()


@pytest.fixture(scope="module")
def failing(made):
    """Of controllers that remember; one of them fails when its first joint has gone far enough."""
    return record(made, made.directory / "failing.mcap", [
        *REMEMBERING, "timing.cluster_dt=0.04",
        f"controllers.parameters={{seconds: 0.005, fails: {{controller: 1, above: {ABOVE}}}}}"], STEPS)


@pytest.fixture(scope="module")
def reference(made):
    """Of the built-in controller, which remembers nothing: that steps are missing changes nothing for it."""
    path = made.directory / "reference.mcap"
    assert made.run(GO2, sets=[
        "controllers.count=3", "simulator={realtime: true, steps: 40, parameters: {tolerance: null}}",
        f"record={{output: {path}, ros2: none}}"]) == 0, made.text
    return path


def test_the_reference_controller_does_the_same_to_the_bit(reference):
    report = report_of(reference)
    assert report["same"] and report["differences"] == [] and report["outcomes"] == [], report
    assert report["controllers"] == [0, 1, 2]
    # What it writes for 12 joints and 4 contacts at 31 nodes, but for the times: as many values as it has fields for.
    values = 4 * 12 + 4 * 3 + 13 + 2 * 12 + 4 + 2 * 31
    assert report["steps"]["compared"] >= 20
    assert report["values"] == report["steps"]["compared"] * 3 * values


def test_it_does_so_from_the_middle_too_and_alone(reference):
    whole = report_of(reference)["steps"]
    middle = (whole["first"]["step"] + whole["last"]["step"]) // 2
    report = report_of(reference, "--from", str(middle), "--warm-up", "0", "--controller", "1-2")
    assert report["same"], report
    assert report["controllers"] == [1, 2]
    assert report["steps"]["first"]["step"] >= middle and report["steps"]["warmed_up"] == 0
    assert f"controllers began as new ones with step {middle}" in report["notes"][0]


def test_moments_may_be_simulated_time(reference):
    whole = report_of(reference)["steps"]
    step = whole["last"]["step"]
    report = report_of(reference, "--from", f"{0.02 * step:.2f}s", "--to", f"{0.02 * step + 0.01:.2f}s")
    assert report["steps"]["compared"] == 1
    assert report["steps"]["first"] == report["steps"]["last"] == {"step": step, "time": pytest.approx(0.02 * step)}


def failing_step(failing):
    report = report_of(failing)
    assert report["same"], report
    (outcome,) = report["outcomes"]
    assert (outcome["controller"], outcome["recorded"], outcome["replayed"]) == (1, "failed", "failed")
    assert outcome["recorded_message"] == outcome["replayed_message"] != ""
    assert float(outcome["recorded_message"].split()[-1]) > ABOVE
    return outcome["step"]


def test_the_step_that_failed_is_found_and_fails_again(failing):
    step = failing_step(failing)
    assert 0 < step < STEPS
    run = replay(failing)
    assert run.returncode == 0
    assert f"! controller 1, step {step} ({step * 0.04:.3f} s): it failed to solve, as it had: FL_hip_joint is at 0.3" in run.stdout
    # From just before it, as one would to debug it.
    report = report_of(failing, "--controller", "1", "--from", str(step), "--to", str(step))
    assert report["same"] and report["steps"]["compared"] == 1 and report["steps"]["warmed_up"] == step
    assert report["outcomes"][0]["step"] == step


def test_that_nothing_was_compared_is_no_success(failing):
    step = failing_step(failing)
    run = replay(failing, "--controller", "1", "--from", str(step + 1))
    assert run.returncode == 1 and "no step was compared" in run.stdout and "✓" not in run.stdout


def test_a_failure_that_is_mended_is_told(failing):
    step = failing_step(failing)
    report = report_of(failing, "--set", "controllers.parameters.fails=null")
    (outcome,) = report["outcomes"]
    assert (outcome["step"], outcome["recorded"], outcome["replayed"], outcome["steps"]) == (step, "failed", "solved", 1)
    assert not outcome["same"] and report["differences"] == []
    # The recorded controller has taken no part since, and takes none again.
    assert report["steps"]["different"] == 1


def test_another_build_is_found_by_step_joint_and_size(failing):
    # The same joint at the same angle that the other one failed at.
    step = failing_step(failing)
    off = f"{{controller: 2, above: {ABOVE}, joint: FL_calf_joint, by: 0.001}}"
    report = report_of(failing, "--set", f"controllers.parameters.off={off}")
    (difference,) = report["differences"]
    assert (difference["controller"], difference["field"], difference["element"]) == (
        2, "rhc_commands.joint_position", "FL_calf_joint")
    assert difference["unit"] == "rad"
    worst = difference["worst"]
    assert worst["absolute"] == pytest.approx(1e-3, rel=1e-3)
    assert worst["relative"] == pytest.approx(1e-3 / abs(worst["recorded"]), rel=1e-3)
    assert worst["replayed"] - worst["recorded"] == pytest.approx(1e-3, rel=1e-3) and worst["ulps"] > 1000
    assert difference["steps"] == report["steps"]["different"] == STEPS - difference["first"]["step"]
    # It fails alike, and that is no difference.
    assert report["outcomes"][0]["step"] == step and report["outcomes"][0]["same"]
    text = replay(failing, "--set", f"controllers.parameters.off={off}").stdout
    assert text.startswith(
        f"✗ {difference['steps']} of {STEPS} steps of 3 controllers differ, first in step {difference['first']['step']} ")
    assert "controller 2, rhc_commands.joint_position[FL_calf_joint]" in text.splitlines()[0]
    assert report_of(failing, "--set", f"controllers.parameters.off={off}", "--tolerance", "0.0011")["same"]
    assert report_of(failing, "--set", f"controllers.parameters.off={off}", "--ignore", "rhc_commands.joint_position")["same"]


def test_who_remembers_needs_the_steps_before(failing):
    warm = report_of(failing, "--from", "20")
    assert warm["same"] and warm["steps"]["warmed_up"] == 20 and warm["steps"]["compared"] == STEPS - 20
    cold = report_of(failing, "--from", "20", "--warm-up", "0")
    assert not cold["same"] and cold["steps"]["different"] == cold["steps"]["compared"] == STEPS - 20
    # What it adds grows from step to step: it is furthest away when it knows nothing yet.
    assert cold["differences"][0]["worst"]["step"] == 20
    assert any("what they remembered of earlier ones is missing" in note for note in cold["notes"])


def test_only_the_workers_that_are_asked_for_are_started(failing, tmp_path):
    run = replay(failing, "--controller", "2", env={**os.environ, "XDG_STATE_HOME": str(tmp_path)})
    assert run.returncode == 0, run.stderr
    (directory,) = [path for path in tmp_path.glob("ccluster/*-replay/*") if path.name != "latest"]
    started = [event["process"] for event in map(json.loads, (directory / "events.jsonl").read_text().splitlines())
               if event["what"] == "started"]
    assert started == ["server", "controller-2", "simulator"]


def test_deactivations_and_deaths_come_again(cluster, tmp_path):
    """One sits some steps out, and one is killed and forgets; so do those that are fed the recording."""
    def act(cluster):
        cluster.wait_for_text("registered in")
        segment = attach(cluster)
        wait_until(lambda: segment.steps > 5, what="some steps")
        assert ccluster("deactivate", cluster.name, "0").returncode == 0
        seen = segment.steps
        wait_until(lambda: segment.steps > seen + 2, what="steps without it")
        assert ccluster("activate", cluster.name, "0").returncode == 0
        before = segment.incarnation(1)
        os.kill(segment.pid(1), signal.SIGKILL)
        wait_until(lambda: segment.incarnation(1) > before and segment.state(1) == "active", what="its successor")
        seen = segment.steps
        wait_until(lambda: segment.steps > seen + 3 or segment.phase != 1, what="steps of the successor")

    path = record(cluster, tmp_path / "r.mcap", [
        *REMEMBERING, "timing.cluster_dt=0.06", "controllers.parameters={seconds: 0.005}"], 40, act)
    report = report_of(path)
    assert report["differences"] == [], report
    # Killed in a step, it had died there and does not here; killed between two, nobody has seen it die.
    assert [(outcome["controller"], outcome["recorded"]) for outcome in report["outcomes"]] in ([], [(1, "died")])
    assert "controller 1 had been started anew before step" in replay(path).stderr
    # It needs no steps of its predecessor.
    alone = report_of(path, "--controller", "1", "--from", "35", "--warm-up", "reset")
    assert alone["same"] and 0 < alone["steps"]["warmed_up"] < 35, alone


def records(data):
    """Kind, start and end of each record of an MCAP file."""
    offset = 8
    while offset < len(data) - 8:
        kind, length = struct.unpack_from("<BQ", data, offset)
        yield kind, offset, offset + 9 + length
        offset += 9 + length


def test_who_shares_a_process_dies_together_again(cluster, tmp_path):
    def act(cluster):
        cluster.wait_for_text("registered in")
        segment = attach(cluster)
        wait_until(lambda: segment.steps > 3, what="some steps")
        before = segment.incarnation(0)
        os.kill(segment.pid(0), signal.SIGKILL)
        wait_until(lambda: segment.incarnation(1) > before and segment.states()[:2] == ["active"] * 2, what="successors")

    path = record(cluster, tmp_path / "r.mcap", [
        *REMEMBERING, "controllers.per_process=2", "timing.cluster_dt=0.06", "controllers.parameters={seconds: 0.002}"], 30, act)
    run = replay(path)
    assert run.stderr.count("controllers 0-1 had been started anew before step") == 1, run.stderr
    report = report_of(path)
    assert report["differences"] == [], report
    # The neighbour's process is not started, and controller 1 does the same without controller 0.
    assert report_of(path, "--controller", "1")["differences"] == []


def test_a_controller_that_dies_of_a_state_dies_again(cluster, tmp_path):
    path = record(cluster, tmp_path / "r.mcap", [
        *REMEMBERING, "timing.cluster_dt=0.04", "controllers.restart.policy=never",
        f"controllers.parameters={{seconds: 0.005, dies: {{controller: 1, above: {ABOVE}}}}}"], STEPS)
    report = report_of(path)
    assert report["same"], report
    assert [(outcome["controller"], outcome["recorded"], outcome["replayed"]) for outcome in report["outcomes"]] == [
        (1, "died", "died")]


def test_what_tools_have_written_is_fed_as_well(cluster, tmp_path):
    path = record(cluster, tmp_path / "r.mcap", [
        *REMEMBERING, "timing.cluster_dt=0.04", "controllers.parameters={seconds: 0.005}",
        "buffers.goal={writer: tool, per: cluster, sync: latest, fields: {shift: []}}",
        f"processes.shifter={{command: [{WORKER}], environment: {{CCLUSTER_TEST_ROLE: shifting tool}}}}"], STEPS)
    report = report_of(path)
    # A row that is written between the recorder's look and a controller's is one that they saw in different steps.
    assert report["steps"]["compared"] == STEPS and report["steps"]["different"] <= 1, report
    # It is the tool's rows that the commands come from.
    without = report_of(path, "--set", "buffers.goal=null")
    assert "without that buffer" in without["problem"]


def test_what_is_not_recorded_is_told(cluster, tmp_path):
    path = tmp_path / "r.mcap"
    assert cluster.run(GO2, sets=[
        "controllers.count=2", "simulator={realtime: true, steps: 20, parameters: {tolerance: null}}",
        f"record={{output: {path}, ros2: none, every: 5, buffers: [robot_state, rhc_status]}}"]) == 0, cluster.text
    report = report_of(path)
    notes = "\n".join(report["notes"])
    assert "rhc_references held initial values" in notes
    assert "not compared: rhc_commands, which is not recorded" in notes
    assert "steps between are not in the recording" in notes and "on purpose" in notes
    # The references were the initial ones.
    assert report["same"], report


def test_a_recording_that_was_cut_off_is_read_up_to_there(failing, tmp_path):
    whole = failing.read_bytes()
    first, *_, last = [start for kind, start, _ in records(whole) if kind == CHUNK]
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(whole[:last + 100])
    report = report_of(cut)
    assert report["same"] and 0 < report["steps"]["compared"] < STEPS
    assert report["notes"][0].startswith("the recording was not finished"), report["notes"]
    assert f"byte {last}: the file ends in the middle of a record" in report["notes"][0]
    # Not even a chunk.
    cut.write_bytes(whole[:first + 100])
    run = replay(cut)
    assert run.returncode == 1 and run.stdout == "" and f"byte {first}: the file ends" in run.stderr, run.stderr


def without_checksums(path, copy, **facts):
    """The same messages as they are, not compressed: there every byte is believed. And with other facts."""
    with open(path, "rb") as source, open(copy, "wb") as target:
        reader = mcap.reader.make_reader(source)
        writer = mcap.writer.Writer(target, compression=mcap.writer.CompressionType.NONE, enable_crcs=False)
        writer.start("ros2", "test")
        for metadata in reader.iter_metadata():
            writer.add_metadata(metadata.name, {**metadata.metadata, **(facts if metadata.name == "ccluster" else {})})
        schemas, channels = {}, {}
        for schema, channel, message in reader.iter_messages():
            if schema.id not in schemas:
                schemas[schema.id] = writer.register_schema(schema.name, schema.encoding, schema.data)
            if channel.id not in channels:
                channels[channel.id] = writer.register_channel(
                    channel.topic, channel.message_encoding, schemas[schema.id], channel.metadata)
            writer.add_message(channels[channel.id], message.log_time, message.data, message.publish_time, message.sequence)
        writer.finish()
    return copy.read_bytes()


def test_hostile_files_end_in_an_error_that_says_where(failing, tmp_path):
    numbers = random.Random(7)
    believed = without_checksums(failing, tmp_path / "plain.mcap")
    assert report_of(tmp_path / "plain.mcap")["same"]
    index = struct.unpack_from("<Q", believed, len(believed) - 28)[0]
    path = tmp_path / "hostile.mcap"
    messages = set()
    for round in range(90):
        data = bytearray(failing.read_bytes() if round % 3 == 0 else believed)
        start = {0: 8, 1: 8, 2: index}[round % 3]
        end = start + 40_000 if round % 3 == 1 else len(data)
        for _ in range(numbers.choice([1, 1, 8])):
            data[numbers.randrange(start, min(end, len(data)))] = numbers.choice([0, 1, 127, 128, 255])
        path.write_bytes(data)
        run = subprocess.run(
            [BINARIES / "ccluster-replayer", "--about", path], capture_output=True, text=True, timeout=20,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)))
        assert run.returncode in (0, 1), (round, run.returncode, run.stderr)
        if run.returncode == 1:
            assert run.stderr.startswith(f"{path}"), run.stderr
            messages.add(run.stderr.split(": ", 1)[1])
    assert len(messages) > 5, messages


@pytest.mark.parametrize("facts, words", [
    ({"name": "../../elsewhere"}, "cannot be that of a cluster"), ({"format": "2"}, "reads format 1"),
    ({"cluster_dt": "soon"}, "how long its steps are"), ({"cluster_dt": "-1"}, "how long its steps are"),
])
def test_what_a_recording_says_of_itself_is_not_believed(failing, tmp_path, facts, words):
    path = tmp_path / "facts.mcap"
    without_checksums(failing, path, **facts)
    run = replay(path, env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")})
    assert run.returncode == 1 and words in run.stderr, run.stderr
    assert {entry.name for entry in tmp_path.iterdir()} <= {"facts.mcap", "state"}


@pytest.mark.parametrize("arguments, status, words", [
    (["--controller", "7"], 1, "there is no controller 7: the cluster has 3, from 0"),
    (["--controller", "x"], 64, "is no controller"),
    (["--from", "900"], 1, "there is no step from --from to --to"),
    (["--from", "soon"], 64, "soon"),
    (["--warm-up", "some"], 64, "'all', 'reset' or a number of steps"),
    (["--tolerance=-1"], 64, "--tolerance takes a number from 0 on"),
    (["--ignore", "rhc_comands"], 1, "there is no buffer 'rhc_comands'"),
    (["--ignore", "rhc_commands.joint"], 1, "no field 'joint'"),
    (["--set", "controllers.parameter=1"], 2, "did you mean 'parameters'?"),
    (["--set", "controllers.program={command: [./gone]}"], 1, "gone"),
    (["--set", "controllers.count=2"], 1, "has 3 rows"),
])
def test_mistakes_are_told(failing, arguments, status, words):
    run = replay(failing, *arguments)
    assert run.returncode == status, (run.returncode, run.stdout, run.stderr)
    assert words in run.stderr + run.stdout
    assert "Fatal error" not in run.stderr


def test_what_is_no_recording_is_told(tmp_path):
    for name, content, words in [
        ("gone.mcap", None, "No such file or directory"), ("empty.mcap", b"", "it is no MCAP file"),
        ("text.mcap", b"ccluster: 1\n" * 50, "it is no MCAP file"),
        ("start.mcap", b"\x89MCAP0\r\n", "no recording of 'ccluster record'"),
    ]:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        run = replay(path)
        assert run.returncode == 1 and run.stdout == "" and words in run.stderr, run.stderr
    run = replay(tmp_path)
    assert run.returncode == 1 and "Is a directory" in run.stderr or "no file" in run.stderr


def start_slow(failing, name):
    """A replay that takes long enough to be disturbed."""
    return subprocess.Popen(
        [BINARIES / "ccluster", "replay", failing, "--name", name, "--set", "controllers.parameters.seconds=0.3"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for_steps(cluster, count):
    wait_until(cluster.memory.exists, what="the memory")

    def steps():
        try:
            return attach(cluster).steps
        except (OSError, AssertionError, ValueError):
            return 0

    wait_until(lambda: steps() >= count, what="steps of the replay")


def test_ctrl_c_tells_what_was_found_and_leaves_nothing(failing, cluster):
    run = start_slow(failing, cluster.name)
    try:
        wait_for_steps(cluster, 2)
        os.kill(run.pid, signal.SIGINT)
        output, errors = run.communicate(timeout=20)
    finally:
        run.kill()
    assert run.returncode == 130, errors
    assert output.startswith("✓ the same to the bit") and "the replay was ended after step" in output, output + errors


def test_a_replayer_that_is_killed_is_told(failing, cluster):
    run = start_slow(failing, cluster.name)
    try:
        wait_for_steps(cluster, 1)
        os.kill(cluster.children("ccluster-replayer")[0], signal.SIGKILL)
        output, errors = run.communicate(timeout=20)
    finally:
        run.kill()
    assert run.returncode == 1 and output == "" and "SIGKILL" in errors, errors


def test_two_at_once_need_two_names(failing, cluster):
    run = start_slow(failing, cluster.name)
    try:
        wait_for_steps(cluster, 1)
        second = replay(failing, "--name", cluster.name)
        assert second.returncode == 1 and "--name OTHER replays beside it" in second.stderr, second.stderr
        assert report_of(failing, "--name", f"{cluster.name}-b")["same"]
    finally:
        os.kill(run.pid, signal.SIGTERM)
        assert run.wait(20) == 128 + 15


def test_the_session_that_the_readme_shows_works(tmp_path):
    readme = (ROOT / "README.md").read_text()
    block = next(block for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) if "ccluster replay" in block)
    name = f"test-{os.getpid()}-readme"
    results = []
    for line in block.splitlines():
        words = [name if word == "go2" else str(tmp_path / word) if word == "run.mcap" else word for word in shlex.split(line)]
        if words[1] == "launch":
            words += ["--name", name]
        results.append(subprocess.run(
            [BINARIES / "ccluster", *words[1:]], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, env={**os.environ, "XDG_STATE_HOME": str(tmp_path)}))
    assert [result.returncode for result in results] == [0, 0, 0, 0, 1], results

    def shape(text):
        # Steps are missed or not, which notes tell, and other values are the worst; where the first is, its size stands there.
        lines = [re.sub(r", by [\d.]\S*( \S+)?$", "", line) for line in text.splitlines() if line and not line.startswith("note: ")]
        return [re.sub(r"[\d.,]*\d(e[-+]\d+)?|rhc_\S+|rad\S*", "#", re.sub(r" +", " ", line)).replace(" #", "") for line in lines]

    shown = re.findall(r"```text\n(.*?)```", readme[readme.index(block):], re.DOTALL)
    for text, result in zip(shown, results[3:]):
        assert shape(result.stdout)[:len(shape(text))] == shape(text), result.stdout
