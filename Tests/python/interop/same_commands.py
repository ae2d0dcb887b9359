"""Two controllers that solve the same problem, the built-in one and another program, on the same states: run by
test_cpp_example.py where the wheel is.

    same_commands.py NAME CONFIG CCLUSTER CLUSTER CONTROLLER [PATH=VALUE…]
"""

import sys
from contextlib import ExitStack

import ccluster
import numpy

#: Of rad, m, their derivatives by s, N*m and N; of what is larger than 1, relative: it is stored with 24 bits.
TOLERANCE = 1e-5


class Pair:
    """A cluster of the built-in controllers, and one of the others."""

    def __init__(self, stack, config, program, name, controller, sets):
        sets = {"controllers.count": 3, "simulator.program": "external", **sets}
        others = {**sets, "controllers.program": "{{command: [{}]}}".format(controller)}
        self.clients = [
            stack.enter_context(ccluster.launch(config, each, name + suffix, program))
            for suffix, each in (("-reference", sets), ("-other", others))]
        self.reference, self.other = self.clients
        self.random = numpy.random.RandomState(1)
        limits = self.reference.description["robot"]["limits"]
        lower, upper, velocity = ([limit[key] for limit in limits] for key in ("lower", "upper", "velocity"))
        self.lower = numpy.array([-4 if limit is None else limit for limit in lower])
        self.upper = numpy.array([4 if limit is None else limit for limit in upper])
        self.velocity = numpy.array([10 if limit is None else limit for limit in velocity])
        self.worst, self.limited, self.exceeded, self.solves, self.unended = {}, 0, 0, 0, 0

    def write(self, buffer, field, values):
        for client in self.clients:
            client[buffer][field][:] = values

    def chosen(self, spread, center=0.5):
        """Positions and velocities of all robots: a spread of 1 is the room that the limits leave."""
        shape = self.reference.robot_state.joint_position.shape
        place = center + spread * self.random.uniform(-0.5, 0.5, shape)
        return self.lower + place * (self.upper - self.lower), spread * self.velocity * self.random.uniform(-1, 1, shape)

    def refer(self, spread):
        position, velocity = self.chosen(spread)
        self.write("rhc_references", "joint_position", position)
        self.write("rhc_references", "joint_velocity", 0.1 * velocity)
        self.write("rhc_references", "contact", self.random.randint(0, 2, self.reference.rhc_references.contact.shape))

    def measure(self, position, velocity):
        state = self.reference.robot_state
        self.write("robot_state", "joint_position", position)
        self.write("robot_state", "joint_velocity", velocity)
        self.write("robot_state", "root_orientation", self.random.uniform(-1, 1, state.root_orientation.shape))
        self.write("robot_state", "root_position", self.random.uniform(-1, 1, state.root_position.shape))

    def step(self):
        reports = [client.solve() for client in self.clients]
        assert all(report.all_solved and report.participants == 3 for report in reports), reports
        self.compare()
        status = self.reference.rhc_status
        self.solves += 3
        self.limited += int((status.iterations > 1).sum())
        self.exceeded += int((status.constraint_violation > 1e-6).sum())

    def compare(self):
        assert (self.other.rhc_status.fail_index == 0).all()
        # Where Swift's method has not come to its end, which it says, only the commands are as they should be.
        has_ended = self.reference.rhc_status.fail_index == 0
        self.unended += int((~has_ended).sum())
        for buffer in ("rhc_commands", "rhc_prediction", "rhc_status"):
            for name, field in self.reference[buffer].fields.items():
                # How many steps a method takes is its own.
                if name in ("iterations", "fail_index"):
                    continue
                compared = has_ended if buffer == "rhc_status" else slice(None)
                found, expected = (client[buffer][name][compared].astype(float) for client in (self.other, self.reference))
                away = abs(found - expected) / numpy.maximum(1, abs(expected))
                assert away.size == 0 or away.max() <= TOLERANCE, (buffer, name, away.max(), found, expected)
                if buffer == "rhc_commands" and away.size:
                    self.worst[name] = max(self.worst.get(name, 0), away.max())

    def tell(self):
        worst = ", ".join("{:.0e} {}".format(value, name.split("_")[-1]) for name, value in self.worst.items())
        print("{} solves, {} with limits in the way, {} that could not keep them; at most {} apart".format(
            self.solves, self.limited, self.exceeded, worst))


def states(pair):
    """Whatever is measured and asked for, near the limits, beyond them, at rest and fast; in any order, so that what was solved
    before does not matter."""
    for step in range(36):
        pair.refer(spread=(0.5, 1, 1.5)[step % 3])
        pair.measure(*pair.chosen(spread=(0.2, 0.8, 1.1, 1.5)[step // 3 % 4]))
        pair.step()
        if step % 12 == 0:
            again = [client.rhc_commands.joint_position.copy() for client in pair.clients]
            for _ in range(2):
                pair.step()
            assert all((client.rhc_commands.joint_position == before).all() for client, before in zip(pair.clients, again))
    assert pair.limited > 90 and 0 < pair.exceeded < pair.solves, (pair.limited, pair.exceeded)
    assert pair.unended <= pair.solves // 50, pair.unended


def loop(pair):
    """In a loop of its own each: errors do not grow, and a reset is one."""
    pair.refer(spread=1.2)
    position, velocity = pair.chosen(spread=0.9)
    for client in pair.clients:
        client.robot_state.joint_position[:], client.robot_state.joint_velocity[:] = position, velocity
    for step in range(40):
        if step == 20:
            pair.refer(spread=1.0)
            for client in pair.clients:
                assert client.reset([0, 2]).participants == 2
                homing = client.rhc_commands.initial_row()
                for name in client.rhc_commands.fields:
                    assert (client.rhc_commands[name][[0, 2]] == homing[name]).all(), name
            pair.compare()
        pair.step()
        for client in pair.clients:
            client.robot_state.joint_position[:] = client.rhc_commands.joint_position
            client.robot_state.joint_velocity[:] = client.rhc_commands.joint_velocity


def failures(pair):
    """What cannot be solved is told alike, and holds the row; others go on."""
    position, velocity = pair.chosen(spread=0.5)
    pair.measure(position, velocity)
    pair.step()
    joint = pair.reference.description["controllers"]["joints"][-1]
    for field, values in (("joint_position", position), ("joint_velocity", velocity)):
        values = values.copy()
        values[1, pair.reference.joints.index(joint)] = numpy.nan
        pair.write("robot_state", field, values)
        told = []
        for client in pair.clients:
            held = client.rhc_commands.joint_position[1].copy()
            report = client.solve()
            assert (report.solved, report.failed) == (2, 1) and (client.rhc_commands.joint_position[1] == held).all()
            told.append(client.slot(1).message)
            client.reset([1])
        assert told[0] == told[1] == "measured {} of '{}' is nan".format(field[len("joint_"):], joint), told
        pair.measure(position, velocity)
        pair.step()


def main(name, config, program, cluster, controller, *sets):
    with ExitStack() as stack:
        pair = Pair(stack, config, program, cluster, controller, dict(text.split("=", 1) for text in sets))
        globals()[name](pair)
        pair.tell()


main(*sys.argv[1:])
