import ControlCluster

// What is the same for all layouts: to find the memory, to check that it is the right one, and the protocol of `latest` rows,
// with the orderings of `RowAccess`.
extension CBinding {
  var access: String { clusterType + check + attach + (model.buffers.contains(where: \.isLatest) ? latest : "") }

  private typealias Header = SegmentABI.Header
  private var magic: String { MapReport.hexadecimal(SegmentABI.magic) }
  private var count: Int { model.buffers.count }

  private var clusterType: String {
    """
    /// The memory of a cluster that has this layout. Filled by \(prefix)_attach or \(prefix)_bind, and by nothing else.
    typedef struct \(prefix)_cluster {
      unsigned char *memory;
      uint64_t size;
      unsigned char *buffers[\(max(1, count))];
    } \(prefix)_cluster;

    /// Whose buffers may be written; to write another one faults.
    typedef enum \(prefix)_role {
      \(prefix)_role_simulator = \(Writer.simulator.rawValue),
      \(prefix)_role_controller = \(Writer.controller.rawValue),
      \(prefix)_role_tool = \(Writer.tool.rawValue),
      \(prefix)_role_observer = 255
    } \(prefix)_role;


    """
  }

  private var check: String {
    let expected = model.buffers.map { "{\($0.layout.writer.rawValue), \($0.layout.rowStride), \($0.layout.size)}" }
    return """
      static inline uint32_t \(prefix)_u32_(const unsigned char *memory, uint64_t offset) {
        uint32_t value;
        memcpy(&value, memory + offset, sizeof value);
        return value;
      }

      static inline uint64_t \(prefix)_u64_(const unsigned char *memory, uint64_t offset) {
        uint64_t value;
        memcpy(&value, memory + offset, sizeof value);
        return value;
      }

      __attribute__((format(printf, 2, 3))) static inline bool
      \(prefix)_say_(char reason[\(prefix)_reason_size], const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(reason, \(prefix)_reason_size, format, arguments);
        va_end(arguments);
        return false;
      }

      /// Writer, bytes from row to row, and bytes of each buffer.
      static const uint64_t \(prefix)_expected_[\(max(1, expected.count))][3] = {
      \(expected.isEmpty ? "  {0, 0, 0}" : "  " + expected.joined(separator: ",\n  "))
      };

      /// Whether these are the mapped bytes of a cluster that this binding was made for: published, with the magic number, ABI
      /// version and layout hash. If not, `reason` says why.
      static inline bool \(prefix)_matches(const void *memory, uint64_t size, char reason[\(prefix)_reason_size]) {
        const unsigned char *bytes = (const unsigned char *)memory;
        if (size < \(SegmentABI.page))
          return \(prefix)_say_(reason, "it has %" PRIu64 " bytes, less than a header", size);
        uint32_t phase = __atomic_load_n((const uint32_t *)(const void *)(bytes + \(Header.phase)), __ATOMIC_ACQUIRE);
        uint64_t magic = \(prefix)_u64_(bytes, \(Header.magic));
        if (phase == 0 && (magic == 0 || magic == UINT64_C(\(magic))))
          return \(prefix)_say_(reason, "its server has not published it yet");
        if (magic != UINT64_C(\(magic)))
          return \(prefix)_say_(reason, "it begins with 0x%016" PRIx64 ": it is no cluster's memory", magic);
        uint32_t major = \(prefix)_u32_(bytes, \(Header.abiMajor));
        if (major != \(SegmentABI.major))
          return \(prefix)_say_(reason, "it has ABI version %" PRIu32 ", this binding is for \(SegmentABI.major)", major);
        uint32_t controllers = \(prefix)_u32_(bytes, \(Header.slotCount));
        if (controllers != \(prefix)_controllers)
          return \(prefix)_say_(reason, "it has %" PRIu32 " controllers, this binding is for \(model.controllers): "
                            "generate it again from the config that was launched", controllers);
        uint64_t hash = \(prefix)_u64_(bytes, \(Header.layoutHash));
        if (hash != \(prefix)_layout_hash)
          return \(prefix)_say_(reason, "it has layout 0x%016" PRIx64 ", this binding is for 0x%016" PRIx64 ": "
                            "generate it again from the config that was launched", hash, \(prefix)_layout_hash);
        uint64_t total = \(prefix)_u64_(bytes, \(Header.totalSize));
        if (total != size)
          return \(prefix)_say_(reason, "it says that it has %" PRIu64 " bytes, but %" PRIu64 " are mapped", total, size);
        uint64_t table = \(prefix)_u64_(bytes, \(Header.buffers));
        if (\(prefix)_u32_(bytes, \(Header.bufferCount)) != \(count) || table > size ||
            size - table < \(count * SegmentABI.Buffer.stride))
          return \(prefix)_say_(reason, "it is damaged: its buffer table is not where it says");
        for (uint64_t index = 0; index < \(count); index++) {
          uint64_t record = table + index * \(SegmentABI.Buffer.stride);
          uint64_t offset = \(prefix)_u64_(bytes, record + \(SegmentABI.Buffer.offset));
          const uint64_t *expected = \(prefix)_expected_[index];
          if (offset % \(SegmentABI.page) != 0 || offset > size || size - offset < expected[2] ||
              \(prefix)_u64_(bytes, record + \(SegmentABI.Buffer.rowStride)) != expected[1] ||
              \(prefix)_u64_(bytes, record + \(SegmentABI.Buffer.size)) != expected[2])
            return \(prefix)_say_(reason, "it is damaged: its buffer %" PRIu64 " contradicts its layout", index);
        }
        return true;
      }


      """
  }

  private var attach: String {
    """
    /// Takes memory that is mapped already, from its start, for the memory of a cluster. False when it does not match, and
    /// `reason` says why. The mapping stays the caller's, who removes it after the last use of `cluster`.
    static inline bool
    \(prefix)_bind(\(prefix)_cluster *cluster, void *memory, uint64_t size, char reason[\(prefix)_reason_size]) {
      memset(cluster, 0, sizeof *cluster);
      if (!\(prefix)_matches(memory, size, reason)) return false;
      cluster->memory = (unsigned char *)memory;
      cluster->size = size;
      // Where buffers start depends on what else is in the memory, and is not part of the layout hash.
      uint64_t offsets = \(prefix)_u64_(cluster->memory, \(Header.buffers)) + \(SegmentABI.Buffer.offset);
      for (uint64_t index = 0; index < \(count); index++)
        cluster->buffers[index] =
            cluster->memory + \(prefix)_u64_(cluster->memory, offsets + index * \(SegmentABI.Buffer.stride));
      return true;
    }

    /// Unmaps what \(prefix)_attach has mapped.
    static inline void \(prefix)_detach(\(prefix)_cluster *cluster) {
      if (cluster->memory != NULL) munmap(cluster->memory, (size_t)cluster->size);
      memset(cluster, 0, sizeof *cluster);
    }

    /// Maps a cluster's memory: read-only, but for the buffers of `role`. False when there is none, when its server is gone,
    /// or when it does not match; `reason` says why.
    ///
    /// `name` is the cluster's, or the shared-memory object's; NULL is the cluster that this process was launched in, and
    /// '\(model.name)' for a process that was started by hand.
    static inline bool \(prefix)_attach(
        \(prefix)_cluster *cluster, const char *name, \(prefix)_role role, char reason[\(prefix)_reason_size]) {
      memset(cluster, 0, sizeof *cluster);
      if (name == NULL) name = getenv("CCLUSTER_SEGMENT");
      if (name == NULL) name = "\(model.name)";
      char object[256];  // NAME_MAX, and its NUL
      int length = name[0] == '/' ? snprintf(object, sizeof object, "%s", name)
                                  : snprintf(object, sizeof object, "/ccluster.%u.%s", (unsigned)getuid(), name);
      if (length < 0 || (size_t)length >= sizeof object)
        return \(prefix)_say_(reason, "'%.100s' is too long for a cluster's name", name);
      int descriptor = shm_open(object, role == \(prefix)_role_observer ? O_RDONLY : O_RDWR, 0);
      if (descriptor < 0) return \(prefix)_say_(reason, "'%s': %s", object, strerror(errno));
      struct stat status;
      memset(&status, 0, sizeof status);
      void *memory = MAP_FAILED;
      if (fstat(descriptor, &status) == 0)
        memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
      int code = errno;
      close(descriptor);
      // No bytes, no mapping: the server has made the object and not yet given it a size.
      if (memory == MAP_FAILED && status.st_size == 0)
        return \(prefix)_say_(reason, "'%s': its server has not published it yet", object);
      if (memory == MAP_FAILED) return \(prefix)_say_(reason, "'%s': %s", object, strerror(code));
      char why[\(prefix)_reason_size];
      if (!\(prefix)_bind(cluster, memory, (uint64_t)status.st_size, why)) {
        munmap(memory, (size_t)status.st_size);
        return \(prefix)_say_(reason, "'%s': %.150s", object, why);
      }
      char server[32];
      snprintf(server, sizeof server, "/proc/%" PRIu64, \(prefix)_u64_(cluster->memory, \(Header.server)) >> \(SegmentABI.processShift));
      bool is_alive = access(server, F_OK) == 0;
      for (uint64_t index = 0; is_alive && index < \(count); index++) {
        const uint64_t *expected = \(prefix)_expected_[index];
        if (expected[0] != (uint64_t)role || expected[2] == 0) continue;
        if (mprotect(cluster->buffers[index], (size_t)expected[2], PROT_READ | PROT_WRITE) == 0) continue;
        code = errno;
        \(prefix)_detach(cluster);
        return \(prefix)_say_(reason, "'%s': %s", object, strerror(code));
      }
      if (is_alive) return true;
      \(prefix)_detach(cluster);
      return \(prefix)_say_(reason, "'%s': its server has ended", object);
    }


    """
  }

  private var latest: String {
    """
    static inline void \(prefix)_read_latest_(const unsigned char *buffer, size_t row, size_t row_stride, size_t words,
                                   size_t copy_stride, size_t sequence_offset, void *copy) {
      const unsigned char *first = buffer + row * row_stride;
      const uint64_t *sequence =
          (const uint64_t *)(const void *)(buffer + sequence_offset + row * \(SegmentABI.sequenceStride));
      for (;;) {
        // It counts writes, and says which copy is the newest.
        uint64_t before = __atomic_load_n(sequence, __ATOMIC_ACQUIRE);
        const uint64_t *source = (const uint64_t *)(const void *)(first + before % \(SegmentABI.latestCopies) * copy_stride);
        for (size_t index = 0; index < words; index++) {
          uint64_t word = __atomic_load_n(source + index, __ATOMIC_RELAXED);
          memcpy((unsigned char *)copy + 8 * index, &word, 8);
        }
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        // Once more if the writer may have come round to that copy meanwhile.
        if (__atomic_load_n(sequence, __ATOMIC_RELAXED) - before < \(SegmentABI.latestCopies - 1)) return;
      }
    }

    static inline void \(prefix)_write_latest_(unsigned char *buffer, size_t row, size_t row_stride, size_t words,
                                    size_t copy_stride, size_t sequence_offset, const void *copy) {
      uint64_t *sequence = (uint64_t *)(void *)(buffer + sequence_offset + row * \(SegmentABI.sequenceStride));
      uint64_t current = __atomic_load_n(sequence, __ATOMIC_RELAXED);
      // Whoever sees a word of the new copy also sees that `current` was published.
      __atomic_thread_fence(__ATOMIC_RELEASE);
      unsigned char *other = buffer + row * row_stride + (current + 1) % \(SegmentABI.latestCopies) * copy_stride;
      uint64_t *target = (uint64_t *)(void *)other;
      for (size_t index = 0; index < words; index++) {
        uint64_t word;
        memcpy(&word, (const unsigned char *)copy + 8 * index, 8);
        __atomic_store_n(target + index, word, __ATOMIC_RELAXED);
      }
      __atomic_store_n(sequence, current + 1, __ATOMIC_RELEASE);
    }


    """
  }
}
