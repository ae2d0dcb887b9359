"""What a recording holds, read by others than us, and that nothing of a run depends on its recorder."""

import json
import os
import re
import resource
import signal
import struct
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy
import pytest
from conftest import BINARIES, ROOT, WATCHDOG, ccluster, config_of, wait_until
from mcap.exceptions import EndOfFile
from mcap.reader import NonSeekingReader, SeekingReader
from mcap_ros2.decoder import DecoderFactory
from segment import NUMPY, attach

GO2 = config_of("go2")
PACED = ["controllers.count=3", "simulator={steps: 0, realtime: true, parameters: {tolerance: null}}"]
# Rows of an odd size, names that ROS has not, and an empty field.
MIXED = """{writer: simulator, align: 8, fields: {flag: {shape: [3], dtype: bool}, __Count_: {shape: [], dtype: i64},
  count: {shape: [], dtype: u16}, wide: {shape: [2, 2], dtype: f64}, none: [0], label: {shape: [5], dtype: char}}}"""
STANDARD = {
    "joint_states": "sensor_msgs/msg/JointState", "joint_commands": "sensor_msgs/msg/JointState",
    "pose": "geometry_msgs/msg/PoseStamped", "twist": "geometry_msgs/msg/TwistStamped",
    **{f"{what}/{foot}_foot": "geometry_msgs/msg/WrenchStamped"
       for what in ("contacts", "contact_commands") for foot in ("FL", "FR", "RL", "RR")}}


class Recording:
    """A whole file, read through its index with every CRC checked, and once more from start to end."""

    def __init__(self, path):
        with open(path, "rb") as file:
            reader = SeekingReader(file, validate_crcs=True, decoder_factories=[DecoderFactory()])
            self.header = reader.get_header()
            self.summary = reader.get_summary()
            self.metadata = {record.name: record.metadata for record in reader.iter_metadata()}
            self.attachments = {record.name: record.data for record in reader.iter_attachments()}
            self.schemas, self.channels, self.raw, self.decoded = {}, {}, {}, {}
            for schema, channel, message, decoded in reader.iter_decoded_messages():
                self.schemas[channel.topic], self.channels[channel.topic] = schema, channel
                self.raw.setdefault(channel.topic, []).append(message)
                self.decoded.setdefault(channel.topic, []).append(decoded)
            file.seek(0)
            count = sum(1 for _ in NonSeekingReader(file, validate_crcs=True).iter_messages())
        assert count == self.summary.statistics.message_count == sum(map(len, self.raw.values()))
        self.steps = self.decoded.get("/ccluster/step", [])
        self.end = self.metadata["ccluster.end"]
        assert int(self.end["steps"]) == len(self.steps)

    def field(self, buffer, field):
        """[steps, rows, shape…], by the layout that stands in the channel."""
        topic = f"/ccluster/buffers/{buffer}"
        layout = json.loads(self.channels[topic].metadata["layout"])
        found = next(entry for entry in layout["fields"] if entry["name"] == field)
        element = numpy.dtype(NUMPY[found["dtype"]])
        return numpy.stack([
            numpy.ndarray((layout["rows"], *found["shape"]), element, message.data, 36 + found["offset"],
                          (layout["stride"], *numpy.empty(found["shape"], element).strides))
            for message in self.raw[topic]])

    def assert_numbers_are_consistent(self):
        """What is there and what is told to be missing are all steps, each once and in order."""
        numbers = [step.step for step in self.steps]
        gaps = [after - before - 1 for before, after in zip(numbers, numbers[1:])]
        assert gaps == [step.missed for step in self.steps[1:]] and min(gaps, default=0) >= 0
        times = [message.log_time for message in self.raw["/ccluster/step"]]
        assert times == sorted(times)


def whole_messages(path):
    """Of a file that was cut off: what can be read before its end."""
    messages = []
    with open(path, "rb") as file:
        try:
            for _, channel, message in NonSeekingReader(file, validate_crcs=True).iter_messages(log_time_order=False):
                messages.append((channel.topic, message))
        except (EndOfFile, struct.error):
            return messages
    raise AssertionError("the file has an end")


def record(cluster, *arguments, status=0, **options):
    done = ccluster("record", cluster.name, *arguments, **options)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def recorder(cluster, path, *arguments, **options):
    """One that goes on until somebody ends it. It has begun: that is what it says first."""
    process = subprocess.Popen(
        [BINARIES / "ccluster", "record", cluster.name, "-o", path, *arguments], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    process.first = process.stderr.readline()
    return process


def ended(process, number=None):
    """Its words, once it has ended; with a signal, if it shall have one."""
    if number is not None:
        process.send_signal(number)
    output, words = process.communicate(timeout=WATCHDOG)
    return process.returncode, output, process.first + words


def running(cluster, *sets):
    cluster.start(GO2, sets=[*PACED, *sets])
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 0, what="the first step")
    return segment


def steps_go_on(segment, count=3):
    before = segment.steps
    wait_until(lambda: segment.steps > before + count, what="the steps to go on")


def stop(cluster):
    cluster.send(signal.SIGTERM)
    assert cluster.wait() == 128 + signal.SIGTERM, cluster.text


# --- What is in it --------------------------------------------------------------------------------------------------------

SIMULATOR = """
import os, sys, time
import ccluster, numpy

truth, steps, n = {}, [], 0
with ccluster.Client.attach() as client:
    fields = [(buffer, field) for buffer in ("robot_state", "mixed") for field in client[buffer].fields]
    def note(name, value): truth.setdefault(name, []).append(numpy.array(value))
    def step(number, is_reset):
        for index, (buffer, field) in enumerate(fields):
            view = client[buffer][field]
            pattern = number * 1000 + index * 100 + numpy.arange(view.size).reshape(view.shape)
            view[...] = pattern.astype("S5") if view.dtype.kind == "S" else (pattern % 2 if field == "flag" else pattern)
            note(buffer + "." + field, view)
        client.goal.write(0, (number + 0.5,))
        if is_reset:
            client.reset([1])
        else:
            # The recorder has this long to see it.
            client.trigger()
            time.sleep(0.03)
            client.wait()
        for field in client.rhc_commands.fields: note("rhc_commands." + field, client.rhc_commands[field])
        note("outcomes", client.outcomes)
        time.sleep(0.005)
    for number in range(40): step(number, number == 20)
numpy.savez(sys.argv[1], **truth)
"""


def test_other_readers_find_in_a_recording_what_was_in_the_memory(cluster, tmp_path):
    (tmp_path / "simulator.py").write_text(SIMULATOR)
    environment = f"{{PYTHONPATH: {ROOT}/Sources/python, CCLUSTER_LIBRARY: {BINARIES}/libccluster-c.so}}"
    assert cluster.run(GO2, sets=[
        "controllers={count: 3, joints: [FR_hip_joint, FL_hip_joint], parameters: {fail_at: {controller: 1, step: 5}}}",
        f"simulator.program={{command: [{sys.executable}, {tmp_path}/simulator.py, {tmp_path}/truth.npz], "
        f"environment: {environment}}}", "simulator.parameters=null",
        f"buffers.mixed={MIXED}", "buffers.rhc_internal=null",
        "buffers.goal={writer: simulator, per: cluster, sync: latest, fields: {height: []}}",
        f"record={{output: {tmp_path}/run.mcap, ros2: [0, 2]}}"]) == 0, cluster.text
    truth = numpy.load(tmp_path / "truth.npz")
    recording = Recording(tmp_path / "run.mcap")
    recording.assert_numbers_are_consistent()
    numbers = [step.step for step in recording.steps]
    assert len(numbers) > 10 and len(numbers) + int(recording.end["missed"]) == 40, recording.end

    # Row for row, bit for bit, by the documented layout.
    for name in truth.files:
        if name != "outcomes" and truth[name][0].size:
            found = recording.field(*name.split("."))
            if name.startswith("rhc_commands"):
                # Of a controller that took no part they are not this step's.
                solved = truth["outcomes"][numbers] == 2
                assert (found[solved] == truth[name][numbers][solved]).all(), name
            else:
                assert (found == truth[name][numbers]).all(), name
    assert [[int(value) for value in step.outcome] for step in recording.steps] == truth["outcomes"][numbers].tolist()
    assert (recording.field("goal", "height")[:, 0] == numpy.array(numbers) + 0.5).all()
    failed = [step.step for step in recording.steps if step.failures]
    assert failed == [5] if 5 in numbers else failed == []
    for step in recording.steps:
        assert step.request == (1 if step.step == 20 else 0)
        assert [(entry.controller, entry.message[:16]) for entry in step.failures] == [(1, "fail_at asks con")] * (step.step == 5)
        assert step.header.stamp.sec * 10**9 + step.header.stamp.nanosec == step.step * 20_000_000

    # The same by the schema, whose names ROS allows.
    for step, mixed in zip(recording.steps, recording.decoded["/ccluster/buffers/mixed"]):
        assert [row.row_version for row in mixed.rows] == [step.generation] * 3 and mixed.step == step.step
        assert [row.count for row in mixed.rows] == [int(value) for value in truth["mixed.__Count_"][step.step]]
        assert [row.count_2 for row in mixed.rows] == [int(value) for value in truth["mixed.count"][step.step]]
        assert [bytes(row.label) for row in mixed.rows] == [
            bytes(text).ljust(5, b"\0") for text in truth["mixed.label"][step.step].view("S5").ravel()]

    # ROS 2's own.
    robots = {topic: recording.schemas[topic].name for topic in recording.channels if topic.startswith("/robot_")}
    assert robots == {f"/robot_{robot}/{name}": schema for robot in (0, 2) for name, schema in STANDARD.items()}
    for at, number in enumerate(numbers):
        for robot in (0, 2):
            def of(name):
                return recording.decoded[f"/robot_{robot}/{name}"][at]

            def state(name):
                return truth[f"robot_state.{name}"][number][robot].tolist()
            joints, pose, twist, wrench = of("joint_states"), of("pose"), of("twist"), of("contacts/RL_foot")
            assert joints.name[:2] == ["FL_hip_joint", "FL_thigh_joint"] and len(joints.name) == 12
            assert (joints.position, joints.velocity, joints.effort) == (
                state("joint_position"), state("joint_velocity"), state("joint_effort"))
            assert [getattr(pose.pose.position, axis) for axis in "xyz"] == state("root_position")
            assert [getattr(pose.pose.orientation, axis) for axis in "wxyz"] == state("root_orientation")
            assert [getattr(twist.twist.linear, axis) for axis in "xyz"] == state("root_linear_velocity")
            assert [getattr(twist.twist.angular, axis) for axis in "xyz"] == state("root_angular_velocity")
            assert [getattr(wrench.wrench.force, axis) for axis in "xyz"] == state("contact_force")[2]
            assert pose.header.frame_id == wrench.header.frame_id == "world"
    commands = recording.field("rhc_commands", "joint_position")
    for at in range(len(numbers)):
        assert recording.decoded["/robot_2/joint_commands"][at].position == commands[at][2].tolist()

    # What it says of itself.
    assert recording.header.profile == "ros2"
    facts = recording.metadata["ccluster"]
    assert facts["name"] == cluster.name and facts["controllers"] == "3" and facts["ros2"] == "0,2" and facts["every"] == "1"
    assert facts["buffers"].split(",")[0] == "robot_state" and "mixed" in facts["buffers"]
    directory = next((cluster.state / "ccluster" / cluster.name).glob("2*"))
    assert facts["layout_hash"] == json.loads((directory / "plan.json").read_text())["memory"]["layout_hash"]
    assert facts["git_revision"] == json.loads((directory / "run.json").read_text())["git"]["revision"]
    for name in ("config.yaml", "plan.json", "plan.txt", "run.json"):
        assert recording.attachments[name] == (directory / name).read_bytes(), name
    assert json.loads(recording.attachments["description.json"])["robot"]["name"] == "go2"
    (tmp_path / "config.yaml").write_text(recording.metadata["ccluster.config"]["config"])
    assert ccluster("validate", tmp_path / "config.yaml").returncode == 0


def test_what_a_field_means_is_what_the_config_says(cluster, tmp_path):
    fields = "buffers.robot_state.fields"
    running(cluster, f"{fields}.root_orientation={{convention: xyzw, initial: [0, 0, 0, 1]}}",
            f"{fields}.joint_effort.unit=kN*m", f"{fields}.root_angular_velocity.unit=deg/s", f"{fields}.contact_force.columns=null",
            "buffers.rhc_commands.fields.contact_force.frame=base")
    record(cluster, "-o", tmp_path / "a.mcap", "--steps", "2", "--ros2", "1", "--buffers", "robot_state, rhc_commands")
    recording = Recording(tmp_path / "a.mcap")
    assert sorted(topic for topic in recording.channels if topic.startswith("/ccluster")) == [
        "/ccluster/buffers/rhc_commands", "/ccluster/buffers/robot_state", "/ccluster/step"]
    robots = {topic for topic in recording.channels if topic.startswith("/robot_")}
    assert robots == {"/robot_1/joint_states", "/robot_1/joint_commands", "/robot_1/pose",
                      *(f"/robot_1/contact_commands/{foot}_foot" for foot in ("FL", "FR", "RL", "RR"))}
    state = recording.field("robot_state", "root_orientation")[0][1]
    orientation = recording.decoded["/robot_1/pose"][0].pose.orientation
    assert [getattr(orientation, axis) for axis in "xyzw"] == state.tolist() and len(set(state.tolist())) > 1
    joints = recording.decoded["/robot_1/joint_states"][0]
    assert len(joints.position) == len(joints.velocity) == 12 and joints.effort == []
    assert recording.decoded["/robot_1/contact_commands/FL_foot"][0].header.frame_id == "base"
    stop(cluster)


# --- How it ends --------------------------------------------------------------------------------------------------------------


def test_it_ends_as_it_is_told_and_the_file_is_whole(cluster, tmp_path):
    segment = running(cluster)
    process = recorder(cluster, tmp_path / "a.mcap", "--json")
    steps_go_on(segment, 20)
    status, output, words = ended(process, signal.SIGINT)
    told, recording = json.loads(output), Recording(tmp_path / "a.mcap")
    recording.assert_numbers_are_consistent()
    assert status == 0 and told["reason"] == recording.end["reason"] == "interrupted" and told["complete"]
    assert told["steps"] == len(recording.steps) > 0 and told["bytes"] == (tmp_path / "a.mcap").stat().st_size
    assert (told["first_step"], told["last_step"]) == (recording.steps[0].step, recording.steps[-1].step)
    assert words.splitlines()[0] == f"● {cluster.name} → {tmp_path}/a.mcap  3 controllers, 6 buffers, every step"

    record(cluster, "-o", tmp_path / "b.mcap", "--every", "5", "--steps", "4", "--ros2", "none")
    recording = Recording(tmp_path / "b.mcap")
    assert len(recording.steps) == 4 and all(step.step % 5 == 0 for step in recording.steps)
    assert not any(topic.startswith("/robot_") for topic in recording.channels)

    before = time.monotonic()
    record(cluster, "-o", tmp_path / "c.mcap", "--hz", "10", "--for", "1s")
    assert time.monotonic() - before >= 1
    recording = Recording(tmp_path / "c.mcap")
    times = [message.log_time for message in recording.raw["/ccluster/step"]]
    assert 1 <= len(times) <= 11 and recording.metadata["ccluster"]["hz"] == "10.0"

    # Into a file that somebody takes away meanwhile.
    process = recorder(cluster, tmp_path / "gone.mcap")
    steps_go_on(segment)
    (tmp_path / "gone.mcap").unlink()
    status, _, words = ended(process, signal.SIGINT)
    assert status == 1 and f"'{tmp_path}/gone.mcap' is not this recording any more" in words

    # With the cluster.
    process = recorder(cluster, tmp_path / "d.mcap")
    steps_go_on(segment)
    stop(cluster)
    status, _, words = ended(process)
    recording = Recording(tmp_path / "d.mcap")
    assert status == 0 and recording.end["reason"] == "the cluster has ended" and "; the cluster has ended" in words


def test_one_that_is_killed_leaves_all_but_its_last_second(cluster, tmp_path):
    segment = running(cluster)
    path = tmp_path / "a.mcap"
    process = recorder(cluster, path)
    size = path.stat().st_size

    def steps():
        return [message for topic, message in whole_messages(path) if topic == "/ccluster/step"]

    wait_until(lambda: path.stat().st_size > size and len(steps()) > 5, what="a chunk")
    first = len(steps())
    size = path.stat().st_size
    wait_until(lambda: len(steps()) > first, what="another chunk")
    process.kill()
    process.communicate()
    total = len(steps())
    assert total > first
    # Half a record at the end is none.
    os.truncate(path, size + 100)
    assert first <= len(steps()) < total
    steps_go_on(segment)
    stop(cluster)


def limited(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_full_disk_ends_the_recording_and_nothing_else(cluster, tmp_path):
    segment = running(cluster)
    for size in (280_000, 360_000):
        path = tmp_path / f"{size}.mcap"
        status, output, words = ended(recorder(cluster, path, "--json", preexec_fn=limited(size)))
        told, recording = json.loads(output), Recording(path)
        recording.assert_numbers_are_consistent()
        assert status == 1 and not told["complete"] and "File too large" in told["reason"] == recording.end["reason"]
        assert path.stat().st_size <= size and told["steps"] == len(recording.steps) > 0
        assert f"✗ write '{path}': File too large" in words and "whole up to there" in words
    # Not even its beginning has room.
    status, _, words = ended(recorder(cluster, tmp_path / "none.mcap", preexec_fn=limited(20_000)))
    assert status == 1 and words == f"ccluster: write '{tmp_path}/none.mcap': File too large\n"
    assert not (tmp_path / "none.mcap").exists()
    steps_go_on(segment)
    stop(cluster)


# --- In the config --------------------------------------------------------------------------------------------------------


def test_a_run_that_loses_its_recorder_says_so_and_goes_on(cluster):
    cluster.start(GO2, sets=[*PACED, "record=true"])
    cluster.wait_for_text("recorder is ready after")
    cluster.wait_for_text("registered in")
    segment = attach(cluster)
    wait_until(lambda: segment.steps > 3, what="steps")
    pid, = cluster.children("ccluster-recorder")
    os.kill(pid, signal.SIGKILL)
    cluster.wait_for_text("! recorder was killed by SIGKILL; the run goes on without it")
    steps_go_on(segment)
    directory = next((cluster.state / "ccluster" / cluster.name).glob("2*"))
    whole_messages(directory / "recording.mcap")
    # Started again it takes nothing away.
    before = (directory / "recording.mcap").read_bytes()
    done = ccluster("restart", cluster.name, "recorder", env={**os.environ, "XDG_STATE_HOME": str(cluster.state)})
    assert done.returncode == 0, done.stderr
    wait_until((directory / "recording.2.mcap").exists, what="another file")
    steps_go_on(segment)
    stop(cluster)
    assert (directory / "recording.mcap").read_bytes() == before
    recording = Recording(directory / "recording.2.mcap")
    assert recording.end["reason"] == "the cluster has ended"


def test_a_run_whose_recording_is_there_already_goes_on_without(cluster, tmp_path):
    (tmp_path / "kept.mcap").write_text("kept")
    assert cluster.run(GO2, sets=["controllers.count=2", "simulator.steps=20", "simulator.parameters.tolerance=null",
                                  f"record={{output: {tmp_path}/kept.mcap}}"]) == 0, cluster.text
    assert f"ccluster: '{tmp_path}/kept.mcap' is there already; another 'record.output' is needed" in cluster.text
    assert "! recorder ended with exit code 1; the run goes on without it" in cluster.text
    assert (tmp_path / "kept.mcap").read_text() == "kept"


# --- Mistakes -----------------------------------------------------------------------------------------------------------------


def test_mistakes_are_told_and_leave_no_file(cluster, tmp_path):
    running(cluster)
    kept, new = tmp_path / "kept.mcap", tmp_path / "new.mcap"
    kept.write_text("kept")
    (tmp_path / "link.mcap").symlink_to("kept.mcap")
    for arguments, status, words in [
            (["-o", new, "--buffers", "robot_stat"], 1, "has no buffer 'robot_stat'; did you mean 'robot_state'?"),
            (["-o", new, "--buffers", "a,"], 64, "--buffers takes names with commas between them"),
            (["-o", new, "--ros2", "0-3"], 1, "there is no controller 3: the cluster has 3, from 0"),
            (["-o", new, "--ros2", "some"], 64, "'some' is no controller and no range of some"),
            (["-o", new, "--every", "2", "--hz", "5"], 64, "--every counts steps and --hz looks at the clock"),
            (["-o", new, "--every", "0"], 64, "--every takes a number from 1 on"),
            (["-o", new, "--hz", "-1"], 64, "--hz"),
            (["-o", kept], 1, f"'{kept}' is there already; --force replaces it"),
            (["-o", tmp_path / "link.mcap", "--force"], 1, "is no regular file, and is not replaced"),
            (["-o", tmp_path / "no/such.mcap"], 1, "No such file or directory"),
            (["-o", tmp_path], 1, "is there already"), (["-o", "/dev/full", "--force"], 1, "is no regular file")]:
        done = record(cluster, *arguments, status=status)
        assert words in done.stderr and done.stdout == "", (arguments, done.stderr)
        assert not new.exists() and kept.read_text() == "kept"
    record(cluster, "-o", kept, "--force", "--steps", "1")
    assert len(Recording(kept).steps) == 1
    # Without -o it is named by what and when.
    (tmp_path / "here").mkdir()
    record(cluster, "--steps", "1", cwd=tmp_path / "here")
    assert re.fullmatch(rf"{cluster.name}-\d{{4}}(-\d\d){{2}}T\d\d(-\d\d){{2}}Z\.mcap", os.listdir(tmp_path / "here")[0])
    stop(cluster)
    done = record(cluster, "-o", new, status=1)
    assert f"no cluster '{cluster.name}' runs here" in done.stderr and not new.exists()
    assert "is started by 'ccluster record'" in subprocess.run(
        [BINARIES / "ccluster-recorder"], capture_output=True, text=True).stderr
