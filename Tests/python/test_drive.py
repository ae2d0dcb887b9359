"""`ccluster drive` in a real terminal, which tmux draws: what keys send, and that robots stand still whatever ends it."""

import os
import re
import signal

import numpy
import pytest
from conftest import BINARIES, ROOT, descendants, _command as command_of, is_stopped, wait_until
from screen import screen  # noqa: F401, a fixture
from segment import attach
from test_verbs import verb  # noqa: F401, a fixture


@pytest.fixture(autouse=True)
def stopped_in_the_end(cluster, verb):
    yield
    if cluster.memory.exists():
        verb("stop", cluster.name)

CONFIG = f"""
ccluster: 1
name: drive
extends: [{ROOT}/configs/presets/rhc.yaml, {ROOT}/configs/presets/drive.yaml, {ROOT}/configs/robots/go2/robot.yaml]
controllers: {{count: 3}}
simulator: {{program: external}}
"""


class References:
    """The rows that a tool writes, as controllers find them."""

    def __init__(self, cluster):
        self.segment = attach(cluster, writable=True)
        self.buffer = next(b for b in self.segment.map("")["buffers"] if b["name"] == "rhc_references")

    def version(self, row):
        return self.segment._word(self.buffer["offset"] + self.buffer["sequence_offset"] + 64 * row)

    def __getitem__(self, name):
        """[rows, shape…], of the newest copies."""
        copies = self.segment.view("rhc_references", name)
        found = []
        for row in range(self.buffer["rows"]):
            at = self.version(row) % 4 * self.buffer["copy_stride"]
            field = next(f for f in self.buffer["fields"] if f["name"] == name)
            start = self.buffer["offset"] + at + row * self.buffer["row_stride"] + field["offset"]
            count = int(numpy.prod(field["shape"], dtype=int))
            found.append(numpy.frombuffer(self.segment.memory, copies.dtype, count, start).reshape(field["shape"]).copy())
        return numpy.array(found)

    @property
    def twists(self):
        """Forward, left, turn, a row each."""
        linear, angular = self["root_linear_velocity"], self["root_angular_velocity"]
        return numpy.column_stack([linear[:, :2], angular[:, 2]]).astype(float).round(4).tolist()

    @property
    def stand(self):
        return self.twists == [[0, 0, 0]] * len(self.twists)

    @property
    def versions(self):
        return [self.version(row) for row in range(self.buffer["rows"])]


@pytest.fixture
def references(cluster, tmp_path):
    config = tmp_path / "cluster.yaml"
    config.write_text(CONFIG)
    cluster.start(config)
    cluster.wait_for_text("registered in")
    return References(cluster)


def drive(screen, cluster, options=""):
    screen.run(f"ccluster drive {cluster.name} {options}")
    screen.wait_for("nothing until a key is pressed")


def hold(screen, keys, condition, what):
    """Presses keys as a keyboard repeats them, until something has come of it."""
    wait_until(lambda: screen.keys(*keys) or condition(), what=what)


def driver(cluster):
    return next(pid for pid in descendants() if re.search(f"ccluster drive {cluster.name} ", command_of(pid)))


def guard(cluster):
    return next((pid for pid in descendants() if f"drive-guard {cluster.name} " in command_of(pid)), None)


def test_keys_send_twists_that_end_when_no_key_is_held(cluster, references, screen):
    drive(screen, cluster)
    untouched = references.versions
    assert untouched == [1, 1, 1], "nothing is written before a key is pressed"
    hold(screen, "w", lambda: references.twists == [[0.3, 0, 0]] * 3, what="all to walk")
    hold(screen, "w", lambda: re.search(r"^forward +\+0\.30  m/s +·{10}│█{10}$", screen.text, re.M), what="its bar")
    wait_until(lambda: references.stand, what="all to stand, as no key repeats")
    screen.wait_for("silent")
    # Two speeds at once; the other direction takes over.
    hold(screen, ["a", "l"], lambda: references.twists == [[0, 0.3, -0.5]] * 3, what="left, and a turn to the right")
    hold(screen, ["d", "Left"], lambda: references.twists == [[0, -0.3, 0.5]] * 3, what="right, and a turn to the left")
    screen.keys("Space")
    wait_until(lambda: references.stand, what="a stop")
    screen.wait_for("silent")
    still = references.versions
    screen.keys("q")
    screen.wait_for("$")
    assert references.versions == still, "who stands still is not written to again"
    # No field was touched that no key has touched.
    assert (references["root_position"] == 0).all() and (references["contact"] == 1).all()


def test_the_screen_is_as_readme_shows_it(cluster, references, screen):
    drive(screen, cluster)
    screen.keys("3")
    shown = re.search(r"```text\n(look  running  drives.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]

    def shape(text):
        lines = [line for line in text.replace(cluster.name, "look").replace("waiting", "running").splitlines() if line]
        return [re.sub(r"[\d,]+(\.\d+)?", "#", re.sub(r" +", " ", line)) for line in lines]

    hold(screen, "w", lambda: shape(screen.text) == shape(shown), what="\n".join(shape(shown)))
    assert all(len(line) <= 80 for line in screen.lines)
    screen.keys("q")
    screen.wait_for("$")


def test_speeds_that_are_kept_add_up_and_stay(cluster, references, screen):
    drive(screen, cluster, "--keep --speed 0.8")
    screen.keys("w", "w", "w")
    wait_until(lambda: references.twists[0] == [0.6, 0, 0], what="three quarters")
    screen.keys("w", "w", "w", "j")
    wait_until(lambda: references.twists[0] == [0.8, 0, 0.125], what="all of it, and a turn")
    screen.keys("+")
    wait_until(lambda: references.twists[0] == [1, 0, 0.1562], what="a quarter faster")
    screen.wait_for("stays until it is changed")
    screen.keys("q")
    screen.wait_for("$")
    assert references.stand, "who leaves leaves nobody walking"


def test_one_is_driven_alone_and_the_others_stand(cluster, references, screen):
    drive(screen, cluster, "0,2 --keep")
    screen.keys("w", "w", "w", "w")
    wait_until(lambda: references.twists == [[0.3, 0, 0], [0, 0, 0], [0.3, 0, 0]], what="those that were named")
    screen.keys("n")
    wait_until(lambda: references.stand, what="a stop of those that are left")
    screen.wait_for("drives controller 0 of 2")
    alone = references.versions
    screen.keys("n", "w")
    screen.wait_for("drives controller 2 of 2")
    wait_until(lambda: references.twists[2] == [0.075, 0, 0], what="the last one to walk")
    assert references.versions[:2] == alone[:2]
    screen.keys("*")
    wait_until(lambda: references.stand, what="a stop")
    screen.keys("q")
    screen.wait_for("$")


def test_height_phase_and_contacts_stay(cluster, references, screen):
    references.segment.view("robot_state", "root_position")[:, 2] = 0.312
    drive(screen, cluster, "1")
    screen.keys("r", "r")
    wait_until(lambda: references["root_position"][1].astype(float).round(3).tolist() == [0, 0, 0.33], what="two steps above where it is")
    screen.keys("]", "]", "[", "3")
    wait_until(lambda: references["phase"][1] == 1 and references["contact"][1].tolist() == [1, 1, 0, 1], what="phase and contact")
    assert "3 RL_foot ○" in screen.wait_for(lambda s: s.text if "○" in s.text else None)
    screen.keys("c")
    wait_until(lambda: references["contact"][1].all(), what="all contacts")
    screen.keys("q")
    screen.wait_for("$")
    assert round(float(references["root_position"][1, 2]), 3) == 0.33 and references["phase"].tolist() == [0, 1, 0]
    assert references.versions[0] == references.versions[2] == 1


def test_a_twist_is_in_the_robots_own_heading(cluster, references, screen):
    half = numpy.sqrt(0.5)
    references.segment.view("robot_state", "root_orientation")[:] = [[1, 0, 0, 0], [half, 0, 0, half], [0, 0, 0, 1]]
    drive(screen, cluster, "--keep")
    screen.keys("w", "w", "w", "w")
    wait_until(lambda: references.twists == [[0.3, 0, 0], [0, 0.3, 0], [-0.3, 0, 0]], what="each to walk where it looks")
    screen.wait_for("turned into the world's frame")
    screen.keys("q")
    screen.wait_for("$")


@pytest.mark.parametrize("end", ["SIGINT", "SIGHUP", "SIGTERM", "SIGKILL", "SIGSTOP", "Ctrl-C", "Ctrl-Z", "the terminal"])
def test_robots_stand_still_whatever_ends_it(cluster, references, screen, end):
    drive(screen, cluster, "--keep")
    screen.keys("w", "j")
    wait_until(lambda: references.twists == [[0.075, 0, 0.125]] * 3, what="all to walk")
    pid = driver(cluster)
    if end == "the terminal":
        # As when a connection is lost: everything in it is hung up on.
        screen._tmux("kill-pane")
    elif end.startswith("Ctrl"):
        screen.keys("C-c" if end == "Ctrl-C" else "C-z")
    else:
        os.kill(pid, getattr(signal, end))
    wait_until(lambda: references.stand, what="all to stand")
    if end in ("SIGSTOP", "Ctrl-Z"):
        wait_until(lambda: is_stopped(pid), what="the driver to be stopped")
        screen.run("fg")
        screen.wait_for("silent")
        assert references.stand, "who comes back does not walk on"
        screen.keys("q")
    wait_until(lambda: pid not in descendants() and guard(cluster) is None, what="both to be gone")
    assert references.stand


def test_a_guard_that_is_killed_has_a_successor(cluster, references, screen):
    drive(screen, cluster, "--keep")
    screen.keys("w")
    wait_until(lambda: any(map(any, references.twists)), what="robots to walk")
    first = guard(cluster)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: guard(cluster) not in (None, first), what="another guard")
    assert not references.stand
    os.kill(driver(cluster), signal.SIGKILL)
    wait_until(lambda: references.stand, what="all to stand")
    wait_until(lambda: guard(cluster) is None, what="the guard to be gone")


def test_two_drivers_are_told_of_each_other(cluster, references, screen, tmp_path, verb):
    drive(screen, cluster, "--keep")
    screen.keys("w")
    wait_until(lambda: not references.stand, what="all to walk")
    verb("set", cluster.name, "rhc_references.root_linear_velocity.y=0.1")
    screen.wait_for("writes rhc_references, too: robots get now this, now that")
    screen.keys("q")
    screen.wait_for("$")


def test_the_end_of_the_cluster_is_told(cluster, references, screen, verb):
    drive(screen, cluster, "--keep")
    screen.keys("w")
    screen.wait_for("sending")
    verb("stop", cluster.name)
    screen.wait_for("ended: stop requested; q leaves")
    screen.keys("q")
    screen.wait_for(f"■ '{cluster.name}' has ended: stop requested")


def test_what_cannot_be_driven_is_refused(cluster, references, verb, screen):
    told = verb("drive", cluster.name, status=64)
    assert "drive takes a whole terminal" in told.stderr
    for options, words in [
        ("--buffer rhc_commands", "'rhc_commands' is written by the controller only"),
        ("--buffer robot_state", "'robot_state' is written by the simulator only"),
        ("--buffer rhc_reference", "did you mean 'rhc_references'?"),
        ("7", "there is no controller 7"),
    ]:
        screen.run(f"clear; ccluster drive {cluster.name} {options}")
        screen.wait_for(lambda s: words in s.text.replace("\n", ""))
    assert references.versions == [1, 1, 1]
