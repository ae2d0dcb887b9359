"""A cluster as a vector environment of Gymnasium, a robot for each controller. Needs the extra `ccluster[gymnasium]`."""

from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

import numpy

from ._client import Client
from ._errors import Invalid

try:
    import gymnasium
    from gymnasium.utils import seeding
    from gymnasium.vector import AutoresetMode, VectorEnv
except ImportError as problem:
    raise ImportError(
        "ccluster.vector needs Gymnasium 1.1 or newer ({}): pip install 'ccluster[gymnasium]'".format(problem)) from None

from ._spaces import Fields, open_fields


class ClusterVectorEnv(VectorEnv):  # type: ignore[misc]
    """All robots of a cluster, stepped at once: what Gymnasium's SyncVectorEnv is of as many environments of one robot each.

    It is the simulator's side of the cluster. A step writes the actions into fields that the simulator's side writes, such as
    the references of the controllers, lets the controllers solve, and has a subclass simulate what they command:

    >>> class Reach(ClusterVectorEnv):
    ...     def place(self, robots, options):
    ...         self.client.robot_state.joint_position[robots] = self.client.homing
    ...
    ...     def simulate(self, robots):
    ...         self.client.robot_state.joint_position[robots] = self.client.rhc_commands.joint_position[robots]
    ...
    ...     def reward(self, robots):
    ...         return -abs(self.client.robot_state.joint_position[robots] - 0.5).sum(1)
    ...
    >>> env = Reach(client, "robot_state.joint_position", "rhc_references.joint_position", max_episode_steps=100)
    >>> observations, infos = env.reset(seed=1)
    >>> observations, rewards, terminations, truncations, infos = env.step(env.action_space.sample())

    Each method that a subclass overrides is given `robots`, an index array of some of them, and reads, writes and returns
    their rows only. The state after `place` and `simulate` must follow from the rows, the generators `np_random` and the
    actions for episodes to be those of the same seed.

    Observations and actions have the types of the memory; a bool is 0 or 1 of uint8. `copy=False` lends observations that are
    the shared memory itself, which the next call changes; bools are copied nevertheless. Of a `latest` buffer, and of one with a
    row in all, there is neither observation nor action.

    Without other limits an action has those that the robot's joints have in the config, by the field's unit, a quaternion's
    numbers are within -1 and 1, and all else is unbounded. Observations are unbounded: a simulated joint passes its limits.
    Actions are written as they are; Gymnasium's ClipAction clips them.

    The client stays its owner's: `close` does not detach it.
    """

    metadata = {}  # type: Dict[str, Any]

    def __init__(
            self, client: Client, observations: Fields, actions: Fields, max_episode_steps: Optional[int] = None,
            copy: bool = True, autoreset_mode: Any = AutoresetMode.NEXT_STEP):
        """
        client: of a cluster whose controllers have registered and are active.
        observations, actions: see `Fields`; actions are fields of buffers that the simulator writes.
        max_episode_steps: after which `truncated` ends an episode; None is never.
        autoreset_mode: of Gymnasium, what becomes of a robot whose episode has ended.

        Raises UnknownName, NotWritable, WrongSync, Invalid.
        """
        self.client, self.copy, self.max_episode_steps = client, copy, max_episode_steps
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = dict(self.metadata, autoreset_mode=self.autoreset_mode)
        self.num_envs = client.controllers
        self._observed, self.single_observation_space = open_fields(client, observations, False)
        self._acted, self.single_action_space = open_fields(client, actions, True)
        self.observation_space = gymnasium.vector.utils.batch_space(self.single_observation_space, self.num_envs)
        self.action_space = gymnasium.vector.utils.batch_space(self.single_action_space, self.num_envs)
        #: Steps since each robot's last reset: [num_envs]; -1 before its first.
        self.elapsed = numpy.full(self.num_envs, -1)
        self._has_ended = numpy.zeros(self.num_envs, bool)
        self._generators = [seeding.np_random() for _ in range(self.num_envs)]

    def place(self, robots: numpy.ndarray, options: Optional[Dict[str, Any]]) -> None:
        """Puts robots where an episode begins, and writes their rows of the state; what is random comes from
        `np_random[robot]`. Their actions are initial by then, and their controllers are reset afterwards.

        options: of `reset`; None when the environment resets them by itself.
        """
        raise NotImplementedError("{} does not override place(robots, options)".format(type(self).__name__))

    def simulate(self, robots: numpy.ndarray) -> None:
        """Goes on by `client.cluster_dt` with what the controllers command, and writes the robots' rows of the state.

        Other robots may move as well, as in a simulator that steps them all: they are about to be placed.
        `client.solved` says whose controllers have solved; the rows of others hold what `on_failure` says, until a reset.
        """
        raise NotImplementedError("{} does not override simulate(robots)".format(type(self).__name__))

    def reward(self, robots: numpy.ndarray) -> numpy.ndarray:
        """For the step: [len(robots)]."""
        raise NotImplementedError("{} does not override reward(robots)".format(type(self).__name__))

    def terminated(self, robots: numpy.ndarray) -> numpy.ndarray:
        """Who is at an end: [len(robots)] of bool; nobody by default."""
        return numpy.zeros(len(robots), bool)

    def truncated(self, robots: numpy.ndarray) -> numpy.ndarray:
        """Whose time is over: [len(robots)] of bool; after `max_episode_steps` by default."""
        if self.max_episode_steps is None:
            return numpy.zeros(len(robots), bool)
        over: numpy.ndarray = self.elapsed[robots] >= self.max_episode_steps
        return over

    def info(self, robots: numpy.ndarray) -> Dict[str, Any]:
        """What `reset` and `step` tell beside: arrays [len(robots), …], or dictionaries of such. By default nothing."""
        return {}

    @property
    def np_random(self) -> Tuple[numpy.random.Generator, ...]:
        """A generator for each robot."""
        return tuple(generator for generator, _ in self._generators)

    @property
    def np_random_seed(self) -> Tuple[int, ...]:
        """What each robot's generator was seeded with."""
        return tuple(seed for _, seed in self._generators)

    def reset(
            self, *, seed: Union[int, List[Optional[int]], None] = None, options: Optional[Dict[str, Any]] = None
    ) -> Tuple[Any, Dict[str, Any]]:
        """Begins an episode of all robots, or of those in `options["reset_mask"]`, [num_envs] of bool.

        seed: robot i gets seed + i; or a list with one for each. None goes on with the generators there are.
        options: handed to `place`, without the mask.

        Observations [num_envs, …] and infos.
        """
        robots = numpy.arange(self.num_envs)
        if options is not None and "reset_mask" in options:
            robots = numpy.flatnonzero(self._mask(options["reset_mask"]))
            options = {key: value for key, value in options.items() if key != "reset_mask"}
        if seed is None or isinstance(seed, (int, numpy.integer)):
            seeds = [None if seed is None else int(seed) + robot for robot in range(self.num_envs)]  # type: List[Optional[int]]
        else:
            seeds = list(seed)
        if len(seeds) != self.num_envs:
            raise Invalid("there are {} seeds for {} robots".format(len(seeds), self.num_envs))
        for robot in robots:
            if seeds[robot] is not None:
                self._generators[robot] = seeding.np_random(seeds[robot])
        infos = {}  # type: Dict[str, Any]
        self._begin(robots, options, infos)
        return self._observations(), infos

    def step(self, actions: Any) -> Tuple[Any, numpy.ndarray, numpy.ndarray, numpy.ndarray, Dict[str, Any]]:
        """One step of the cluster.

        actions: of `action_space`. Those of robots that are reset instead, as NEXT_STEP says, have no effect.

        Observations [num_envs, …]; rewards [num_envs] of float64; terminations and truncations [num_envs] of bool; infos.

        Raises gymnasium's ResetNeeded, and what `Client.solve` raises. After a KeyboardInterrupt in it, `client.wait()` ends the
        step in flight, and `reset` begins anew.
        """
        needing = self.elapsed < 0
        if self.autoreset_mode == AutoresetMode.DISABLED:
            needing = needing | self._has_ended
        if needing.any():
            raise gymnasium.error.ResetNeeded("call reset() for robots {} first".format(numpy.flatnonzero(needing).tolist()))
        rewards, infos = numpy.zeros(self.num_envs), {}  # type: Tuple[numpy.ndarray, Dict[str, Any]]
        terminations, truncations = numpy.zeros(self.num_envs, bool), numpy.zeros(self.num_envs, bool)
        placed, going = numpy.flatnonzero(self._has_ended), numpy.flatnonzero(~self._has_ended)
        self._act(actions)
        if going.size:
            # Controllers of the robots that are placed solve as well, which the reset makes them forget.
            self.client.solve()
            self.simulate(going)
            self.elapsed[going] += 1
            rewards[going] = self.reward(going)
            terminations[going], truncations[going] = self.terminated(going), self.truncated(going)
        self._has_ended = terminations | truncations
        if self.autoreset_mode == AutoresetMode.SAME_STEP:
            placed, going = numpy.flatnonzero(self._has_ended), numpy.flatnonzero(~self._has_ended)
            if placed.size:
                self._tell(infos, {"final_obs": self._each(placed), "final_info": self.info(placed)}, placed)
        if going.size:
            self._tell(infos, self.info(going), going)
        if placed.size:
            self._begin(placed, None, infos)
        return self._observations(), rewards, terminations, truncations, infos

    def _mask(self, mask: Any) -> numpy.ndarray:
        if not isinstance(mask, numpy.ndarray) or mask.dtype != bool or mask.shape != (self.num_envs,) or not mask.any():
            raise Invalid("options['reset_mask'] is an array of {} bool, at least one of them true, not {!r}".format(
                self.num_envs, mask))
        return mask

    def _begin(self, robots: numpy.ndarray, options: Optional[Dict[str, Any]], infos: Dict[str, Any]) -> None:
        for field in self._acted.values():
            field.array[robots] = field.initial
        self.place(robots, options)
        self.client.reset(robots)
        self.elapsed[robots], self._has_ended[robots] = 0, False
        self._tell(infos, self.info(robots), robots)

    def _act(self, actions: Any) -> None:
        for name, field in self._acted.items():
            values = numpy.asarray(actions[name] if isinstance(self.single_action_space, gymnasium.spaces.Dict) else actions)
            if values.shape != field.array.shape:
                raise Invalid("actions of '{}' have shape {}, not {}".format(name, values.shape, field.array.shape))
            field.array[...] = values

    def _observations(self, is_copied: bool = False) -> Any:
        found = {name: field.read(self.copy or is_copied) for name, field in self._observed.items()}
        return found if isinstance(self.single_observation_space, gymnasium.spaces.Dict) else next(iter(found.values()))

    def _each(self, robots: numpy.ndarray) -> numpy.ndarray:
        """The observation of each alone: [len(robots)] of object."""
        every = list(gymnasium.vector.utils.iterate(self.observation_space, self._observations(is_copied=True)))
        found = numpy.empty(len(robots), object)
        for place, robot in enumerate(robots):
            found[place] = every[robot]
        return found

    def _tell(self, infos: Dict[str, Any], told: Mapping[str, Any], robots: numpy.ndarray) -> None:
        """Puts rows of some robots into the infos of all: an array [num_envs, …] for each key, and a mask of who has it."""
        for key, values in told.items():
            if isinstance(values, Mapping):
                self._tell(infos.setdefault(key, {}), values, robots)
            else:
                values = numpy.asarray(values)
                empty = numpy.full(self.num_envs, None) if values.dtype.kind in "OSU" else numpy.zeros(
                    (self.num_envs,) + values.shape[1:], values.dtype)
                infos.setdefault(key, empty)[robots] = values
            infos.setdefault("_" + key, numpy.zeros(self.num_envs, bool))[robots] = True
