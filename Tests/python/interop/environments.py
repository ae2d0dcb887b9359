"""What the vector environment promises, a function each; run by test_vector.py where the wheel and Gymnasium are.

    environments.py NAME CONFIG PROGRAM CLUSTER [ARGUMENT…]
"""

import os
import signal
import sys
import time
import warnings
from contextlib import ExitStack

import ccluster
import gymnasium
import numpy
from ccluster.vector import ClusterVectorEnv
from gymnasium.spaces import Box, Dict
from gymnasium.vector import AutoresetMode, SyncVectorEnv

OBSERVED = ["robot_state.joint_position", "robot_state.joint_velocity", "rhc_commands.joint_position", "rhc_references.contact"]
ACTED = ["rhc_references.joint_position", "rhc_references.contact"]
ROBOTS, STEPS = 3, 60


class Robots(ClusterVectorEnv):
    """Joints that follow their commands, and whose episode ends where they are far from where it began."""

    def place(self, robots, options):
        state, spread = self.client.robot_state, (options or {}).get("spread", 0.2)
        for robot in robots:
            noise = self.np_random[robot].uniform(-spread, spread, len(self.client.joints))
            state.joint_position[robot] = self.client.homing + noise
        state.joint_velocity[robots] = 0

    def simulate(self, robots):
        state, command = self.client.robot_state, self.client.rhc_commands.joint_position[robots]
        state.joint_velocity[robots] = (command - state.joint_position[robots]) / self.client.cluster_dt
        state.joint_position[robots] = command

    def distance(self, robots):
        return abs(self.client.robot_state.joint_position[robots] - self.client.homing).max(1)

    def reward(self, robots):
        return -self.distance(robots)

    def terminated(self, robots):
        return (self.distance(robots) > 0.45) | ~self.client.solved[robots]

    def info(self, robots):
        told = {"first": self.client.robot_state.joint_position[robots, 0], "more": {"elapsed": self.elapsed[robots]}}
        told["name"] = ["robot"] * len(robots)
        return {**told, "is_well": self.client.solved[robots]} if (self.elapsed[robots] > 0).all() else told


class Robot(gymnasium.Env):
    """One robot of the same kind, as Gymnasium describes an environment: it shares nothing with `ClusterVectorEnv`."""

    def __init__(self, client):
        limits = client.description["robot"]["limits"]
        joints, unbounded = len(client.joints), numpy.full(len(client.joints), numpy.inf, numpy.float32)
        self.client = client
        self.observation_space = Dict({
            name: Box(-unbounded, unbounded) if "joint" in name else Box(0, 1, (4,), numpy.uint8) for name in OBSERVED})
        self.action_space = Dict({
            ACTED[0]: Box(*(numpy.array([limit[key] for limit in limits], numpy.float32) for key in ("lower", "upper"))),
            ACTED[1]: Box(0, 1, (4,), numpy.uint8)})
        assert self.action_space[ACTED[0]].shape == (joints,)

    def observation(self):
        return {name: self.client[name.split(".")[0]][name.split(".")[1]][0].copy() for name in OBSERVED}

    def info(self):
        return {"first": self.client.robot_state.joint_position[0, 0], "more": {"elapsed": self.elapsed}, "name": "robot"}

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        state, spread, self.elapsed = self.client.robot_state, (options or {}).get("spread", 0.2), 0
        state.joint_position[0] = self.client.homing + self.np_random.uniform(-spread, spread, len(self.client.joints))
        state.joint_velocity[0] = 0
        references, initial = self.client.rhc_references, self.client.rhc_references.initial_row()
        references.joint_position[0], references.contact[0] = initial["joint_position"], initial["contact"]
        self.client.reset()
        return self.observation(), self.info()

    def step(self, action):
        client, self.elapsed = self.client, self.elapsed + 1
        client.rhc_references.joint_position[0], client.rhc_references.contact[0] = action[ACTED[0]], action[ACTED[1]]
        has_solved, state = client.solve().all_solved, client.robot_state
        state.joint_velocity[0] = (client.rhc_commands.joint_position[0] - state.joint_position[0]) / client.cluster_dt
        state.joint_position[0] = client.rhc_commands.joint_position[0]
        distance = abs(state.joint_position[0] - client.homing).max()
        return (
            self.observation(), -distance, bool(distance > 0.45 or not has_solved), self.elapsed >= 20,
            {**self.info(), "is_well": has_solved})


def expect_equal(found, expected, where=""):
    """In values, types, shapes and keys."""
    assert type(found) is type(expected), (where, type(found), type(expected))
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), (where, found, expected)
        for key in expected:
            expect_equal(found[key], expected[key], where + "/" + str(key))
    elif isinstance(expected, tuple):
        assert len(found) == len(expected)
        for place, pair in enumerate(zip(found, expected)):
            expect_equal(*pair, "{}[{}]".format(where, place))
    elif isinstance(expected, numpy.ndarray):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape), (where, found, expected)
        if expected.dtype == object:
            for pair in zip(found, expected):
                expect_equal(*pair, where + "[]")
        else:
            assert numpy.array_equal(found, expected), (where, found, expected)
    else:
        assert found == expected, (where, found, expected)


def same(config, program, name, mode, *sets):
    """All robots in one cluster behave as each in one of its own, in Gymnasium's SyncVectorEnv: to the last bit."""
    mode, sets = AutoresetMode[mode], dict(text.split("=", 1) for text in sets)
    with ExitStack() as stack:
        def launch(count, suffix):
            return stack.enter_context(ccluster.launch(config, {"controllers.count": count, **sets}, name + suffix, program))

        env = Robots(launch(ROBOTS, ""), OBSERVED, ACTED, max_episode_steps=20, autoreset_mode=mode)
        alone = [launch(1, "-{}".format(robot)) for robot in range(ROBOTS)]
        sync = SyncVectorEnv([lambda client=client: Robot(client) for client in alone], autoreset_mode=mode)
        for space in ("observation_space", "action_space", "single_observation_space", "single_action_space"):
            assert getattr(env, space) == getattr(sync, space), (getattr(env, space), getattr(sync, space))
        assert (env.num_envs, env.metadata["autoreset_mode"]) == (sync.num_envs, sync.metadata["autoreset_mode"])
        expect_equal(env.reset(seed=7), sync.reset(seed=7), "reset")
        assert env.np_random_seed == sync.np_random_seed
        env.action_space.seed(3)
        ends, failures = numpy.zeros((2, ROBOTS), int), 0
        for step in range(STEPS):
            actions = env.action_space.sample()
            # Apart from each other, so that their episodes end at different steps.
            actions[ACTED[0]] *= numpy.array([0.1, 1, 0.4], numpy.float32)[:, None]
            told = env.step(actions)
            expect_equal(told, sync.step(actions), "step {}".format(step))
            assert env.observation_space.contains(told[0])
            ends += [told[2], told[3]]
            failures += (told[4]["_is_well"] & ~told[4]["is_well"]).sum() if "is_well" in told[4] else 0
            over = told[2] | told[3]
            if mode == AutoresetMode.DISABLED and over.any():
                raises(gymnasium.error.ResetNeeded, env.step, actions)
                seeds = [None, 100 + step, None]
                resets = [each.reset(seed=seeds, options={"reset_mask": over.copy(), "spread": 0.1}) for each in (env, sync)]
                expect_equal(*resets, "reset after step {}".format(step))
        expect_equal(env.reset(seed=[5, 6, 5]), sync.reset(seed=[5, 6, 5]), "last reset")
        observations = env.reset(seed=[5, 6, 5])[0][OBSERVED[0]]
        assert (observations[0] == observations[2]).all() and (observations[0] != observations[1]).any()
        assert ends[0].any() and ends[1].any() and len(set(ends.sum(0))) > 1, ends
        print("{} terminated, {} truncated, {} failed".format(*ends.sum(1), failures))
        sync.close()
        env.close()
        assert env.client.solve().participants == ROBOTS  # the client is its owner's


def raises(kind, function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except kind as error:
        return str(error)
    raise AssertionError("{} was not raised".format(kind))


def spaces(config, program, name):
    """What may be chosen, and what the spaces of that are; what may not is told."""
    with ccluster.launch(config, {"controllers.count": 2}, name, program) as client:
        state = client.robot_state
        everything = [
            "{}.{}".format(buffer.name, field) for buffer in client.buffers.values()
            if buffer.is_per_controller and not buffer.is_latest for field, told in buffer.fields.items() if told.type != "char"]
        written = [field for field in everything if client[field.split(".")[0]].is_writable]
        env = Robots(client, everything, written)
        assert list(env.observation_space) == sorted(everything) and list(env.action_space) == sorted(written)
        assert env.observation_space.contains(env.reset(seed=1)[0])
        for space in (env.observation_space, env.single_observation_space, env.action_space, env.single_action_space):
            with warnings.catch_warnings():
                # A sample of Gymnasium's for one integer without a shape is no array, which it warns of.
                warnings.filterwarnings("ignore", ".*Casting input x to numpy array")
                assert all(space.contains(space.sample()) for _ in range(20)), space
        for field in everything:
            array, space = client[field.split(".")[0]][field.split(".")[1]], env.observation_space[field]
            assert (array.shape, array.dtype) == (space.shape, space.dtype), field
        limits = client.description["robot"]["limits"]
        for field, key, sign in (("position", "upper", 0), ("velocity", "velocity", -1), ("effort", "effort", -1)):
            space = env.single_action_space["robot_state.joint_" + field]
            upper = numpy.array([limit[key] for limit in limits], numpy.float32)
            lower = numpy.array([limit["lower"] for limit in limits], numpy.float32) if sign == 0 else -upper
            assert (space.high == upper).all() and (space.low == lower).all(), space
        assert env.single_action_space["rhc_references.root_orientation"] == Box(-1, 1, (4,))
        assert not env.single_action_space["rhc_references.root_position"].is_bounded()

        # A mapping states limits; a field alone is a Box, and lent it is the memory itself.
        velocity = "rhc_references.root_linear_velocity"
        acted = {velocity: (-1, [1, 0.5, 0]), "rhc_references.contact": None}
        env = Robots(client, "robot_state.joint_position", acted, copy=False)
        assert env.single_action_space[velocity] == Box(-numpy.ones(3, numpy.float32), numpy.array([1, 0.5, 0], numpy.float32))
        raises(gymnasium.error.ResetNeeded, env.step, env.action_space.sample())
        assert env.reset()[0] is state.joint_position
        copying = Robots(client, "robot_state.joint_position", "rhc_references.joint_position")
        first, _ = copying.reset(seed=1)
        kept = first.copy()
        copying.step(copying.action_space.sample())
        assert (first == kept).all() and (first != state.joint_position).any()

        # A robot that is not in the mask is left alone, and nobody is stepped before its first episode.
        env = Robots(client, "robot_state.joint_position", "rhc_references.joint_position")
        env.reset(seed=1, options={"reset_mask": numpy.array([False, True])})
        assert "robots [0]" in raises(gymnasium.error.ResetNeeded, env.step, env.action_space.sample())

        # Any byte but 0 is true.
        state_of_feet = Robots(client, "rhc_references.contact", "rhc_references.joint_position", copy=False)
        client.rhc_references.contact[:] = 200
        assert (state_of_feet.reset()[0] == 1).all() and (client.rhc_references.contact == 200).all()

        for kind, observed, acted in (
                (ccluster.UnknownName, "robot_state.joint_positon", velocity),
                (ccluster.UnknownName, "state.joint_position", velocity), (ccluster.UnknownName, velocity, "rhc_references"),
                (ccluster.NotWritable, velocity, "rhc_commands.joint_position"),
                (ccluster.WrongSync, "goal.velocity", velocity), (ccluster.Invalid, "note.text", velocity),
                (ccluster.Invalid, "weather.wind", velocity), (ccluster.Invalid, [], velocity)):
            print(raises(kind, Robots, client, observed, acted))
        env = Robots(client, velocity, velocity)
        env.reset()
        print(raises(ccluster.Invalid, env.step, numpy.zeros(3)))
        print(raises(ccluster.Invalid, env.reset, seed=[1]))
        for mask in (numpy.zeros(2, bool), numpy.ones(3, bool), numpy.ones(2), [True, True]):
            raises(ccluster.Invalid, env.reset, options={"reset_mask": mask})
        for method in ("place", "simulate", "reward"):
            told = raises(NotImplementedError, getattr(ClusterVectorEnv, method), env, *[None] * (2 if method == "place" else 1))
            assert method in told, told


def killed(config, program, name):
    """The episode of a robot whose controller dies ends, that of the other one goes on; both come back."""
    with ccluster.launch(config, {"controllers.count": 2}, name, program) as client:
        env = Robots(client, "robot_state.joint_position", "rhc_references.joint_position")
        env.reset(seed=1)
        held = numpy.stack([client.homing, client.homing]).astype(numpy.float32)
        env.step(held)
        os.kill(client.slot(1).pid, signal.SIGKILL)
        ends, end = 0, time.monotonic() + 60
        while not (ends and env.elapsed[1] > 5):
            assert time.monotonic() < end, (ends, client.slots())
            _, _, terminations, _, _ = env.step(held)
            assert not terminations[0]
            ends += terminations[1]
        assert client.slot(1).restarts == 1 and client.slot(0).restarts == 0
        assert env.elapsed[0] > env.elapsed[1] and client.solved.all()


def wrapped(config, program, name):
    """Gymnasium's wrappers of vector environments take it."""
    wrappers = gymnasium.wrappers.vector
    with ccluster.launch(config, {"controllers.count": 2}, name, program) as client:
        env = Robots(client, OBSERVED, "rhc_references.joint_position", max_episode_steps=5)
        env = wrappers.RecordEpisodeStatistics(wrappers.ClipAction(wrappers.FlattenObservation(env)))
        observations, _ = env.reset(seed=1)
        assert observations.shape == (2, 12 + 12 + 12 + 4) and env.observation_space.contains(observations)
        for _ in range(5):
            _, _, terminations, truncations, infos = env.step(1e3 * env.action_space.sample())
            bounds = env.unwrapped.action_space
            assert bounds.contains(client.rhc_references.joint_position)
            if terminations.any():
                break
        assert (terminations | truncations).any() and infos["_episode"].any()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
