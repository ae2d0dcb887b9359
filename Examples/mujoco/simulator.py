"""Simulates in MuJoCo one Go2 for each controller of the cluster, pushes them, and tells how they took it.

Ends with status 3 when a robot fell, or had not recovered before the next command.
"""

import sys
import time
from pathlib import Path
from typing import Any, Mapping

import ccluster
import mujoco
import numpy
from history import History
from model import Robot, go2, quaternion
from numpy.typing import NDArray
from plot import draw


class Simulation:
    """The robots, each in a world of its own: the cluster's states come from them, its commands go to them."""

    def __init__(self, client: ccluster.Client, parameters: Mapping[str, Any]):
        self.client, self.push, self.references = client, parameters["push"], parameters["references"]
        model = go2(client.contacts, client.simulation_dt)
        self.robots = [Robot(model, client.joints, client.contacts) for _ in range(client.controllers)]
        random = numpy.random.default_rng(parameters["seed"])
        self.yaw = random.uniform(-numpy.pi, numpy.pi, client.controllers)
        for robot, yaw in zip(self.robots, self.yaw):
            near_homing = client.homing + random.uniform(-0.1, 0.1, len(client.homing))
            robot.place(numpy.zeros(3), quaternion(0, 0, yaw), near_homing)
            robot.update()
            height = -robot.contact_points[:, 2].min()
            robot.place(numpy.array([0, 0, height]), quaternion(0, 0, yaw), near_homing)
        # World frame, each robot into another direction, the first one forwards: [controllers, 3] N.
        angle = self.yaw + 2 * numpy.pi * numpy.arange(client.controllers) / client.controllers
        self.push_force = self.push["force"] * numpy.stack([numpy.cos(angle), numpy.sin(angle), 0 * angle], axis=1)

    @property
    def time(self) -> float:
        """s"""
        return self.robots[0].data.time

    def measure(self) -> None:
        """Writes the rows of `robot_state`."""
        state = self.client.robot_state
        for row, robot in enumerate(self.robots):
            data = robot.data
            mujoco.mj_rnePostConstraint(robot.model, data)
            state.root_position[row], state.root_orientation[row] = data.qpos[:3], data.qpos[3:7]
            state.root_linear_velocity[row], state.root_angular_velocity[row] = data.qvel[:3], robot.angular_velocity
            state.joint_position[row], state.joint_velocity[row] = data.qpos[robot.positions], data.qvel[robot.velocities]
            state.joint_acceleration[row] = data.qacc[robot.velocities]
            state.joint_effort[row] = data.qfrc_actuator[robot.velocities]
            state.contact_force[row] = data.cfrc_ext[robot.feet, 3:]

    def command(self) -> None:
        """Writes the rows of `rhc_references`: the trunk over where it started, as high and inclined as the config says now."""
        now = [reference for reference in self.references if reference["time"] <= self.time][-1]
        self.client.rhc_references.root_position[:] = 0, 0, now["height"]
        for row, yaw in enumerate(self.yaw):
            self.client.rhc_references.root_orientation[row] = quaternion(now["roll"], now["pitch"], yaw)

    def step(self) -> None:
        """Goes on by `simulation_dt` with the motors as `rhc_commands` says."""
        commands = self.client.rhc_commands
        is_pushed = 0 <= self.time - self.push["time"] < self.push["duration"]
        for row, robot in enumerate(self.robots):
            data = robot.data
            # Where the URDF limits a joint's effort, MuJoCo does.
            data.ctrl[robot.motors] = (
                commands.joint_effort[row]
                + commands.joint_stiffness[row] * (commands.joint_position[row] - data.qpos[robot.positions])
                + commands.joint_damping[row] * (commands.joint_velocity[row] - data.qvel[robot.velocities]))
            data.xfrc_applied[robot.base, :3] = self.push_force[row] if is_pushed else 0
            mujoco.mj_step(robot.model, data)


def main() -> int:
    with ccluster.Client.attach() as client:
        described = client.description["simulator"]
        parameters, steps = described["parameters"], described["steps"]
        simulation = Simulation(client, parameters)
        history = History(client.cluster_dt, parameters["push"], parameters["references"])
        print(f"{client.name}: {client.controllers} robots of {simulation.robots[0].mass:.1f} kg in MuJoCo {mujoco.__version__}")
        try:
            client.reset()  # who takes part forgets the robots of a simulator before this one
            began = time.monotonic()
            while steps == 0 or len(history) < steps:
                simulation.measure()
                simulation.command()
                report = client.solve()
                record(client, report, history)
                restart(client)
                for _ in range(round(client.cluster_dt / client.simulation_dt)):
                    simulation.step()
                if described["realtime"]:
                    time.sleep(max(0, began + simulation.time - time.monotonic()))
        except ccluster.Stopped:
            pass  # what was recorded counts
    if not len(history):
        return 0
    print(history.summary())
    if "plot" in parameters:
        plot = Path(parameters["plot"]).resolve()
        draw(history, plot)
        print(f"  plot: {plot}")
    return 0 if history.is_well() else 3


def has_fallen(client: ccluster.Client) -> NDArray:
    """Which trunks are lower than 0.15 m, or lean by more than 60°: [controllers] of bool."""
    state = client.robot_state
    upright = 1 - 2 * (state.root_orientation[:, 1:3] ** 2).sum(1)  # the cosine of the angle between their z axis and the world's
    return (state.root_position[:, 2] < 0.15) | (upright < 0.5)


def record(client: ccluster.Client, report: ccluster.Report, history: History) -> None:
    """Notes where the trunks are, and where they should be."""
    state, goal = client.robot_state, client.rhc_references
    history.add(
        report, height=state.root_position[:, 2], commanded=goal.root_position[:, 2],
        sway=numpy.linalg.norm((state.root_position - goal.root_position)[:, :2], axis=1),
        attitude=angles(state.root_orientation, goal.root_orientation), fallen=has_fallen(client),
        solve_time=client.profiling.solve_time)


def restart(client: ccluster.Client) -> None:
    """Who could not solve holds homing in this step and begins anew with the next. Whose robot fell takes no part any more."""
    fallen = has_fallen(client)
    failed = numpy.flatnonzero((client.outcomes == ccluster.Outcome.FAILED) & ~fallen)
    if failed.size:
        client.reset(failed)
    done = numpy.flatnonzero(client.solved & fallen)
    if done.size:
        client.deactivate(done)


def angles(a: NDArray, b: NDArray) -> NDArray:
    """Between orientations wxyz: [controllers, 4] twice, [controllers] rad."""
    return 2 * numpy.arccos(numpy.minimum(abs((a * b).sum(1)), 1))


if __name__ == "__main__":
    sys.exit(main())
