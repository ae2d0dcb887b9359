"""An attached cluster."""

import json
import time
from ctypes import byref, c_uint32
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple

import numpy

from . import _library as _c
from ._buffers import Buffer
from ._errors import Detached, Invalid, OutOfRange, UnknownName, check

# How long a C call may wait before Python looks whether a signal came, s.
SLICE = 0.05


class Slot(NamedTuple):
    """What is known of a controller, at one moment. Times in s."""

    #: vacant, registering, idle, active, failed (alive, but takes no part until it is reset) or dead
    state: str
    #: 0 when there is nobody
    pid: int
    restarts: int
    is_prepared: bool
    solves: int
    failures: int
    registration_time: float
    last_solve_time: float
    max_solve_time: float
    total_solve_time: float
    #: Why the last failed solve failed; '' when none did.
    message: str


class Cluster:
    """A running cluster's shared memory, by name.

    >>> cluster = ccluster.Cluster.attach("go2")
    >>> cluster.robot_state.joint_position          # [controllers, joints], without a copy

    Buffers are attributes, and `cluster["robot_state"]` for names that are no attributes, or are those of this class.
    """

    name: str
    #: The shared-memory object's name.
    segment: str
    #: Of the robot, in the order of the columns.
    joints: Tuple[str, ...]
    contacts: Tuple[str, ...]
    #: rad or m, one for each joint.
    homing: numpy.ndarray
    #: How many; and so slots, and rows of a buffer with a row for each controller.
    controllers: int
    #: The number of row 0's controller in the whole cluster: 0, but in the memory of another host than the first of several.
    first_controller: int
    #: Of the horizon, which spans (nodes - 1) * horizon_dt.
    nodes: int
    simulation_dt: float
    cluster_dt: float
    horizon_dt: float
    solve_timeout: float
    #: Two clusters of the same one have the same buffers, fields and columns.
    layout_hash: int
    #: robot, timing, horizon, controllers and simulator as the config says, with the users' parameters.
    description: Dict[str, Any]
    #: By name, in the order of the config.
    buffers: Dict[str, Buffer]

    _mapping = None  # type: Optional[_c.Handle]

    def __init__(self, mapping: _c.Handle, role: str):
        """Use `attach`."""
        self._mapping, self.role = mapping, role
        info = _c.library.ccluster_describe(mapping.pointer).contents
        self.name, self.segment = info.name.decode(), info.segment.decode()
        self.joints = _c.texts(info.joint_names, info.joints)
        self.contacts = _c.texts(info.contact_names, info.contacts)
        self.homing = numpy.array(info.homing[:info.joints])
        self.controllers, self.nodes = info.controllers, info.nodes
        self.first_controller = info.first_controller
        self.simulation_dt, self.cluster_dt, self.horizon_dt = info.simulation_dt, info.cluster_dt, info.horizon_dt
        self.solve_timeout, self.layout_hash = info.solve_timeout, info.layout_hash
        self._steps_per_cluster = info.steps_per_cluster
        self.description = json.loads(info.description.decode())
        buffers = (Buffer(self, info.buffers[index]) for index in range(info.buffer_count))
        self.buffers = {buffer.name: buffer for buffer in buffers}

    @classmethod
    def attach(cls, name: Optional[str] = None, role: str = "observer", patience: float = 1.0) -> "Cluster":
        """Attaches to a running cluster.

        name: the cluster's, or the shared-memory object's; None is the cluster that this process was launched in.
        role: whose buffers may be written: simulator, controller, tool; an observer writes none.
        patience: how long to wait for a cluster that is only just starting, s.

        Raises NotFound, OtherUser, NotReady, ServerDead, WrongABI, NotACluster.
        """
        if role not in _c.ROLES:
            raise Invalid("there is no role '{}'; there are {}".format(role, ", ".join(_c.ROLES)))
        return cls(_c.attach(None if name is None else name.encode(), _c.ROLES[role], patience), role)

    def detach(self) -> None:
        """Lets go of the cluster: from now on all of this object but what is known by heart raises `Detached`.

        Arrays that were taken before stay valid. The memory is unmapped with the last of them.
        """
        self._mapping = None
        for buffer in self.buffers.values():
            buffer._forget()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        self.detach()

    def __getitem__(self, buffer: str) -> Buffer:
        try:
            return self.buffers[buffer]
        except KeyError:
            raise UnknownName("there is no buffer '{}'; there are {}".format(buffer, ", ".join(self.buffers))) from None

    def __getattr__(self, name: str) -> Buffer:
        if name.startswith("_") or name == "buffers":
            raise AttributeError(name)
        return self[name]

    def __dir__(self) -> List[str]:
        return [*super().__dir__(), *self.buffers]

    def __repr__(self) -> str:
        return "<{} {}: {} controllers, as {}{}>".format(
            type(self).__name__, self.name, self.controllers, self.role, "" if self._mapping else ", detached")

    @property
    def parameters(self) -> Any:
        """`controllers.parameters` of the config."""
        return self.description["controllers"]["parameters"]

    @property
    def is_stopping(self) -> bool:
        """Whether the cluster is being stopped, or has stopped: time to end."""
        return bool(_c.library.ccluster_is_stopping(self._mapping_or_raise().pointer))

    def slot(self, controller: int) -> Slot:
        """What is known of a controller now."""
        mapping, info, error = self._mapping_or_raise(), _c.SlotInfo(), _c.Error()
        slot = self._slots([controller])[0]
        check(_c.library.ccluster_inspect(mapping.pointer, slot, byref(info), byref(error)), error)
        return Slot(
            _c.STATES[info.state], info.pid, info.restarts, bool(info.is_prepared), info.solves, info.failures,
            info.registration_time, info.last_solve_time, info.max_solve_time, info.total_solve_time, info.message.decode())

    def slots(self) -> List[Slot]:
        """What is known of all of them."""
        return [self.slot(controller) for controller in range(self.controllers)]

    def request(self, request: str, controllers: Optional[Iterable[int]] = None, timeout: float = 10.0) -> None:
        """Asks controllers for something, all of them by default, and waits until each has done so. As simulator or tool.

        request: activate (take part in steps), deactivate (take none; the rows hold their initial values from the next step on) or
        reset.
        timeout: s; `NoAnswer` names those that had not by then, and they are asked no longer. Nor are they after Ctrl-C.
        """
        if request not in _c.REQUESTS:
            raise Invalid("there is no request '{}'; there are {}".format(request, ", ".join(_c.REQUESTS)))
        if not timeout >= 0:
            raise Invalid("a request's timeout is a number of seconds from 0 on, not {}".format(timeout))
        mapping, error = self._mapping_or_raise(), _c.Error()
        slots = self._slots(range(self.controllers) if controllers is None else controllers)
        what = mapping.pointer, _c.REQUESTS[request], slots, len(slots)
        end = time.monotonic() + timeout
        try:
            check(_c.library.ccluster_request_begin(*what, byref(error)), error)
            left = timeout
            # Between two slices Python raises what a signal brings.
            while check(_c.library.ccluster_request_wait(*what, min(left, SLICE), byref(error)), error) == _c.PENDING and left > 0:
                left = max(0.0, end - time.monotonic())
        except BaseException:
            _c.library.ccluster_request_withdraw(*what, timeout, None)
            raise
        check(_c.library.ccluster_request_withdraw(*what, timeout, byref(error)), error)

    def activate(self, controllers: Optional[Iterable[int]] = None) -> None:
        self.request("activate", controllers)

    def deactivate(self, controllers: Optional[Iterable[int]] = None) -> None:
        self.request("deactivate", controllers)

    def _slots(self, controllers: Iterable[int]) -> Any:
        slots = [int(controller) for controller in controllers]
        for slot in slots:
            if not 0 <= slot < self.controllers:
                raise OutOfRange("there is no controller {}: the cluster has {}, from 0".format(slot, self.controllers))
        return (c_uint32 * len(slots))(*slots)

    def _mapping_or_raise(self) -> _c.Handle:
        mapping = self._mapping
        if mapping is None:
            raise Detached("cluster '{}' was detached from".format(self.name))
        return mapping
