"""A controller of one Go2: keeps the trunk where `rhc_references` says, with all feet on the floor."""

import time

import ccluster
import numpy
from model import Robot, go2, rotation
from mpc import State, TrunkMPC
from numpy.typing import NDArray


class TrunkController(ccluster.RHController):
    """Solves `TrunkMPC` from the measured state, and commands the torques that make the feet exert its forces.

    In the air a leg pushes, too, until its foot is back on the floor: nothing here plans a step.
    """

    def __init__(self, context: ccluster.Context):
        super().__init__(context)
        cluster, parameters = context.cluster, context.parameters
        self.robot = Robot(go2(cluster.contacts), context.joints, cluster.contacts)
        self.damping = parameters["damping"]
        self.mpc = TrunkMPC(
            cluster.nodes, cluster.horizon_dt, self.robot.mass, len(cluster.contacts), parameters["friction"],
            parameters["normal_force"], parameters["weights"])
        root = ("root_position", "root_orientation", "root_linear_velocity", "root_angular_velocity")
        self.root = [context.input("robot_state", field) for field in root]
        self.goal = [context.input("rhc_references", field) for field in root]
        self.joints = [context.input("robot_state", field) for field in ("joint_position", "joint_velocity")]
        self.prediction = [context.output("rhc_prediction", field) for field in root]
        self.commands = {field: context.output("rhc_commands", field) for field in cluster.rhc_commands.fields}
        self.status = {field: context.output("rhc_status", field) for field in ("cost", "iterations")}
        self.solve_time = context.output("profiling", "solve_time")
        self._warm_up()

    def _warm_up(self) -> None:
        """Solves once for a robot that stands at homing: what libraries set up in a first solve does not make the first step late.
        The memory has no say in it, which may hold a robot that has fallen."""
        robot, upright, still = self.robot, numpy.array([1.0, 0, 0, 0]), numpy.zeros(3)
        robot.place(still, upright, self.context.homing)
        robot.update()
        state = State(robot.centre_of_mass, upright, still, still)
        self.mpc.solve(state, state, robot.inertia, robot.contact_points)
        self.mpc.forget()

    def reset(self) -> None:
        self.mpc.forget()

    def solve(self) -> None:
        began = time.perf_counter()
        robot = self.robot
        position, orientation, linear_velocity, angular_velocity = (field.read() for field in self.root)
        joint_position, joint_velocity = (field.read() for field in self.joints)
        robot.place(position, orientation, joint_position)
        robot.move(linear_velocity, angular_velocity, joint_velocity)
        robot.update()
        base = rotation(orientation)
        # From the root to the centre of mass, which moves as the legs do.
        offset = base.T @ (robot.centre_of_mass - position)
        state = State(robot.centre_of_mass, orientation, robot.centre_of_mass_velocity, base.T @ angular_velocity)
        plan = self.mpc.solve(state, self._goal(offset), base.T @ robot.inertia @ base, robot.contact_points)
        self._command(plan.forces, plan.next, offset)
        self.status["cost"].write(plan.cost)
        self.status["iterations"].write(plan.iterations)
        self.solve_time.write(time.perf_counter() - began)

    def _goal(self, offset: NDArray) -> State:
        position, orientation, linear_velocity, angular_velocity = (field.read() for field in self.goal)
        to_world = rotation(orientation)
        lever = to_world @ offset
        return State(
            position + lever, orientation, linear_velocity + numpy.cross(angular_velocity, lever), to_world.T @ angular_velocity)

    def _command(self, forces: NDArray, next: State, offset: NDArray) -> None:
        """Torques for the forces on the feet (Di Carlo et al. 2018, equation 4, and what the legs weigh), and the joints'
        velocities that go with the trunk's, for the motors to damp what differs from them."""
        to_world = rotation(next.orientation)
        lever = to_world @ offset
        angular_velocity = to_world @ next.angular_velocity
        linear_velocity = next.linear_velocity - numpy.cross(angular_velocity, lever)
        jacobians = self.robot.contact_jacobians()
        by_root, by_joints = jacobians[:, :, :6], jacobians[:, :, 6:]
        # The feet stand: what the trunk moves them by, the joints take back.
        standing = by_root @ numpy.concatenate([linear_velocity, next.angular_velocity])
        joint_velocity = -numpy.linalg.lstsq(numpy.concatenate(by_joints), standing.ravel(), rcond=None)[0]
        torque = self.robot.bias - numpy.einsum("fij,fi->j", by_joints, forces)
        self.commands["joint_effort"].write(torque)
        self.commands["joint_velocity"].write(joint_velocity)
        self.commands["joint_stiffness"].write(0)
        self.commands["joint_damping"].write(self.damping)
        self.commands["contact_force"].write(forces)
        for field, values in zip(
                self.prediction, (next.position - lever, next.orientation, linear_velocity, angular_velocity)):
            field.write(values)


if __name__ == "__main__":
    TrunkController.main()
