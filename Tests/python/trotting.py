"""A simulator whose references trot, in real time: pictures of what stands still show nothing."""

import time

import ccluster
import numpy

PERIOD = 3.0  # s
LAG = 0.6     # of the way to the command that a joint goes in a step

with ccluster.Client.attach() as client:
    state, references, commands = client.robot_state, client.rhc_references, client.rhc_commands
    homing, dt = numpy.array(client.homing), client.cluster_dt
    robots = numpy.arange(state.joint_position.shape[0])[:, None]
    # Legs by their diagonals; a hip sways, thigh and calf swing against each other.
    leg = numpy.array([0, numpy.pi, numpy.pi, 0])
    size = numpy.tile([0.06, 0.22, -0.34], 4)
    weight = 9.81 * client.description["robot"]["mass"] / 4
    state.joint_position[:] = homing
    noise = numpy.random.default_rng(1)
    for step in range(1 << 40):
        if client.is_stopping:
            break
        begun = time.monotonic()
        phase = 2 * numpy.pi * step * dt / PERIOD + 0.37 * robots + numpy.repeat(leg, 3)
        references.joint_position[:] = homing + size * numpy.sin(phase)
        lift = numpy.clip(1 + 1.3 * numpy.cos(phase[:, ::3]), 0, None)
        state.contact_force[:, :, 2] = weight * lift + noise.normal(0, 1.5, lift.shape)
        client.solve()
        state.joint_velocity[:] = LAG / dt * (commands.joint_position - state.joint_position)
        state.joint_position += LAG * (commands.joint_position - state.joint_position) + noise.normal(0, 0.002, state.joint_position.shape)
        time.sleep(max(0, dt - (time.monotonic() - begun)))
