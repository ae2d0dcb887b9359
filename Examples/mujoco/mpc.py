"""Nonlinear model-predictive control of a trunk on feet that stand, solved by fatrop through CasADi."""

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

import casadi
import numpy
from numpy.typing import NDArray

GRAVITY = 9.81  # m/s^2


@dataclass
class State:
    """Of the robot as one rigid body."""

    #: Of the centre of mass: [3] m, world.
    position: NDArray
    #: Of the trunk: wxyz, base to world.
    orientation: NDArray
    #: Of the centre of mass: [3] m/s, world.
    linear_velocity: NDArray
    #: Of the trunk: [3] rad/s, base.
    angular_velocity: NDArray

    SIZE = 13

    def vector(self) -> NDArray:
        return numpy.concatenate([self.position, self.orientation, self.linear_velocity, self.angular_velocity])

    @staticmethod
    def of(vector: NDArray) -> "State":
        return State(*numpy.split(vector, [3, 7, 10]))


class Plan(NamedTuple):
    #: On each foot, to be applied now: [feet, 3] N, world.
    forces: NDArray
    #: Where they lead to: the horizon's second node.
    next: State
    cost: float
    #: Of the solver's.
    iterations: int


class TrunkMPC:
    """Which forces of the feet bring the trunk to where it is told to be?

    The robot is one rigid body, with the inertia that the positions of its joints give it now, and its feet stay where they
    are: equations 5 to 7 of Di Carlo et al., "Dynamic Locomotion in the MIT Cheetah 3 Through Convex Model-Predictive Control",
    IROS 2018, without what makes them linear there. Orientations are quaternions and may be large, lever arms are those to
    where the centre of mass will be, gyroscopic torques stay, friction cones are round:

        m c'' = sum f_i + m g,   I w' = R^T sum (r_i - c) x f_i - w x I w,   q' = q o (0, w) / 2
        f_x^2 + f_y^2 <= (mu f_z)^2,   least <= f_z <= most                                         of each foot

    c, q, w: centre of mass, orientation, angular velocity (base); r_i, f_i: the feet and the forces on them (world). Forces are
    variables in units of the robot's weight. The problem is built once: what differs between solves are its parameters, and
    each starts from the solution before.
    """

    def __init__(
            self, nodes: int, dt: float, mass: float, feet: int, friction: float, normal_force: Tuple[float, float],
            weights: Mapping[str, float]):
        """nodes, dt: of the horizon, dt in s. mass: kg. friction: the coefficient mu that is relied on. normal_force: least and
        most of each foot, N. weights: of the squares of the errors of State's fields, and of forces beside their share of the
        weight; `terminal` times as much of the errors at the last node."""
        self._nodes, self._feet, self._weight, self._dt = nodes, feet, mass * GRAVITY, dt
        self._standing = numpy.tile([0, 0, 1 / feet], feet)  # forces that share the weight
        self._last: Optional[NDArray] = None

        start, goal = casadi.SX.sym("start", State.SIZE), casadi.SX.sym("goal", State.SIZE)
        body = casadi.SX.sym("I", 3, 3), casadi.SX.sym("inverse_I", 3, 3), casadi.SX.sym("r", 3, feet)
        states = [casadi.SX.sym(f"x{node}", State.SIZE) for node in range(nodes)]
        forces = [casadi.SX.sym(f"f{node}", 3 * feet) for node in range(nodes - 1)]
        # Node by node, dynamics before the rest: so fatrop's interface finds the structure.
        variables: List[casadi.SX] = []
        constraints: List[casadi.SX] = []
        is_equation: List[bool] = []
        cost = casadi.SX(0)
        for node, force in enumerate(forces):
            state = states[node]
            variables += [state, force]
            rules = [(states[node + 1] - self._step(state, force, *body), True), (self._cones(force, friction), False)]
            if node == 0:
                rules.insert(1, (state - start, True))
            for rule, is_equal in rules:
                constraints.append(rule)
                is_equation += [is_equal] * rule.numel()
            cost += dt * (self._cost(state, goal, weights) + weights["force"] * casadi.sumsqr(force - self._standing))
        variables.append(states[-1])
        cost += dt * weights["terminal"] * self._cost(states[-1], goal, weights)
        problem = {
            "x": casadi.vertcat(*variables), "f": cost, "g": casadi.vertcat(*constraints),
            "p": casadi.vertcat(start, goal, *map(casadi.vec, body))}
        options: Dict[str, Any] = {
            "structure_detection": "auto", "equality": is_equation, "expand": True, "print_time": False,
            # As exact as motors are, and begun close to the solution.
            "fatrop": {"print_level": 0, "tol": 1e-4, "mu_init": 1e-2, "max_iter": 50}}
        self._solver: Any = casadi.nlpsol("trunk", "fatrop", problem, options)
        free = numpy.full(State.SIZE, numpy.inf)
        least, most = (
            numpy.tile([side, side, force / self._weight], feet) for side, force in zip((-numpy.inf, numpy.inf), normal_force))
        self._bounds = {
            "lbx": numpy.concatenate([-free, least] * (nodes - 1) + [-free]),
            "ubx": numpy.concatenate([free, most] * (nodes - 1) + [free]),
            "lbg": numpy.where(is_equation, 0, -numpy.inf), "ubg": 0}

    def forget(self) -> None:
        """The next solve starts from a robot that stands still, and not from the solution before."""
        self._last = None

    def solve(self, state: State, goal: State, inertia: NDArray, feet: NDArray) -> Plan:
        """inertia: of the robot about its centre of mass, [3, 3] kg*m^2, base. feet: [feet, 3] m, world.

        Raises ValueError when a number is not finite, RuntimeError when the solver finds no solution."""
        start, target = state.vector(), goal.vector()
        if start[3:7] @ target[3:7] < 0:
            target[3:7] *= -1  # the same orientation, and the short way to it
        parameters = numpy.concatenate([start, target, inertia.ravel("F"), numpy.linalg.inv(inertia).ravel("F"), feet.ravel()])
        if not numpy.isfinite(parameters).all():
            raise ValueError("the state or the reference is not finite")  # with which fatrop would go on for ever
        guess = self._last
        if guess is None or guess[3:7] @ start[3:7] < 0:  # a quaternion that has changed its sign is far from the one before
            guess = numpy.concatenate([start, self._standing] * (self._nodes - 1) + [start])
        found = self._solver(x0=guess, p=parameters, **self._bounds)
        told = self._solver.stats()
        if not told["success"]:
            self.forget()
            raise RuntimeError("fatrop found no solution in {} iterations".format(told["iter_count"]))
        self._last = found["x"].full().ravel()
        _, forces, after, _ = numpy.split(self._last, numpy.cumsum([State.SIZE, 3 * self._feet, State.SIZE]))
        return Plan(forces.reshape(self._feet, 3) * self._weight, State.of(after), float(found["f"]), told["iter_count"])

    def _step(
            self, state: casadi.SX, force: casadi.SX, inertia: casadi.SX, inverse: casadi.SX, feet: casadi.SX) -> casadi.SX:
        """The state at the next node. The orientation turns with the old angular velocity alone: with the mean of old and new,
        second derivatives, which are most of a solve, would cost four times as much."""
        position, orientation, velocity, rate = casadi.vertsplit(state, [0, 3, 7, 10, State.SIZE])
        forces = casadi.reshape(force, 3, self._feet) * self._weight
        total = casadi.sum2(forces)
        torque = sum(casadi.cross(feet[:, foot], forces[:, foot]) for foot in range(self._feet)) - casadi.cross(position, total)
        new_velocity = velocity + self._dt * GRAVITY * (total / self._weight - casadi.vertcat(0, 0, 1))
        gyroscopic = casadi.cross(rate, inertia @ rate)
        return casadi.vertcat(
            position + self._dt / 2 * (velocity + new_velocity),
            product(orientation, exponential(self._dt * rate)),
            new_velocity,
            rate + self._dt * inverse @ (rotate(conjugate(orientation), torque) - gyroscopic))

    def _cones(self, force: casadi.SX, friction: float) -> casadi.SX:
        """Of each foot; at most 0 when it does not slip."""
        x, y, z = casadi.vertsplit(casadi.reshape(force, 3, self._feet))
        return (x**2 + y**2 - (friction * z) ** 2).T

    @staticmethod
    def _cost(state: casadi.SX, goal: casadi.SX, weights: Mapping[str, float]) -> casadi.SX:
        is_at, shall = (casadi.vertsplit(vector, [0, 3, 7, 10, State.SIZE]) for vector in (state, goal))
        errors = {
            "position": is_at[0] - shall[0],
            # Twice the vector part: the angle about each axis, as long as it is small, rad.
            "orientation": 2 * product(conjugate(shall[1]), is_at[1])[1:],
            "linear_velocity": is_at[2] - shall[2],
            "angular_velocity": is_at[3] - shall[3]}
        return sum((weights[name] * casadi.sumsqr(error) for name, error in errors.items()), casadi.SX(0))


def product(a: casadi.SX, b: casadi.SX) -> casadi.SX:
    """Of two quaternions wxyz."""
    return casadi.vertcat(a[0] * b[0] - casadi.dot(a[1:], b[1:]), a[0] * b[1:] + b[0] * a[1:] + casadi.cross(a[1:], b[1:]))


def conjugate(quaternion: casadi.SX) -> casadi.SX:
    return casadi.vertcat(quaternion[0], -quaternion[1:])


def rotate(quaternion: casadi.SX, vector: casadi.SX) -> casadi.SX:
    """The vector, turned by the quaternion wxyz."""
    twice = 2 * casadi.cross(quaternion[1:], vector)
    return vector + quaternion[0] * twice + casadi.cross(quaternion[1:], twice)


def exponential(angle: casadi.SX) -> casadi.SX:
    """The quaternion wxyz that turns by a rotation vector, rad."""
    half = casadi.sqrt(casadi.sumsqr(angle) + 1e-12) / 2  # never 0, where its derivative would be infinite
    return casadi.vertcat(casadi.cos(half), angle / 2 * casadi.sin(half) / half)
