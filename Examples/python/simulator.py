"""A simulator in Python: launches four Go2 with their controllers, lets each joint follow its command, and steps them.

    simulator.py [PROGRAM]      PROGRAM: of ccluster, when it is not in PATH
"""

import sys
from pathlib import Path

import ccluster
import numpy

CONFIG = Path(__file__).parents[2] / "configs" / "robots" / "go2" / "cluster.yaml"
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else None

with ccluster.launch(CONFIG, {"controllers.count": 4}, name="go2-python", program=PROGRAM) as client:
    state, references, commands = client.robot_state, client.rhc_references, client.rhc_commands
    references.joint_position[:] = client.homing
    state.joint_position[:] = client.homing + numpy.random.RandomState(1).uniform(-0.2, 0.2, state.joint_position.shape)
    for step in range(200):
        report = client.solve()
        assert report.all_solved, client.outcomes
        # Impedance controllers without a robot: each joint is where it was commanded to be.
        state.joint_velocity[:] = (commands.joint_position - state.joint_position) / client.cluster_dt
        state.joint_position[:] = commands.joint_position
    away = abs(state.joint_position - client.homing).max()
    print("{}: {} controllers, {} steps, {:.1e} rad from homing".format(client.name, client.controllers, step + 1, away))
