"""Buffers and fields: arrays over the shared memory itself."""

from ctypes import addressof, byref, c_uint64, memmove
from typing import Any, Dict, Iterable, List, Tuple, Union

import numpy

from . import _library as _c
from ._errors import NotWritable, UnknownName, WrongSync, check


class _Memory:
    """A piece of memory as NumPy takes it over. Arrays over it, and arrays made from those, keep its owner, and so the mapping.

    Not a ctypes array: one that is not to be written would be writable again by its flags, and a write would end the process.
    """

    def __init__(
            self, owner: Any, address: int, shape: Tuple[int, ...], strides: Tuple[int, ...], dtype: str, is_writable: bool):
        self._owner = owner
        self.__array_interface__ = {
            "version": 3, "data": (address, not is_writable), "shape": shape, "strides": strides, "typestr": dtype}


def array_over(
        owner: Any, address: int, shape: Tuple[int, ...], strides: Tuple[int, ...], dtype: str, is_writable: bool) -> numpy.ndarray:
    return numpy.asarray(_Memory(owner, address, shape, strides, dtype, is_writable))


class Field:
    """A named, typed group of columns of a buffer: what the config says of it."""

    name: str
    #: The config's word: f32, bool, ...
    type: str
    #: Of one row, outermost extent first; an array over all rows has one axis more, in front.
    shape: Tuple[int, ...]
    #: Bytes from one element to the next along each axis of one row.
    strides: Tuple[int, ...]
    #: Bytes from the start of a row.
    offset: int
    unit: str
    #: Of a quaternion: 'wxyz' or 'xyzw'; else ''.
    convention: str
    #: 'world', 'base' or ''.
    frame: str
    #: Names along `columns_axis`; empty when they have none.
    columns: Tuple[str, ...]
    columns_axis: int

    def __init__(self, buffer: str, info: _c.FieldInfo):
        rank = info.rank
        self._buffer = buffer
        self.name, self.unit = info.name.decode(), info.unit.decode()
        self.convention, self.frame = info.convention.decode(), info.frame.decode()
        self.type, self.dtype = _c.TYPES[info.type], numpy.dtype(_c.NUMPY[info.type])
        self.shape, self.strides, self.offset = tuple(info.shape[:rank]), tuple(info.strides[:rank]), info.offset
        self.columns, self.columns_axis = _c.texts(info.columns, info.column_count), info.columns_axis

    def index(self, names: Union[str, Iterable[str]]) -> Any:
        """The place of a column, or an array of the places of several, along `columns_axis`.

        >>> legs = state.fields["joint_position"].index(["FL_hip_joint", "FR_hip_joint"])
        >>> state.joint_position[:, legs]
        """
        if isinstance(names, str):
            try:
                return self.columns.index(names)
            except ValueError:
                raise UnknownName("field '{}.{}' has no column '{}'; it has {}".format(
                    self._buffer, self.name, names, ", ".join(self.columns) or "no names for them")) from None
        return numpy.array([self.index(name) for name in names], numpy.intp)

    def __repr__(self) -> str:
        return "<Field {}.{}: {}{}{}>".format(
            self._buffer, self.name, self.type, list(self.shape), " " + self.unit if self.unit else "")


class Buffer:
    """A table in the shared memory, with a row for each controller, or one row in all.

    Fields are attributes: `state.joint_position` is an array [rows, joints] over the memory itself, without a copy; those of a
    buffer that is not this role's to write are read-only. `state["joint_position"]` is the same, for names that are no
    attributes, or are those of this class. Rows are the simulator's between two steps, and the controllers' while one is in
    flight. A bool is a byte that is not 0.

    Such an array stays valid after `detach` and after the run: it keeps the memory mapped, and shows what that holds. This
    object does not: it raises `Detached`.
    """

    def __init__(self, cluster: Any, info: _c.BufferInfo):
        self._cluster = cluster
        self._arrays = {}  # type: Dict[str, numpy.ndarray]
        # Copies: what `info` points to goes with the mapping.
        self._c_name, self._initial_row, self._row_stride = info.name, info.initial_row, info.row_stride
        self.name = info.name.decode()
        self.writer = _c.WRITERS[info.writer]
        self.rows = info.rows
        #: Bytes of a row up to the end of its last field.
        self.row_size = info.row_size
        self.is_per_controller, self.is_latest = bool(info.is_per_controller), bool(info.is_latest)
        self.is_writable = bool(info.is_writable)
        infos = [info.fields[index] for index in range(info.field_count)]
        #: By name, in the order of the config.
        self.fields = {field.name: field for field in (Field(self.name, info) for info in infos)}  # type: Dict[str, Field]
        self._data = {info.name.decode(): info.data for info in infos}
        # Of use only as long as there is a mapping.
        self._infos = {info.name.decode(): addressof(info) for info in infos}
        #: Of one row.
        self.dtype = numpy.dtype({
            "names": list(self.fields), "formats": [(field.dtype, field.shape) for field in self.fields.values()],
            "offsets": [field.offset for field in self.fields.values()], "itemsize": info.row_stride})

    def __getitem__(self, field: str) -> numpy.ndarray:
        mapping = self._cluster._mapping_or_raise()
        array = self._arrays.get(field)
        if array is None:
            array = self._arrays[field] = self._array(mapping, field)
        return array

    def __getattr__(self, name: str) -> numpy.ndarray:
        # What copies and pickles objects looks for names like these before there is anything.
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __dir__(self) -> List[str]:
        return [*super().__dir__(), *self.fields]

    def __repr__(self) -> str:
        return "<Buffer {}: {} x {} bytes, written by the {}; {}>".format(
            self.name, self.rows, self._row_stride, self.writer, ", ".join(self.fields))

    def column(self, field: str, column: str) -> numpy.ndarray:
        """One named column of a field over all rows, without a copy: `state.column("joint_position", "FL_hip_joint")`."""
        array = self[field]
        found = self._field(field)
        return array[(slice(None),) * (found.columns_axis + 1) + (found.index(column),)]

    def torch(self, field: str, copy: bool = False) -> Any:
        """A field as a Torch tensor over the same memory.

        Torch has no tensors that are read-only, and a write to what is not this role's to write would end the process: of such a
        buffer only a `copy` is given, made anew by each call.
        """
        import torch

        array = self[field]
        if copy:
            return torch.from_numpy(array.copy())
        if not array.flags.writeable:
            raise NotWritable(
                "buffer '{}' is written by the {} only, and a tensor cannot be read-only: ask for torch('{}', copy=True)".format(
                    self.name, self.writer, field))
        return torch.from_numpy(array)

    def read(self, row: int = 0) -> numpy.void:
        """A copy of a row with its fields by name; of a `latest` buffer complete and of one moment, whatever its writer does.

        >>> goal = cluster.goal.read(3)
        >>> goal["velocity"]
        """
        return self.read_versioned(row)[0]

    def read_versioned(self, row: int = 0) -> Tuple[numpy.void, int]:
        """The same, and how often the row had been written: one that is not newer has the same number. 0 in a `step` buffer."""
        mapping = self._cluster._mapping_or_raise()
        copy, version, error = numpy.zeros(1, self.dtype), c_uint64(), _c.Error()
        check(_c.library.ccluster_read_row(
            mapping.pointer, self._c_name, row, copy.ctypes.data, byref(version), byref(error)), error)
        found: numpy.void = copy[0]
        return found, version.value

    def write(self, row: int, value: Any) -> None:
        """Publishes a row: what `read` has given, changed. Of a `latest` buffer readers see all of it or none."""
        mapping = self._cluster._mapping_or_raise()
        copy, error = numpy.zeros(1, self.dtype), _c.Error()
        copy[0] = value
        check(_c.library.ccluster_write_row(mapping.pointer, self._c_name, row, copy.ctypes.data, byref(error)), error)

    def initial_row(self) -> numpy.void:
        """What every row holds at first, and a command row after a reset."""
        self._cluster._mapping_or_raise()
        copy = numpy.zeros(1, self.dtype)
        memmove(copy.ctypes.data, self._initial_row, self._row_stride)
        row: numpy.void = copy[0]
        return row

    def _info_of(self, field: str) -> int:
        """What C calls it."""
        return self._infos[field]

    def _field(self, name: str) -> Field:
        try:
            return self.fields[name]
        except KeyError:
            raise UnknownName("buffer '{}' has no field '{}'; it has {}".format(
                self.name, name, ", ".join(self.fields))) from None

    def _array(self, mapping: Any, name: str) -> numpy.ndarray:
        field = self._field(name)
        if self.is_latest:
            raise WrongSync("buffer '{}' is a latest one: read(row) and write(row, value) take and publish whole rows".format(self.name))
        return array_over(
            mapping, self._data[name], (self.rows,) + field.shape, (self._row_stride,) + field.strides, field.dtype.str,
            self.is_writable)

    def _forget(self) -> None:
        self._arrays.clear()
