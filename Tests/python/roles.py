"""A simulator and a controller in plain Python, from the documented records of segment.h alone: a second implementation of
the step, and one that can be told to do it wrong.

    roles.py simulator REPORT [wrong]    drives every robot to references of its own, then writes REPORT
    roles.py controller [wrong]          commands every joint to its reference at once

Started by `ccluster launch`. Words that the protocol changes by compare-and-swap are stored plainly here: nobody contends for
them as long as nothing dies or is late, and an aligned 8-byte store is one on every machine that runs this.
"""

import ctypes
import json
import os
import platform
import signal
import sys
import time
from pathlib import Path

import numpy
from segment import SLOT, Segment

LIBC = ctypes.CDLL(None, use_errno=True)
FUTEX = {"x86_64": 202, "aarch64": 98}[platform.machine()]
DUE, SOLVED = 1, 2
REGISTERING, ACTIVE = 1, 3
READY = 1
STEPS = 150


class Participant(Segment):
    """A process that writes into the memory."""

    def __init__(self):
        super().__init__(Path("/dev/shm") / os.environ["CCLUSTER_SEGMENT"][1:], writable=True)
        self._words = {}
        stat = Path("/proc/self/stat").read_text()
        self.identity = os.getpid() << 42 | int(stat[stat.rindex(")") + 2:].split()[19])

    def word(self, offset, kind=ctypes.c_uint64):
        if offset not in self._words:
            self._words[offset] = kind.from_buffer(self.memory, offset)
        return self._words[offset]

    def slot(self, index, offset, kind=ctypes.c_uint64):
        return self.word(self.slots + SLOT * index + offset, kind)

    def step(self, index):
        return self.word(self.words + self.words_stride * index)

    def futex(self, word, operation, value, seconds=None):
        timeout = None if seconds is None else (ctypes.c_int64 * 2)(int(seconds), int(seconds % 1 * 1e9))
        LIBC.syscall(FUTEX, ctypes.byref(word), operation, value, timeout, None, 0)

    def ring(self, offset):
        bell = self.word(offset, ctypes.c_uint32)
        bell.value += 1
        self.futex(bell, 1, 0x7FFFFFFF)

    @property
    def phase(self):
        return self.word(0x218, ctypes.c_uint32).value


class Simulator(Participant):
    """The one client."""

    def __init__(self):
        super().__init__()
        self.word(0x210).value = self.identity
        self.number = self.word(self.control + 128, ctypes.c_uint32).value

    def solve(self, timeout=10):
        self.number += 1
        active = [slot for slot in range(self.slot_count) if self.state(slot) == "active"]
        self.word(self.control + 256).value = self.number << 32 | len(active)
        for slot in active:
            self.step(slot).value = self.number << 32 | DUE
        self.word(self.control + 128, ctypes.c_uint32).value = self.number
        self.ring(self.control)
        done = self.word(self.control + 384, ctypes.c_uint32)
        end = time.monotonic() + timeout
        while any(self.step(slot).value & 0xFF == DUE for slot in active):
            assert time.monotonic() < end, "the step does not settle"
            if self.phase != READY:
                sys.exit(0)
            self.futex(done, 0, self.number - 1, 0.01)
        return [slot for slot in active if self.status(slot) == "solved"]


def simulate(report, wrong):
    simulator = Simulator()
    position = simulator.view("robot_state", "joint_position")
    reference = simulator.view("rhc_references", "joint_position")
    velocity = simulator.view("robot_state", "joint_velocity")
    commands = [simulator.view("rhc_commands", name) for name in ("joint_position", "joint_velocity")]
    homing = position.copy()
    rows, joints = homing.shape
    # Another one for every joint of every robot, so that no two can be taken for each other.
    offset = 0.02 + 0.1 * numpy.arange(rows * joints).reshape(rows, joints) / (rows * joints)
    reference[:] = homing + offset
    stale = None
    solved = numpy.zeros(rows, int)
    for _ in range(STEPS):
        solved[simulator.solve()] += 1
        taken = numpy.stack(commands)
        if wrong == "swaps two joints":
            taken[:, :, [0, 1]] = taken[:, :, [1, 0]]
        if wrong == "swaps two robots":
            taken[:, [0, 1]] = taken[:, [1, 0]]
        if wrong == "keeps a stale row":
            stale = taken[:, 1].copy() if stale is None else stale
            taken[:, 1] = stale
        # The simplest of all robots: a joint is where it was told to be, and as fast.
        position[:], velocity[:] = taken
    away = numpy.abs(position - homing - offset)
    Path(report).write_text(json.dumps({"away": away.tolist(), "solved": solved.tolist()}))


class Controller(Participant):
    def __init__(self):
        super().__init__()
        first = int(os.environ["CCLUSTER_FIRST_SLOT"])
        self.own = range(first, first + int(os.environ["CCLUSTER_SLOT_COUNT"]))
        for slot in self.own:
            self.slot(slot, 0).value = self.identity
            self.word(self.words + self.words_stride * slot + 8).value |= REGISTERING
            self.slot(slot, 12, ctypes.c_uint32).value = 1
        self.ring(self.control + 512)

    def run(self, solve):
        bell = self.word(self.control, ctypes.c_uint32)
        while self.phase == READY:
            heard = bell.value
            for slot in self.own:
                word = self.step(slot)
                if word.value & 0xFF == DUE:
                    solve(slot)
                    self.slot(slot, 72).value += 1
                    # `pending` is not counted down: it is a hint, and the slot words decide.
                    word.value = word.value >> 32 << 32 | SOLVED
            self.futex(bell, 0, heard, 0.1)


def control(wrong):
    controller = Controller()
    reference = controller.view("rhc_references", "joint_position")
    command = controller.view("rhc_commands", "joint_position")

    def solve(slot):
        if wrong == "never writes":
            return
        if wrong == "dies" and slot == 1 and controller.solves(slot) == 50:
            os.kill(os.getpid(), signal.SIGKILL)
        row = reference[slot].copy()
        if wrong == "swaps two joints":
            row[[0, 1]] = row[[1, 0]]
        command[slot if wrong != "writes the wrong row" else (slot + 1) % len(command)] = row

    controller.run(solve)


if __name__ == "__main__":
    if sys.argv[1] == "simulator":
        simulate(sys.argv[2], " ".join(sys.argv[3:]))
    else:
        control(" ".join(sys.argv[2:]))
