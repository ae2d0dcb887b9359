import ControlCluster

// What is the same for all layouts: to find the memory, to check that it is the right one, and the protocol of `latest` rows.
extension PythonBinding {
  private typealias Header = SegmentABI.Header

  var access: String { table + check + latest + cluster }

  private var table: String {
    let lines = model.buffers.map { buffer in
      let layout = buffer.layout
      let latest = buffer.isLatest ? "(\(layout.copyStride), \(layout.sequenceOffset))" : "None"
      return
        "    (\"\(layout.name)\", \"\(buffer.identifier)\", \"\(layout.writer.name)\", \(layout.rows), \(layout.size), \(latest)),"
    }
    return BindingText.lines(
      [
        "# Name, attribute, writer, rows, bytes; of latest buffers, bytes to the other copies and to the sequence words."
      ]
        + ["_BUFFERS = ["] + lines + ["]", "", ""])
  }

  private var check: String {
    """
    def _u32(memory, offset):
        return _struct.unpack_from("<I", memory, offset)[0]


    def _u64(memory, offset):
        return _struct.unpack_from("<Q", memory, offset)[0]


    def matches(memory):
        \"""Why these bytes are not the memory of a cluster that this binding was made for; None when they are.\"""
        size = len(memory)
        if size < \(SegmentABI.page):
            return "it has {} bytes, less than a header".format(size)
        phase, magic = _u32(memory, \(Header.phase)), _u64(memory, \(Header.magic))
        if phase == 0 and magic in (0, \(MapReport.hexadecimal(SegmentABI.magic))):
            return "its server has not published it yet"
        if magic != \(MapReport.hexadecimal(SegmentABI.magic)):
            return "it begins with 0x{:016x}: it is no cluster's memory".format(magic)
        major = _u32(memory, \(Header.abiMajor))
        if major != \(SegmentABI.major):
            return "it has ABI version {}, this binding is for \(SegmentABI.major)".format(major)
        controllers = _u32(memory, \(Header.slotCount))
        if controllers != CONTROLLERS:
            return ("it has {} controllers, this binding is for {}: generate it again from the config that was launched"
                    .format(controllers, CONTROLLERS))
        layout = _u64(memory, \(Header.layoutHash))
        if layout != LAYOUT_HASH:
            return ("it has layout 0x{:016x}, this binding is for 0x{:016x}: generate it again from the config that was launched"
                    .format(layout, LAYOUT_HASH))
        if _u64(memory, \(Header.totalSize)) != size:
            return "it says that it has {} bytes, but {} are mapped".format(_u64(memory, \(Header.totalSize)), size)
        table = _u64(memory, \(Header.buffers))
        if _u32(memory, \(Header.bufferCount)) != len(_BUFFERS) or table + \(SegmentABI.Buffer.stride) * len(_BUFFERS) > size:
            return "it is damaged: its buffer table is not where it says"
        for index, (name, _, _, _, expected, _) in enumerate(_BUFFERS):
            record = table + \(SegmentABI.Buffer.stride) * index
            offset = _u64(memory, record + \(SegmentABI.Buffer.offset))
            if (offset % \(SegmentABI.page) or offset + expected > size or _u64(memory, record + \(SegmentABI.Buffer.size)) != expected
                    or _u64(memory, record + \(SegmentABI.Buffer.rowStride)) != DTYPES[name].itemsize):
                return "it is damaged: its buffer {} contradicts its layout".format(index)
        return None



    """
  }

  private var latest: String {
    """
    _fence_lock = _threading.Lock()


    def _fence():
        # Python has no memory fence of its own. To release a lock and then to acquire one keeps what came before it before
        # what comes after it, on every machine that runs this.
        for _ in range(2):
            with _fence_lock:
                pass


    class LatestRows:
        \"""The rows of a buffer that is readable at any time: several copies a row, and a word that says which one is the newest.\"""

        def __init__(self, rows, words):
            self._rows, self._words = rows, words
            self.dtype = rows.dtype

        def __len__(self):
            return self._rows.shape[1]

        def read(self, row):
            \"""A copy of a row, complete and of one moment, whatever its writer does meanwhile.\"""
            while True:
                before = int(self._words[row])
                _fence()
                copy = self._rows[before % \(SegmentABI.latestCopies), row].copy()
                _fence()
                # Once more if the writer may have come round to that copy meanwhile.
                if (int(self._words[row]) - before) & 0xFFFFFFFFFFFFFFFF < \(SegmentABI.latestCopies - 1):
                    return copy

        def write(self, row, value):
            \"""Publishes a row: readers see all of it or none. One thread of the buffer's writer at a time may.

            `value` is an array of no axes and this dtype: what `read` returns, or `numpy.zeros((), rows.dtype)`.
            \"""
            current = int(self._words[row])
            _fence()
            self._rows[(current + 1) % \(SegmentABI.latestCopies), row] = value
            _fence()
            self._words[row] = (current + 1) & 0xFFFFFFFFFFFFFFFF



    """
  }

  private var cluster: String {
    """
    class Cluster:
        \"""The memory of a cluster that has this layout: an attribute a buffer. Buffers of other roles are read-only.\"""

        def __init__(self, memory, role="observer"):
            reason = matches(memory)
            if reason is not None:
                raise ValueError(reason)
            # Where buffers start depends on what else is in the memory, and is not part of the layout hash.
            table = _u64(memory, \(Header.buffers))
            for index, (name, attribute, writer, rows, _, latest) in enumerate(_BUFFERS):
                dtype, size = DTYPES[name], DTYPES[name].itemsize
                offset = _u64(memory, table + \(SegmentABI.Buffer.stride) * index + \(SegmentABI.Buffer.offset))
                if latest is None:
                    views = [_numpy.ndarray((rows,), dtype, memory, offset, (size,))]
                else:
                    views = [
                        _numpy.ndarray((\(SegmentABI.latestCopies), rows), dtype, memory, offset, (latest[0], size)),
                        _numpy.ndarray((rows,), "<u8", memory, offset + latest[1], (\(SegmentABI.sequenceStride),)),
                    ]
                for view in views:
                    view.flags.writeable = view.flags.writeable and writer == role
                setattr(self, attribute, views[0] if latest is None else LatestRows(*views))


    def attach(name=None, role="observer"):
        \"""Maps a cluster's memory. Raises OSError when there is none, ValueError when it is not of this layout.

        name: the cluster's, or the shared-memory object's; None is the cluster that this process was launched in, and
            '\(model.name)' for a process that was started by hand.
        role: whose buffers may be written: simulator, controller, tool; observer writes none.
        \"""
        if role not in ("observer", "simulator", "controller", "tool"):
            raise ValueError("there is no role '{}': observer, simulator, controller, tool".format(role))
        name = name or _os.environ.get("CCLUSTER_SEGMENT") or "\(model.name)"
        segment = name if name.startswith("/") else "/ccluster.{}.{}".format(_os.getuid(), name)
        writable = role != "observer"
        with open("/dev/shm" + segment, "r+b" if writable else "rb", buffering=0) as file:
            if _os.fstat(file.fileno()).st_size == 0:
                raise ValueError("'{}': its server has not published it yet".format(segment))
            memory = _mmap.mmap(file.fileno(), 0, access=_mmap.ACCESS_WRITE if writable else _mmap.ACCESS_READ)
        reason = matches(memory)
        if reason is None and not _os.path.exists("/proc/{}".format(_u64(memory, \(Header.server)) >> \(SegmentABI.processShift))):
            reason = "its server has ended"
        if reason is not None:
            raise ValueError("'{}': {}".format(segment, reason))
        return Cluster(memory, role)

    """
  }
}
