"""Spaces of Gymnasium for fields of the shared memory."""

from typing import Any, Dict, Iterable, Mapping, NamedTuple, Optional, Tuple, Union

import gymnasium
import numpy

from ._buffers import Field
from ._client import Client
from ._errors import Invalid, NotWritable

#: Fields by 'buffer.field'. One in a string is a Box; several are a Dict; a mapping states limits, (low, high), or None.
Fields = Union[str, Iterable[str], Mapping[str, Optional[Tuple[Any, Any]]]]

# Which of a joint's limits a field of that unit has.
_LIMITS = {
    "rad": ("lower", "upper"), "m": ("lower", "upper"), "rad/s": ("velocity",), "m/s": ("velocity",), "N*m": ("effort",),
    "N": ("effort",)}


class Opened(NamedTuple):
    """A field of all robots."""

    #: [robots, …], the memory itself
    array: numpy.ndarray
    #: Of one row.
    initial: numpy.ndarray
    is_bool: bool

    def read(self, is_copied: bool) -> numpy.ndarray:
        if self.is_bool:  # other programs may store any byte
            truth: numpy.ndarray = (self.array != 0).view(numpy.uint8)
            return truth
        return self.array.copy() if is_copied else self.array


def open_fields(client: Client, names: Fields, is_action: bool) -> Tuple[Dict[str, Opened], Any]:
    """Fields by their names, and the space of one robot."""
    stated = names if isinstance(names, Mapping) else dict.fromkeys([names] if isinstance(names, str) else names)
    opened, spaces = {}, {}
    for name in stated:
        buffer, _, field = name.partition(".")
        table = client[buffer]
        described = table._field(field)
        if not table.is_per_controller or described.dtype.kind == "S":
            raise Invalid("'{}' is {}: a space has numbers of each robot".format(
                name, "text" if table.is_per_controller else "of a buffer with one row in all"))
        if is_action and not table.is_writable:
            raise NotWritable("'{}' is no action: buffer '{}' is written by the {}".format(name, buffer, table.writer))
        opened[name] = Opened(table[field], table.initial_row()[field], described.type == "bool")
        spaces[name] = _space(client, described, stated[name], is_action)
    if not opened:
        raise Invalid("there are no fields to {}".format("act on" if is_action else "observe"))
    return opened, next(iter(spaces.values())) if isinstance(names, str) else gymnasium.spaces.Dict(spaces)


def _space(client: Client, field: Field, stated: Optional[Tuple[Any, Any]], is_action: bool) -> Any:
    low, high = stated or (_limits(client, field) if is_action else None) or _range(field)
    low, high = (numpy.broadcast_to(numpy.asarray(limit, field.dtype), field.shape).copy() for limit in (low, high))
    return gymnasium.spaces.Box(low, high, field.shape, field.dtype)


def _range(field: Field) -> Tuple[Any, Any]:
    """Of what the field's type can hold."""
    if field.type == "bool":
        return 0, 1
    if field.dtype.kind == "f":
        return -numpy.inf, numpy.inf
    return numpy.iinfo(field.dtype).min, numpy.iinfo(field.dtype).max


def _limits(client: Client, field: Field) -> Optional[Tuple[Any, Any]]:
    """Of what the robot can do, as the config says."""
    if field.convention:
        return -1, 1
    keys = _LIMITS.get(field.unit)
    if field.dtype.kind != "f" or keys is None or not field.columns or not set(field.columns) <= set(client.joints):
        return None
    limits = client.description["robot"]["limits"]
    joints = [limits[client.joints.index(column)] for column in field.columns]
    shape = [1] * len(field.shape)
    shape[field.columns_axis] = len(joints)

    def along(key: str, sign: int) -> numpy.ndarray:
        values = [joint.get(key) for joint in joints]
        return numpy.array([sign * numpy.inf if value is None else value for value in values]).reshape(shape)

    if keys == ("lower", "upper"):
        return along("lower", -1), along("upper", 1)
    return -along(keys[0], 1), along(keys[0], 1)
