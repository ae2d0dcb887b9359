"""Controllers in Python."""

import os
import sys
import traceback
from ctypes import POINTER, byref, c_double, c_size_t, c_uint32, c_void_p
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy

from . import _library as _c
from ._buffers import Field, array_over
from ._cluster import Cluster
from ._errors import NotWritable, ServerGone, Stopped, check, error_of

_SOLVE = 0
# How long a C call may wait before Python looks whether a signal came, s.
_SLICE = 1.0


class JointLimits(NamedTuple):
    """Limits of one joint; None is unlimited."""

    #: rad or m
    lower: Optional[float]
    upper: Optional[float]
    #: rad/s or m/s
    velocity: Optional[float]
    #: N*m or N
    effort: Optional[float]


class Input:
    """A field of the controller's row, to read: joints in the controller's order, quaternions as w, x, y, z."""

    def __init__(self, field: Field, array: numpy.ndarray, places: numpy.ndarray):
        self.field = field
        #: As it is stored, in the robot's order, without a copy.
        self.stored = array
        self.shape = self._shape(len(places))
        self._places = None if numpy.array_equal(places, numpy.arange(array.size)) else places

    def _shape(self, count: int) -> Tuple[int, ...]:
        # Fewer joints than the robot has are a shorter axis.
        shape = list(self.field.shape)
        if count != self.stored.size:
            shape[self.field.columns_axis] = count * shape[self.field.columns_axis] // self.stored.size
        return tuple(shape)

    def read(self) -> numpy.ndarray:
        """A copy of what it holds now; of a `latest` buffer, what it held when the solve began."""
        if self._places is None:
            return self.stored.copy()
        ordered: numpy.ndarray = self.stored.ravel()[self._places]
        return ordered.reshape(self.shape)


class Output(Input):
    """A field that the controller writes: into a private row, which is committed when `solve` returns."""

    def write(self, values: Any) -> None:
        """values: of `shape`, or of one that NumPy spreads over it."""
        if self._places is None:
            self.stored[...] = values
        else:
            self.stored.reshape(-1)[self._places] = numpy.broadcast_to(values, self.shape).ravel()


class Context:
    """What a controller is given when it is built: who it is, what the config says, and doors to its row of each buffer."""

    def __init__(self, cluster: Cluster, controllers: _c.Handle, slot: int):
        self._controllers = controllers
        #: Row `slot` of every per-controller buffer is its own.
        self.slot = slot
        #: Its number in the whole cluster: robot `index` is its robot. The same as `slot`, but on another host than the first one.
        self.index = cluster.first_controller + slot
        self.cluster = cluster
        description = cluster.description
        #: The controller's joints, in its own order: `controllers.joints` of the config.
        self.joints = tuple(description["controllers"]["joints"])
        #: For each of them, its place among the robot's joints.
        self.joint_map = numpy.array([cluster.joints.index(joint) for joint in self.joints], numpy.intp)
        #: rad or m, in the order of `joints`.
        self.homing = cluster.homing[self.joint_map]
        limits = description["robot"]["limits"]
        #: In the order of `joints`.
        self.limits = [
            JointLimits(*(limits[place].get(key) for key in JointLimits._fields)) for place in self.joint_map]  # type: List[JointLimits]
        #: `controllers.parameters` of the config.
        self.parameters = cluster.parameters

    def has_field(self, buffer: str, field: str) -> bool:
        """Whether the config declares that field: users may drop any."""
        return buffer in self.cluster.buffers and field in self.cluster.buffers[buffer].fields

    def input(self, buffer: str, field: str) -> Input:
        """A field that the controller reads."""
        return Input(*self._open(buffer, field))

    def output(self, buffer: str, field: str) -> Output:
        """A field that the controller writes. Raises NotWritable when the buffer's writer is another."""
        if not self.cluster[buffer].is_writable:
            raise NotWritable("buffer '{}' is written by the {} only".format(buffer, self.cluster[buffer].writer))
        return Output(*self._open(buffer, field))

    def _open(self, buffer: str, name: str) -> Tuple[Field, numpy.ndarray, numpy.ndarray]:
        table = self.cluster[buffer]
        field, error = table._field(name), _c.Error()
        row = _c.library.ccluster_controllers_row(self._controllers.pointer, self.slot, buffer.encode(), byref(error))
        if row is None:
            raise error_of(error)
        array = array_over(
            self._controllers, row + field.offset, field.shape, field.strides, field.dtype.str, table.is_writable)
        places, count = numpy.zeros(array.size, numpy.uint32), c_size_t()
        check(_c.library.ccluster_controllers_map(
            self._controllers.pointer, buffer.encode(), name.encode(), places.ctypes.data_as(POINTER(c_uint32)),
            byref(count), byref(error)), error)
        return field, array, places[:count.value]


class RHController:
    """A receding-horizon controller: the base class of every controller in Python.

    A subclass opens its fields when it is built, and computes in `solve`. Its `main` makes it a program that the config's
    `controllers.program.command` can name:

    >>> class HoldHoming(ccluster.RHController):
    ...     def __init__(self, context):
    ...         super().__init__(context)
    ...         self.command = context.output("rhc_commands", "joint_position")
    ...
    ...     def solve(self):
    ...         self.command.write(self.context.homing)
    ...
    >>> if __name__ == "__main__":
    ...     HoldHoming.main()

    One process may host several controllers (`per_process`); each is built once, before the first step, and all are called
    from one thread, in the order of their slots. What is built may take as long as `startup_timeout` allows.
    """

    def __init__(self, context: Context):
        self.context = context

    def solve(self) -> None:
        """Computes one step: reads the inputs, writes the outputs, which are committed when it returns. Raising marks the
        controller as failed: its row is filled as `on_failure` says, the error's text is kept for the report, and it takes no
        part until it is reset. It is told in one line, by the logger 'ccluster', which shows the traceback at its level DEBUG; that
        of the environment, CCLUSTER_LOG=debug, is the shorter way."""
        raise NotImplementedError

    def reset(self) -> None:
        """Forgets the past: warm starts, filters. The rows are filled with their initial values afterwards. Raising marks the
        controller as failed."""

    @classmethod
    def main(cls) -> None:
        """Runs the controllers that this process was launched for, until the cluster stops."""
        run(cls)


def run(kind: Any, *arguments: Any) -> None:
    """As `RHController.main`: `kind(context, *arguments)` builds each of the controllers."""
    # So that the launcher shows lines as they come.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)
    cluster = Cluster.attach(role="controller")
    mapping, pointer, error = cluster._mapping_or_raise(), c_void_p(), _c.Error()
    check(_c.library.ccluster_controllers_new(mapping.pointer, 0, 0, byref(pointer), byref(error)), error)
    handle = _c.Handle(pointer, _c.library.ccluster_controllers_drop)
    first, count = c_uint32(), c_uint32()
    _c.library.ccluster_controllers_slots(handle.pointer, byref(first), byref(count))
    slots = range(first.value, first.value + count.value)
    controllers = {slot: kind(Context(cluster, handle, slot), *arguments) for slot in slots}  # type: Dict[int, RHController]
    _c.library.ccluster_controllers_ready(handle.pointer)
    try:
        _serve(handle, controllers, cluster.first_controller)
    except (Stopped, ServerGone):
        pass


def _serve(handle: _c.Handle, controllers: Dict[int, RHController], first: int) -> None:
    # Made once, and nothing is called that need not be: each process comes to this with cold caches, where a line of Python is dear.
    take, settle = _c.untyped("controllers_next"), _c.untyped("controllers_settle")
    pointer, task, error, slice, pending = handle.pointer, _c.Task(), _c.Error(), c_double(_SLICE), _c.PENDING
    handed, told = byref(task), byref(error)
    while True:
        code = take(pointer, slice, handed, told)
        if code:
            # Between two slices Python raises what a signal brings.
            if code == pending:
                continue
            raise error_of(error)
        failure = None
        try:
            if task.kind == _SOLVE:
                controllers[task.slot].solve()
            else:
                controllers[task.slot].reset()
        except Exception as problem:
            failure = "{}: {}".format(type(problem).__name__, problem).encode()
            _tell(first + task.slot, task.kind, problem)
        code = settle(pointer, failure, told)
        if code:
            raise error_of(error)


def _tell(index: int, kind: int, problem: Exception) -> None:
    import logging  # only who fails needs it

    logger = logging.getLogger("ccluster")
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
        logger.addHandler(handler)
        if os.environ.get("CCLUSTER_LOG") == "debug":
            logger.setLevel(logging.DEBUG)
    place = traceback.extract_tb(problem.__traceback__)[-1]
    # A robot that has fallen may fail in each step: a line, and not a page.
    logger.error(
        "controller %d could not %s: %s: %s (%s:%d)", index, "solve" if kind == _SOLVE else "reset", type(problem).__name__,
        " ".join(str(problem).split()), os.path.basename(place.filename), place.lineno or 0)
    logger.debug("where this came from:", exc_info=problem)
