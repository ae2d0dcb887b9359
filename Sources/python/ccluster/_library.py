"""libccluster.so through ctypes: the declarations of ccluster.h."""

import ctypes
import os
from ctypes import (
    POINTER, Structure, byref, c_char, c_char_p, c_double, c_int, c_int32, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p)
from typing import Any, Callable, Optional, Tuple

API = 2
OK, PENDING = 0, 1
ROLES = {"observer": 0, "simulator": 1, "controller": 2, "tool": 3}
WRITERS = ("simulator", "controller", "server", "tool")
STATES = ("vacant", "registering", "idle", "active", "failed", "dead")
REQUESTS = {"activate": 1, "deactivate": 2, "reset": 4}
# Their names, and NumPy's for them. A bool is its byte: other programs may store any.
TYPES = ("bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "char")
NUMPY = ("|u1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f4", "<f8", "|S1")


class Error(Structure):
    _fields_ = [("code", c_int32), ("system_errno", c_int32), ("message", c_char * 504)]


class FieldInfo(Structure):
    _fields_ = [
        ("name", c_char_p), ("unit", c_char_p), ("convention", c_char_p), ("frame", c_char_p), ("type", c_uint32),
        ("rank", c_uint32), ("shape", c_uint64 * 8), ("strides", c_uint64 * 8), ("count", c_uint64), ("size", c_uint64),
        ("offset", c_uint64), ("columns", POINTER(c_char_p)), ("column_count", c_uint32), ("columns_axis", c_uint32),
        ("data", c_void_p), ("row_stride", c_uint64), ("rows", c_uint32), ("is_writable", c_uint32)]


class BufferInfo(Structure):
    _fields_ = [
        ("name", c_char_p), ("fields", POINTER(FieldInfo)), ("field_count", c_uint32), ("writer", c_uint32),
        ("is_per_controller", c_uint32), ("is_latest", c_uint32), ("is_writable", c_uint32), ("rows", c_uint32),
        ("row_stride", c_uint64), ("row_size", c_uint64), ("data", c_void_p), ("initial_row", c_void_p)]


class Info(Structure):
    _fields_ = [
        ("name", c_char_p), ("segment", c_char_p), ("size", c_uint64), ("layout_hash", c_uint64),
        ("buffers", POINTER(BufferInfo)), ("buffer_count", c_uint32), ("controllers", c_uint32), ("joints", c_uint32),
        ("contacts", c_uint32), ("nodes", c_uint32), ("steps_per_cluster", c_uint32), ("simulation_dt", c_double),
        ("cluster_dt", c_double), ("horizon_dt", c_double), ("solve_timeout", c_double), ("joint_names", POINTER(c_char_p)),
        ("contact_names", POINTER(c_char_p)), ("homing", POINTER(c_double)), ("description", c_char_p),
        ("first_controller", c_uint32)]


class SlotInfo(Structure):
    _fields_ = [
        ("state", c_uint32), ("pid", c_int32), ("restarts", c_uint32), ("is_prepared", c_uint32), ("solves", c_uint64),
        ("failures", c_uint64), ("registration_time", c_double), ("last_solve_time", c_double), ("max_solve_time", c_double),
        ("total_solve_time", c_double), ("message", c_char * 64)]


class Report(Structure):
    _fields_ = [
        ("generation", c_uint32), ("participants", c_uint32), ("solved", c_uint32), ("failed", c_uint32), ("died", c_uint32),
        ("late", c_uint32), ("duration", c_double)]


class Wait(Structure):
    _fields_ = [("timeout", c_double), ("slice", c_double)]


class Task(Structure):
    _fields_ = [("slot", c_uint32), ("kind", c_uint32)]


def _load() -> ctypes.CDLL:
    path = os.environ.get("CCLUSTER_LIBRARY") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "libccluster.so.1")
    try:
        library = ctypes.CDLL(path)
    except OSError as problem:
        raise ImportError("libccluster cannot be loaded: {}".format(problem)) from None
    error, wait, report, slots = POINTER(Error), POINTER(Wait), POINTER(Report), POINTER(c_uint32)
    for result, name, arguments in (
            (c_uint32, "api", ()),
            (c_int, "attach", (c_char_p, c_int32, c_double, POINTER(c_void_p), error)),
            (None, "release", (c_void_p,)),
            (c_int, "is_stopping", (c_void_p,)),
            (POINTER(Info), "describe", (c_void_p,)),
            (c_int, "read_row", (c_void_p, c_char_p, c_uint32, c_void_p, POINTER(c_uint64), error)),
            (c_int, "write_row", (c_void_p, c_char_p, c_uint32, c_void_p, error)),
            (c_int, "inspect", (c_void_p, c_uint32, POINTER(SlotInfo), error)),
            (c_int, "request_begin", (c_void_p, c_int32, slots, c_size_t, error)),
            (c_int, "request_wait", (c_void_p, c_int32, slots, c_size_t, c_double, error)),
            (c_int, "request_withdraw", (c_void_p, c_int32, slots, c_size_t, c_double, error)),
            (c_int, "client_new", (c_void_p, POINTER(c_void_p), error)),
            (None, "client_drop", (c_void_p,)),
            (c_int, "client_solve", (c_void_p, wait, report, error)),
            (c_int, "client_trigger", (c_void_p, error)),
            (c_int, "client_wait", (c_void_p, wait, report, error)),
            (c_int, "client_reset", (c_void_p, slots, c_size_t, wait, report, error)),
            (None, "client_outcomes", (c_void_p, POINTER(c_uint8), POINTER(c_uint8))),
            (c_int, "client_copy", (c_void_p, c_void_p, c_void_p, error)),
            (c_int, "controllers_new", (c_void_p, c_uint32, c_uint32, POINTER(c_void_p), error)),
            (None, "controllers_drop", (c_void_p,)),
            (None, "controllers_slots", (c_void_p, slots, slots)),
            (c_void_p, "controllers_row", (c_void_p, c_uint32, c_char_p, error)),
            (c_int, "controllers_map", (c_void_p, c_char_p, c_char_p, slots, POINTER(c_size_t), error)),
            (None, "controllers_ready", (c_void_p,)),
            (c_int, "controllers_next", (c_void_p, c_double, POINTER(Task), error)),
            (c_int, "controllers_settle", (c_void_p, c_char_p, error))):
        function = getattr(library, "ccluster_" + name)
        function.restype, function.argtypes = result, arguments
    if library.ccluster_api() < API:
        raise ImportError("{} has API {}, this package needs {}".format(path, library.ccluster_api(), API))
    return library


library = _load()


def untyped(name: str) -> Any:
    """A function without argument types, which cost as much as the call: for the step's path. What it is given must be what C takes
    already: ctypes objects, bytes or None, but no numbers."""
    return library["ccluster_" + name]


def texts(array: Any, count: int) -> Tuple[str, ...]:
    """An array of C strings."""
    return tuple(array[index].decode() for index in range(count))


class Handle:
    """Something of the library's that is given back with its last reference; after a fork only by the parent."""

    __slots__ = ("pointer", "_drop", "_pid")

    def __init__(self, pointer: c_void_p, drop: Callable[[c_void_p], None]):
        self.pointer, self._drop, self._pid = pointer, drop, os.getpid()

    # As a default, because at the interpreter's end modules may be gone.
    def __del__(self, getpid: Callable[[], int] = os.getpid) -> None:
        if getpid() == self._pid:
            self._drop(self.pointer)


def attach(name: Optional[bytes], role: int, patience: float) -> Handle:
    """A handle of a cluster's memory."""
    from ._errors import check

    pointer, error = c_void_p(), Error()
    check(library.ccluster_attach(name, role, patience, byref(pointer), byref(error)), error)
    return Handle(pointer, library.ccluster_release)
