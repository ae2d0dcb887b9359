"""A reader of a cluster's shared memory in plain Python, from the documented records of segment.h alone."""

import mmap
import struct
from pathlib import Path

import numpy

HEADER = struct.Struct("<QIIQQIIII15Q")
BUFFER = struct.Struct("<IBBBxIIII7Q")
FIELD = struct.Struct("<IBBBBQQ8Q8QIIIII")
SLOT = 192  # bytes of a ccluster_slot
DTYPES = ["bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "char"]
NUMPY = dict(zip(DTYPES, ["u1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "S1"]))
WRITERS = ["simulator", "controller", "server", "tool"]
STATES = ["vacant", "registering", "idle", "active", "failed", "dead"]
STATUSES = ["free", "due", "solved", "failed", "died", "late"]


class Segment:
    def __init__(self, path, writable=False):
        with open(path, "r+b" if writable else "rb") as file:
            protection = mmap.PROT_READ | mmap.PROT_WRITE if writable else mmap.PROT_READ
            self.memory = mmap.mmap(file.fileno(), 0, prot=protection)
        (self.magic, self.major, self.minor, self.size, self.hash, self.slot_count, self.buffer_count, _, _,
         self.control, self.slots, self.buffers_at, self.fields_at, self.strings_at, *_, self.words,
         self.words_stride) = HEADER.unpack_from(self.memory)
        assert self.magic.to_bytes(8, "little") == b"CCLUSTER"

    def string(self, offset):
        start = self.strings_at + offset
        return self.memory[start:self.memory.find(b"\0", start)].decode()

    def strings(self, offset, count):
        names = []
        for _ in range(count):
            names.append(self.string(offset))
            offset += len(names[-1].encode()) + 1
        return names

    def map(self, segment):
        """What `ccluster map --json` prints."""
        buffers = [self._buffer(index) for index in range(self.buffer_count)]
        return {"segment": segment, "size": self.size, "layout_hash": f"0x{self.hash:016x}", "buffers": buffers}

    def _buffer(self, index):
        (name, writer, per, sync, rows, first, count, _, offset, stride, _, _, copy_stride, sequence_offset,
         _) = BUFFER.unpack_from(self.memory, self.buffers_at + index * 128)
        buffer = {
            "name": self.string(name), "writer": WRITERS[writer], "per": ["controller", "cluster"][per],
            "sync": ["step", "latest"][sync], "rows": rows, "offset": offset, "row_stride": stride,
            "fields": [self._field(first + index) for index in range(count)],
        }
        if sync == 1:
            buffer.update(copies=4, copy_stride=copy_stride, sequence_offset=sequence_offset)
        return buffer

    def _field(self, index):
        values = FIELD.unpack_from(self.memory, self.fields_at + index * 256)
        name, dtype, rank, _, _, offset, _ = values[:7]
        unit, _, _, columns, column_count = values[23:]
        return {
            "name": self.string(name), "dtype": DTYPES[dtype], "shape": list(values[7:7 + rank]),
            "strides": list(values[15:15 + rank]), "offset": offset, "unit": self.string(unit),
            "columns": self.strings(columns, column_count),
        }

    def view(self, buffer_name, field_name):
        """[rows, shape…] over the memory itself."""
        buffer = next(b for b in map(self._buffer, range(self.buffer_count)) if b["name"] == buffer_name)
        field = next(f for f in buffer["fields"] if f["name"] == field_name)
        return numpy.ndarray(
            (buffer["rows"], *field["shape"]), NUMPY[field["dtype"]], self.memory, buffer["offset"] + field["offset"],
            (buffer["row_stride"], *field["strides"]))

    def _word(self, offset, code="<Q"):
        return struct.unpack_from(code, self.memory, offset)[0]

    @property
    def steps(self):
        return self._word(self.control + 640)

    @property
    def phase(self):
        return self._word(0x218, "<I")

    @property
    def client(self):
        return self._word(0x210) >> 42

    def step_word(self, slot):
        return self._word(self.words + self.words_stride * slot)

    def lifecycle(self, slot):
        return self._word(self.words + self.words_stride * slot + 8)

    def state(self, slot):
        return STATES[self.lifecycle(slot) & 0xFFFFFFFF]

    def incarnation(self, slot):
        return self.lifecycle(slot) >> 32

    def status(self, slot):
        return STATUSES[self.step_word(slot) & 0xFF]

    def pid(self, slot):
        return self._word(self.slots + SLOT * slot) >> 42

    def states(self):
        return [self.state(slot) for slot in range(self.slot_count)]

    def solves(self, slot):
        return self._word(self.slots + SLOT * slot + 72)


def attach(cluster, writable=False):
    return Segment(Path("/dev/shm") / cluster.segment[1:], writable)
