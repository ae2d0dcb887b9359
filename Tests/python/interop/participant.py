"""The participant of conformance.yaml in Python; what it takes is said in participant.c. For 3.7 and newer."""

import os
import signal
import sys
import time

import ccluster


class Chain(ccluster.RHController):
    def __init__(self, context):
        super().__init__(context)
        self.order = context.input("stimulus", "order").stored
        self.numbers = context.input("stimulus", "numbers")
        self.orientation = context.input("stimulus", "orientation")
        self.hint = context.input("hint", "pair")
        self.answer = context.output("answer", "numbers")
        self.answered_orientation = context.output("answer", "orientation")
        self.pair = context.output("answer", "pair")
        self.steps = context.output("answer", "steps")
        self.count = 0

    def solve(self):
        if self.order == 1:
            raise ValueError("as ordered")
        if self.order == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        while self.order == 2:
            time.sleep(0.001)
        self.answer.write(self.context.parameters["gain"] * self.numbers.read() + self.context.index)
        self.answered_orientation.write(self.orientation.read())
        self.pair.write(self.hint.read())
        self.count += 1
        self.steps.write(self.count)

    def reset(self):
        self.count = 0


class Script:
    def __init__(self):
        self.client = ccluster.Client.attach()
        self.stimulus, self.answer = self.client.stimulus, self.client.answer
        self.step = 0

    def run(self):
        client, order = self.client, self.stimulus.order
        for _ in range(3):
            self.tell("plain", self.solve())
        order[1] = 1
        self.tell("failing", self.solve())
        order[1] = 0
        self.tell("failed", self.solve())
        self.tell("reset", client.reset([1]))
        self.tell("after-reset", self.solve())
        client.deactivate([2])
        self.tell("deactivated", self.solve())
        client.activate([2])
        self.tell("activated", self.solve())
        order[0] = 2
        self.tell("late", self.solve(0.2))
        self.tell("still-late", self.solve())
        order[0] = 0
        self.go_on_once_all_take_part(50)
        self.tell("caught-up", self.solve())
        # Longer than a slice.
        self.fill()
        client.trigger()
        self.tell("in-slices", client.wait())
        order[2] = 3
        killed = self.solve()
        order[2] = 0
        self.tell("killed", killed)
        self.go_on_once_all_take_part(100)
        self.tell("restarted", self.solve())
        client.detach()

    def fill(self):
        self.step += 1
        hint = self.client.hint
        for slot in range(self.client.controllers):
            self.stimulus.numbers[slot] = [100 * self.step + 10 * slot + joint for joint in range(3)]
            self.stimulus.orientation[slot] = self.step, slot, 1, 2
            hint.write(slot, ((self.step, slot),))

    def solve(self, timeout=None):
        self.fill()
        return self.client.solve(timeout)

    def go_on_once_all_take_part(self, at):
        # How many steps that takes is a matter of time, so that all count and number them anew behind it.
        while self.solve().participants < self.client.controllers:
            time.sleep(0.001)
        self.client.reset()
        self.step = at

    def tell(self, label, report):
        words = [label, report.participants, report.solved, report.failed, report.died, report.late]
        for slot, (outcome, content) in enumerate(zip(self.client.outcomes, self.client.rows)):
            row = "-" if content == ccluster.Rows.UNFINISHED else self.answer.read(slot).tobytes()[:self.answer.row_size].hex()
            words.append("{}/{}/{}".format(outcome, content, row))
        print(*words)


def attach(name):
    try:
        with ccluster.Client.attach(name, patience=0.1) as client:
            print("OK", client.segment)
    except ccluster.ClusterError as error:
        print(type(error).__name__, error)


def describe(name):
    with ccluster.Cluster.attach(name) as cluster:
        size = os.stat("/dev/shm" + cluster.segment).st_size
        print(cluster.segment, size, "0x{:016x}".format(cluster.layout_hash))
        for buffer in cluster.buffers.values():
            print(buffer.name, buffer.writer, "controller" if buffer.is_per_controller else "cluster",
                  "latest" if buffer.is_latest else "step", buffer.rows, buffer.dtype.itemsize)
            for field in buffer.fields.values():
                axes = ["{}/{}".format(*axis) for axis in zip(field.shape, field.strides)]
                print("  " + " ".join([field.name, field.type, str(field.offset), "'{}'".format(field.unit), *axes, *field.columns]))


if sys.argv[1] == "controller":
    Chain.main()
elif sys.argv[1] == "client":
    Script().run()
elif sys.argv[1] == "attach":
    attach(sys.argv[2])
else:
    describe(sys.argv[2])
