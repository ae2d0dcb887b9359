"""A simulator in closed loop that writes down what it was commanded: closed_loop.py STEPS FILE. Everything that controllers wrote, but
times, every step, byte for byte; references move, and each robot has its own."""

import sys

import ccluster
import numpy

STEPS, FILE = int(sys.argv[1]), sys.argv[2]
WRITTEN = {"rhc_commands": None, "rhc_prediction": None, "rhc_status": None}

with ccluster.Client.attach() as client, open(FILE, "wb") as file:
    state, references, commands = client.robot_state, client.rhc_references, client.rhc_commands
    homing, dt = numpy.array(client.homing), client.cluster_dt
    count = state.joint_position.shape[0]
    robots = numpy.arange(count)[:, None]
    state.joint_position[:] = homing + 0.2 * numpy.sin(1 + 0.7 * robots + numpy.arange(len(homing)))
    for step in range(STEPS):
        references.joint_position[:] = homing + 0.1 * numpy.sin(0.2 * step + 0.37 * robots)
        state.contact_force[:, :, 2] = 30 + robots % 7
        report = client.solve()
        assert report.all_solved, f"step {step}: {report}"
        for buffer in WRITTEN:
            view = getattr(client, buffer)
            for field in view.fields:
                file.write(numpy.ascontiguousarray(getattr(view, field)).tobytes())
        # What is commanded decides where the robots are next.
        position = state.joint_position.copy()
        state.joint_velocity[:] = 0.6 / dt * (commands.joint_position - position)
        state.joint_position[:] = position + 0.6 * (commands.joint_position - position)
        state.joint_effort[:] = commands.joint_effort
