// The memory map of a cluster, as fixed-size C records: what any program, in any language, finds in the shared-memory
// object `/ccluster.<uid>.<namespace>`. All integers are little-endian; all offsets and sizes are in bytes.
//
//   0x0000  ccluster_header       identity, counts, section offsets, process identities, phase        (one page)
//   0x1000  ccluster_control      doorbell, generation, pending, done: each alone on 128 bytes        (two pages)
//   0x3000  ccluster_words[]      one for each controller, `words_stride` bytes apart
//           ccluster_slot[]       one for each controller, 192 bytes
//           ccluster_buffer[]     the buffer table                      ┐
//           ccluster_field[]      the field table                       │ written before publication,
//           string pool           NUL-terminated UTF-8                  │ read-only afterwards
//           initial rows          one row image for each buffer         │
//           description           JSON: robot, timing, horizon, …       │
//           config                the resolved cluster.yaml             ┘
//           buffers               each starts on a page
//
// Words that several processes change are changed only by atomic operations; `_Atomic` does not import into Swift, so
// they are plain integers here, and the Swift side binds `Synchronization.Atomic` onto them.
#ifndef CCLUSTER_SEGMENT_H
#define CCLUSTER_SEGMENT_H

#include <assert.h>
#include <stdint.h>

#define CCLUSTER_MAGIC 0x52455453554C4343ull /* "CCLUSTER", little-endian */
#define CCLUSTER_ABI_MAJOR 2
#define CCLUSTER_ABI_MINOR 2
#define CCLUSTER_PAGE 4096
#define CCLUSTER_MAX_RANK 8
#define CCLUSTER_STEP_TIMES 512
#define CCLUSTER_LATEST_COPIES 4   /* of a row; its sequence word, modulo this, is the number of the complete one */
#define CCLUSTER_MESSAGE_SIZE 64
#define CCLUSTER_DURATIONS 32      /* buckets of a histogram: k counts those of up to 1024 << k ns that the one before does not; the last one all others */
#define CCLUSTER_SOLVE_SHARDS 12   /* histograms of solve times, which add up to one: two workers seldom share a cache line */

/// A process identity is one 64-bit word, so that it can be claimed by one compare-and-swap: the pid in the upper 22
/// bits (Linux's PID_MAX_LIMIT is 2^22) and the start time in clock ticks since boot (/proc/PID/stat, field 22) below.
/// No process is CCLUSTER_LOST: a worker puts it into its slot's word when it has lost the controller, one that it answers for
/// and that runs elsewhere, and rings the server, which declares the controller dead.
typedef uint64_t ccluster_process;
#define CCLUSTER_LOST 1ull

typedef struct ccluster_header {
  uint64_t magic;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint64_t total_size;
  uint64_t layout_hash;
  uint32_t slot_count;
  uint32_t buffer_count;
  uint32_t field_count;
  uint32_t name;                  // string pool offset of the cluster's name
  uint64_t control_offset;
  uint64_t slots_offset;
  uint64_t buffers_offset;        // the buffer table
  uint64_t fields_offset;         // the field table
  uint64_t strings_offset;
  uint64_t strings_size;
  uint64_t initial_rows_offset;
  uint64_t initial_rows_size;
  uint64_t description_offset;
  uint64_t description_size;
  uint64_t config_offset;
  uint64_t config_size;
  uint64_t data_offset;           // the first buffer
  uint64_t words_offset;
  uint64_t words_stride;          // 16, 32 or 64: see ccluster_words
  uint8_t reserved_layout[512 - 168];
  // 0x200: changes during a run
  ccluster_process server;        // owner of the object
  ccluster_process launcher;
  ccluster_process client;        // the one client, claimed by compare-and-swap; 0 when there is none
  uint32_t phase;                 // ccluster_phase, a futex
  uint8_t reserved[4096 - 512 - 28];
} ccluster_header;

enum ccluster_phase { CCLUSTER_EMPTY = 0, CCLUSTER_READY = 1, CCLUSTER_STOPPING = 2, CCLUSTER_CLOSED = 3 };

typedef struct ccluster_control {
  uint32_t doorbell;              // futex: workers sleep on it; every change they must notice rings it
  uint8_t pad0[124];
  uint32_t generation;            // the step in flight, or the last one
  uint8_t pad1[124];
  uint64_t pending;               // generation << 32 | how many are still due: a hint, the slot words decide
  uint8_t pad2[120];
  uint32_t done;                  // futex: the client sleeps on it; the last generation that has settled
  uint8_t pad3[124];
  uint32_t server_bell;           // futex: the server sleeps on it; registrations and requests ring it
  uint8_t pad4[124];
  // 0x280: written by the client only
  uint64_t steps;                 // completed calls of solve()
  uint64_t last_step_ns;
  uint64_t first_step_at_ns;      // CLOCK_MONOTONIC
  uint64_t last_step_at_ns;
  uint64_t simulated_ns;          // simulation time, when the simulator tells it
  uint32_t solved, failed, died, late;    // counts of the last step's report
  uint64_t turn;                  // generation << 32 | changes: odd while a step is in flight and the simulator's rows stay
  // since ABI 2.1, before which these bytes were 0: of all steps
  uint64_t total_step_ns;
  uint64_t total_solved, total_failed, total_died, total_late;
  uint64_t patience_ns;           // how long the client waits for the step in flight; since ABI 2.2, before which it was 0
  uint8_t pad5[16];
  uint64_t step_durations[CCLUSTER_DURATIONS];    // counts; together they are `steps`
  // 0x400: by workers, each of whom adds to one shard; since ABI 2.1
  uint64_t solve_durations[CCLUSTER_SOLVE_SHARDS][CCLUSTER_DURATIONS];
  uint64_t step_times_ns[CCLUSTER_STEP_TIMES];   // step k's time stands at k % CCLUSTER_STEP_TIMES
} ccluster_control;

enum ccluster_status { CCLUSTER_FREE = 0, CCLUSTER_DUE = 1, CCLUSTER_SOLVED = 2, CCLUSTER_FAILED = 3, CCLUSTER_DIED = 4,
                       CCLUSTER_LATE = 5 };
enum ccluster_state { CCLUSTER_VACANT = 0, CCLUSTER_REGISTERING = 1, CCLUSTER_IDLE = 2, CCLUSTER_ACTIVE = 3,
                      CCLUSTER_FAILED_STATE = 4, CCLUSTER_DEAD = 5 };
enum ccluster_step_request { CCLUSTER_SOLVE = 0, CCLUSTER_RESET = 1 };
enum ccluster_contents { CCLUSTER_CONTENTS_INITIAL = 0, CCLUSTER_CONTENTS_SOLVED = 1, CCLUSTER_CONTENTS_STOPPED = 2,
                         CCLUSTER_CONTENTS = 3 /* the bits of them */ };
// Beside it, what the next step fills the rows with; until then they stay, for the client may be reading them.
enum ccluster_filling {
  CCLUSTER_FILL_FAILURE = 4,   // as on_failure says: the controller has died since, or has failed in a reset that a request asked for
  CCLUSTER_FILL_INITIAL = 8    // with the initial values: it was deactivated, or reset by a request
};
enum ccluster_rows_mark {
  CCLUSTER_ROWS_BEING_WRITTEN = 1,   // what a death leaves torn, until the server has filled them
  CCLUSTER_ROWS_OUTSIDE_STEP = 2     // not the generation's answer, but written since: late, or for a death
};
enum ccluster_request { CCLUSTER_REQUEST_ACTIVATE = 1, CCLUSTER_REQUEST_DEACTIVATE = 2, CCLUSTER_REQUEST_RESET = 4 };

// What a step changes of a slot. Side by side, so that a worker that hosts many slots, and the client, find four of them on a
// cache line; 32 or 64 bytes apart where a worker hosts fewer, so that no two workers share a line.
typedef struct ccluster_words {
  uint64_t step;                  // generation << 32 | ccluster_step_request << 8 | ccluster_status
  uint64_t lifecycle;             // incarnation << 32 | ccluster_state, changed only by compare-and-swap
} ccluster_words;

typedef struct ccluster_slot {
  // who is there, and what is asked of it: rarely changed
  ccluster_process process;
  uint32_t request;               // ccluster_request bits, set by anyone, cleared by the worker once carried out
  uint32_t prepared;              // 1 once the controller is built and waits for steps
  uint64_t registering_at_ns;     // CLOCK_MONOTONIC
  uint64_t registration_ns;       // from registering to prepared
  uint32_t restarts;
  uint32_t late_steps;            // steps in which it was late, counted by the client; since ABI 2.1
  uint8_t pad0[24];
  // what a solve leaves: the worker only
  // What the controller's rows are of: generation << 32 | count << 2 | ccluster_rows_mark. It changes before the first and
  // after the last byte of every write; for a dead controller the server writes them.
  uint64_t rows;
  uint64_t solves;
  uint64_t failures;
  uint64_t last_solve_ns;
  uint64_t max_solve_ns;
  uint64_t total_solve_ns;
  uint32_t contents;              // ccluster_contents of its rows, written by who fills them: the worker, or the server for a dead one
  uint8_t pad2[12];
  char message[CCLUSTER_MESSAGE_SIZE];   // why the last solve failed, NUL-terminated UTF-8
} ccluster_slot;

typedef struct ccluster_buffer {
  uint32_t name;                  // string pool offset
  uint8_t writer;                 // ccluster_writer
  uint8_t per;                    // ccluster_per
  uint8_t sync;                   // ccluster_sync
  uint8_t pad;
  uint32_t rows;
  uint32_t first_field;
  uint32_t field_count;
  uint32_t align;
  uint64_t offset;                // from the start of the object: row 0 (of copy 0)
  uint64_t row_stride;
  uint64_t row_size;              // without the padding behind the last field
  uint64_t size;                  // all that belongs to the buffer
  uint64_t copy_stride;           // latest: from one copy of a row to the next of CCLUSTER_LATEST_COPIES; step: 0
  uint64_t sequence_offset;       // latest: from `offset` to the first row's sequence word, one every 64 bytes; step: 0.
                                  // Of a tool's row, since ABI 2.1: 8 bytes behind the word the ccluster_process that writes it
                                  // at this moment, claimed by compare-and-swap, 0 when nobody does; 16 behind, who wrote last
  uint64_t initial_row;           // offset in the initial-rows section; row_stride bytes
  uint8_t reserved[48];
} ccluster_buffer;

enum ccluster_writer { CCLUSTER_SIMULATOR = 0, CCLUSTER_CONTROLLER = 1, CCLUSTER_SERVER = 2, CCLUSTER_TOOL = 3 };
enum ccluster_per { CCLUSTER_PER_CONTROLLER = 0, CCLUSTER_PER_CLUSTER = 1 };
enum ccluster_sync { CCLUSTER_STEP = 0, CCLUSTER_LATEST = 1 };

typedef struct ccluster_field {
  uint32_t name;                  // string pool offset
  uint8_t dtype;                  // ccluster_dtype
  uint8_t rank;
  uint8_t columns_axis;           // the axis that `columns` names
  uint8_t initial_is_homing;      // 1: its initial value is the homing, so `on_failure: stop` keeps it
  uint64_t offset;                // from the start of its row
  uint64_t size;
  uint64_t shape[CCLUSTER_MAX_RANK];
  uint64_t strides[CCLUSTER_MAX_RANK];
  uint32_t unit;                  // string pool offsets; 0 is the empty string
  uint32_t convention;
  uint32_t frame;
  uint32_t columns;               // column_count NUL-terminated names, one behind the other
  uint32_t column_count;
  uint8_t reserved[256 - 172];
} ccluster_field;

enum ccluster_dtype { CCLUSTER_BOOL = 0, CCLUSTER_I8, CCLUSTER_I16, CCLUSTER_I32, CCLUSTER_I64, CCLUSTER_U8, CCLUSTER_U16,
                      CCLUSTER_U32, CCLUSTER_U64, CCLUSTER_F32, CCLUSTER_F64, CCLUSTER_CHAR };

static_assert(sizeof(ccluster_header) == 4096, "header is one page");
static_assert(__builtin_offsetof(ccluster_header, server) == 0x200, "mutable half of the header");
static_assert(sizeof(ccluster_control) == 8192, "control block is two pages");
static_assert(__builtin_offsetof(ccluster_control, generation) == 128, "a cache line pair each");
static_assert(__builtin_offsetof(ccluster_control, pending) == 256, "a cache line pair each");
static_assert(__builtin_offsetof(ccluster_control, done) == 384, "a cache line pair each");
static_assert(__builtin_offsetof(ccluster_control, step_times_ns) == 4096, "the ring has a page of its own");
static_assert(sizeof(ccluster_words) == 16, "four on a cache line");
static_assert(__builtin_offsetof(ccluster_words, lifecycle) == 8, "Slot.lifecycleBits");
static_assert(sizeof(ccluster_slot) == 192, "slot");
static_assert(__builtin_offsetof(ccluster_slot, rows) == 64, "slot lines");
static_assert(__builtin_offsetof(ccluster_slot, message) == 128, "slot lines");
static_assert(__builtin_offsetof(ccluster_header, launcher) == 0x208, "Segment.launcherWord");
static_assert(__builtin_offsetof(ccluster_header, client) == 0x210, "Segment.clientWord");
static_assert(__builtin_offsetof(ccluster_header, phase) == 0x218, "Segment.phaseWord");
static_assert(__builtin_offsetof(ccluster_control, server_bell) == 512, "ControlBlock.serverBell");
static_assert(__builtin_offsetof(ccluster_control, steps) == 640, "ControlBlock.steps");
static_assert(__builtin_offsetof(ccluster_control, simulated_ns) == 672, "ControlBlock.simulatedNanoseconds");
static_assert(__builtin_offsetof(ccluster_control, late) == 692, "ControlBlock.late");
static_assert(__builtin_offsetof(ccluster_control, turn) == 696, "ControlBlock.turnBits");
static_assert(__builtin_offsetof(ccluster_control, total_step_ns) == 704, "ControlBlock.totalStepNanoseconds");
static_assert(__builtin_offsetof(ccluster_control, total_late) == 736, "ControlBlock.totalLate");
static_assert(__builtin_offsetof(ccluster_control, patience_ns) == 744, "ControlBlock.patience");
static_assert(__builtin_offsetof(ccluster_control, step_durations) == 768, "ControlBlock.stepDurations");
static_assert(__builtin_offsetof(ccluster_control, solve_durations) == 1024, "ControlBlock.solveDurations");
static_assert(__builtin_offsetof(ccluster_slot, late_steps) == 36, "Slot.lateSteps");
static_assert(__builtin_offsetof(ccluster_slot, request) == 8, "Slot.requests");
static_assert(__builtin_offsetof(ccluster_slot, registration_ns) == 24, "Slot.registrationNanoseconds");
static_assert(__builtin_offsetof(ccluster_slot, restarts) == 32, "Slot.restarts");
static_assert(__builtin_offsetof(ccluster_slot, total_solve_ns) == 104, "Slot.totalSolve");
static_assert(__builtin_offsetof(ccluster_slot, contents) == 112, "Slot.contents");
static_assert(sizeof(ccluster_buffer) == 128, "buffer record");
static_assert(sizeof(ccluster_field) == 256, "field record");

#endif
