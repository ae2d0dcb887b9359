"""The client: steps a cluster."""

import struct
import threading
from ctypes import POINTER, byref, c_uint8, c_void_p
from enum import IntEnum
from typing import Any, Iterable, List, NamedTuple, Optional

import numpy

from . import _library as _c
from ._cluster import SLICE, Cluster
from ._errors import Detached, Invalid, OutOfOrder, check, error_of

_DEFAULT = _c.Wait(-1, SLICE)
_solve, _wait = _c.untyped("client_solve"), _c.untyped("client_wait")


class Outcome(IntEnum):
    """How a controller stood at the end of a step."""

    NONE = 0
    SOLVED = 2
    #: It answered that it could not solve.
    FAILED = 3
    #: Its process died.
    DIED = 4
    #: It had not answered when the time was over, and may still be working.
    LATE = 5


class Rows(IntEnum):
    """What a controller's rows are worth."""

    #: What it solved in the last step.
    SOLVED = 0
    #: What it solved before.
    HELD = 1
    #: The positions that it commanded last, all else initial.
    STOPPED = 2
    #: The initial values: homing.
    INITIAL = 3
    #: It is late, and may be writing them at this moment.
    UNFINISHED = 4


class Report(NamedTuple):
    """How a step went. Which controllers these are says `Client.outcomes`."""

    generation: int
    participants: int
    solved: int
    failed: int
    died: int
    late: int
    #: s, from `trigger` until the last had settled
    duration: float

    @property
    def all_solved(self) -> bool:
        return self.solved == self.participants


# The elements of a C report; reading them by their names would take longer than all else that is done in Python.
_elements = struct.Struct("@6Id").unpack


class Client(Cluster):
    """The simulator's end of a cluster: writes states, calls `solve`, reads commands. A cluster has one client at a time.

    >>> with ccluster.Client.attach("go2") as client:
    ...     state, commands = client.robot_state, client.rhc_commands
    ...     while not client.is_stopping:
    ...         state.joint_position[:] = ...
    ...         report = client.solve()
    ...         ... commands.joint_position ...

    One thread at a time may call it; another one gets `OutOfOrder`.
    """

    _client = None  # type: Optional[_c.Handle]

    def __init__(self, mapping: _c.Handle, role: str = "simulator"):
        super().__init__(mapping, role)
        # Taken again by its own thread: an interrupt may come between two of its lines, and a signal handler may call.
        self._lock = threading.RLock()
        self._report, self._error = _c.Report(), _c.Error()
        # Made once: this is the step's path.
        self._arguments = byref(_DEFAULT), byref(self._report), byref(self._error)
        pointer = c_void_p()
        check(_c.library.ccluster_client_new(mapping.pointer, byref(pointer), byref(self._error)), self._error)
        self._client = _c.Handle(pointer, _c.library.ccluster_client_drop)

    @classmethod
    def attach(cls, name: Optional[str] = None, role: str = "simulator", patience: float = 1.0) -> "Client":
        """Attaches to a running cluster, and becomes its client.

        name: the cluster's, or the shared-memory object's; None is the cluster that this process was launched in.
        patience: how long to wait for a cluster that is only just starting, s.

        Raises what `Cluster.attach` raises, ClientTaken, Stopped.
        """
        if role != "simulator":
            raise Invalid("a client attaches as simulator, not as {}".format(role))
        return cls(_c.attach(None if name is None else name.encode(), _c.ROLES[role], patience))

    def detach(self) -> None:
        """Gives the cluster free for another client, and lets go of it. A step in flight is settled by that one."""
        if not self._lock.acquire(False):
            raise OutOfOrder("detach() while a call of this client is under way")
        try:
            self._client = None
        finally:
            self._lock.release()
        super().detach()

    def solve(self, timeout: Optional[float] = None) -> Report:
        """Hands a step to all active controllers, and waits until each has settled.

        A controller that failed, died or is late is no error: the report counts it. Ctrl-C raises KeyboardInterrupt and leaves
        the step in flight: go on with `wait`.

        timeout: s; those who have not answered by then are late. `solve_timeout` of the config by default.

        Raises Stopped, ServerGone, OutOfOrder.
        """
        return self._step(_solve, timeout)

    def trigger(self) -> None:
        """Hands a step to all active controllers. The program may work until it calls `wait`, but must leave the rows alone."""
        client = self._begin()
        try:
            check(_c.library.ccluster_client_trigger(client.pointer, self._arguments[2]), self._error)
        finally:
            self._lock.release()

    def wait(self, timeout: Optional[float] = None) -> Report:
        """Waits until each controller of the step in flight has settled; see `solve`."""
        return self._step(_wait, timeout)

    def reset(self, controllers: Optional[Iterable[int]] = None, timeout: Optional[float] = None) -> Report:
        """A step that resets controllers, all by default: their rows hold the initial values, a failed one takes part again."""
        slots = None if controllers is None else self._slots(controllers)

        def reset(client: c_void_p, how: Any, report: Any, error: Any) -> int:
            count = 0 if slots is None else len(slots)
            return int(_c.library.ccluster_client_reset(client, slots, count, how, report, error))

        return self._step(reset, timeout)

    @property
    def outcomes(self) -> numpy.ndarray:
        """How each controller stood at the end of the last step: [controllers], see `Outcome`."""
        return self._bytes(0)

    @property
    def solved(self) -> numpy.ndarray:
        """Which controllers solved in the last step: [controllers] of bool."""
        solved: numpy.ndarray = self._bytes(0) == Outcome.SOLVED
        return solved

    @property
    def rows(self) -> numpy.ndarray:
        """What each controller's rows are worth now: [controllers], see `Rows`."""
        return self._bytes(1)

    def copy(self, buffer: str, field: str, into: Optional[numpy.ndarray] = None) -> numpy.ndarray:
        """A copy of a field of all rows, in which late controllers' rows are what `on_failure` of the config says: those themselves
        may be being written at this moment, and an array over the memory shows what it finds.

        into: where to, and what the copy before has given: of a late controller it is left there by `hold`, and positions are by
        `stop`; all else is its initial value. By default an array of the initial values.

        >>> commands = None
        >>> while not client.is_stopping:
        ...     client.solve()
        ...     commands = client.copy("rhc_commands", "joint_position", commands)
        """
        table = self[buffer]
        array = table[field]
        if into is None:
            into = numpy.empty(array.shape, array.dtype)
            into[...] = table.initial_row()[field]
        elif into.shape != array.shape or into.dtype != array.dtype or not into.flags.carray:
            raise Invalid("a copy of {}.{} goes into an array of {} {}, writable and in C order, not into one of {} {}".format(
                buffer, field, array.dtype, array.shape, into.dtype, into.shape))
        client = self._begin()
        try:
            check(_c.library.ccluster_client_copy(
                client.pointer, table._info_of(field), into.ctypes.data, self._arguments[2]), self._error)
            return into
        finally:
            self._lock.release()

    def is_cluster_instant(self, simulation_step: int) -> bool:
        """Whether `cluster_dt` has come round at that simulation step, counted from 0: the moment to call `solve`."""
        return simulation_step % int(self._steps_per_cluster) == 0

    def _begin(self) -> _c.Handle:
        if not self._lock.acquire(False):
            raise OutOfOrder("two calls of one client at once: one thread at a time may call it")
        if self._client is None:
            self._lock.release()
            raise Detached("cluster '{}' was detached from".format(self.name))
        return self._client

    def _step(self, function: Any, timeout: Optional[float]) -> Report:
        client = self._begin()
        try:
            arguments = self._arguments
            if timeout is not None:
                if not timeout >= 0:
                    raise Invalid("a step's timeout is a number of seconds from 0 on, not {}".format(timeout))
                arguments = byref(_c.Wait(timeout, SLICE)), arguments[1], arguments[2]
            code = function(client.pointer, *arguments)
            # Between two slices Python raises what a signal brings.
            while code == _c.PENDING:
                code = _wait(client.pointer, *arguments)
            if code:
                raise error_of(self._error)
            return Report._make(_elements(self._report))
        finally:
            self._lock.release()

    def _bytes(self, which: int) -> numpy.ndarray:
        client = self._begin()
        try:
            found = numpy.zeros(self.controllers, numpy.uint8)
            targets = [None, None]  # type: List[Any]
            targets[which] = found.ctypes.data_as(POINTER(c_uint8))
            _c.library.ccluster_client_outcomes(client.pointer, *targets)
            return found
        finally:
            self._lock.release()
