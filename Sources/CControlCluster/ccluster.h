/* libccluster: join a running cluster of receding-horizon controllers from C, or from anything that can call C.
 *
 *   ccluster_cluster *cluster;
 *   ccluster_client *client;
 *   ccluster_report report;
 *   ccluster_error error;
 *   if (ccluster_attach("go2", CCLUSTER_ROLE_SIMULATOR, 1.0, &cluster, &error)
 *       || ccluster_client_new(cluster, &client, &error)) return puts(error.message);
 *   const ccluster_field_info *position =
 *       ccluster_find_field(cluster, "robot_state", "joint_position", CCLUSTER_TYPE_F32, &error);
 *   const ccluster_field_info *command =
 *       ccluster_find_field(cluster, "rhc_commands", "joint_position", CCLUSTER_TYPE_F32, &error);
 *   for (int step = 0; step < 1000; step++) {
 *     for (uint32_t robot = 0; robot < position->rows; robot++) ((float *)ccluster_at(position, robot))[0] = ...;
 *     if (ccluster_client_solve(client, NULL, &report, &error)) break;
 *     ... ((const float *)ccluster_at(command, robot))[0] ...
 *   }
 *   ccluster_client_drop(client);
 *   ccluster_release(cluster);
 *
 * Conventions
 *   - A function that can fail returns CCLUSTER_OK (0), CCLUSTER_PENDING (1: not an error, come again) or an error's code, and
 *     then leaves what it would have returned alone; one that returns a pointer returns NULL. `error`, the last parameter, may be
 *     NULL; it is filled in on errors only. Its message says what, of which thing, and what to do where that helps.
 *   - There is no global state: handles are independent of each other. "Any thread": from several threads at once, also on one
 *     handle. "One thread at a time": the caller sees to it, for each handle. `drop` and `release` take the handle away from
 *     everybody.
 *   - Times are in seconds. Texts are NUL-terminated UTF-8. Numbers of controllers ("slots"), rows and axes start at 0.
 *   - A NULL handle, or one that was dropped, is a mistake that is not looked for.
 *   - After fork() only the parent may use its handles.
 *
 * Linux on x86-64 or arm64, little-endian.
 */
#ifndef CCLUSTER_H
#define CCLUSTER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. It grows with each set of new functions, which carry a symbol version of their own
 * (CCLUSTER_1, ...), so that a program that needs them is refused by the dynamic linker where they are not. What is here is never
 * changed: that would be another SONAME than libccluster.so.1. */
#define CCLUSTER_API 2

/* CCLUSTER_API of the library that is loaded: for programs that load it by themselves. Any thread. */
uint32_t ccluster_api(void);

/* ---- Errors ------------------------------------------------------------------------------------------------------------ */

enum ccluster_code {
  CCLUSTER_OK = 0,
  CCLUSTER_PENDING = 1,            /* the time that the call was given has passed: come again */
  /* attaching */
  CCLUSTER_ERROR_NOT_FOUND = 2,    /* no cluster of that name runs on this machine */
  CCLUSTER_ERROR_OTHER_USER = 3,   /* another user's cluster has the name */
  CCLUSTER_ERROR_NOT_READY = 4,    /* it is only just starting: its memory was not published in time */
  CCLUSTER_ERROR_SERVER_DEAD = 5,  /* what is there is left over from a server that is gone */
  CCLUSTER_ERROR_WRONG_ABI = 6,    /* its memory has another version than this library */
  CCLUSTER_ERROR_NOT_A_CLUSTER = 7, /* it is no cluster's memory, or damaged */
  /* taking part */
  CCLUSTER_ERROR_STOPPED = 8,      /* the cluster is stopping: time to end */
  CCLUSTER_ERROR_SERVER_GONE = 9,  /* its server has died: nobody will declare deaths any more */
  CCLUSTER_ERROR_CLIENT_TAKEN = 10, /* another live process, or this one, is the client */
  CCLUSTER_ERROR_SLOT_TAKEN = 11,  /* another live process runs that controller */
  CCLUSTER_ERROR_OUT_OF_ORDER = 12, /* wait without trigger, trigger twice, settle without a task */
  CCLUSTER_ERROR_NO_ANSWER = 13,   /* a controller has not carried a request out in time */
  /* asking for what is not there */
  CCLUSTER_ERROR_UNKNOWN_NAME = 14, /* no such buffer, field or value */
  CCLUSTER_ERROR_WRONG_TYPE = 15,  /* the field holds another type, or the value is none of that kind */
  CCLUSTER_ERROR_WRONG_SYNC = 16,  /* rows of a `latest` buffer are read and written whole: ccluster_read_row */
  CCLUSTER_ERROR_NOT_WRITABLE = 17, /* another role writes the buffer */
  CCLUSTER_ERROR_OUT_OF_RANGE = 18, /* no such slot or row */
  CCLUSTER_ERROR_INVALID = 19,     /* an argument, or a variable of the environment, makes no sense */
  CCLUSTER_ERROR_SYSTEM = 20,      /* a system call failed: see system_errno */
  CCLUSTER_ERROR_FAILED = 21       /* anything else */
};

typedef struct ccluster_error {
  int32_t code;                    /* enum ccluster_code */
  int32_t system_errno;            /* of CCLUSTER_ERROR_SYSTEM; else 0 */
  char message[504];               /* cut at a whole character when it is longer */
} ccluster_error;

/* ---- Attaching --------------------------------------------------------------------------------------------------------- */

/* A cluster's memory in this process. Reference-counted: clients and controllers hold a reference of their own. */
typedef struct ccluster_cluster ccluster_cluster;

/* What this process may write. All else is mapped read-only: a program that writes where it must not faults (SIGSEGV). */
enum ccluster_role {
  CCLUSTER_ROLE_OBSERVER = 0,      /* nothing */
  CCLUSTER_ROLE_SIMULATOR = 1,     /* the buffers whose writer is the simulator; may become the client */
  CCLUSTER_ROLE_CONTROLLER = 2,    /* the buffers whose writer is the controller; may take slots */
  CCLUSTER_ROLE_TOOL = 3           /* the buffers whose writer is a tool; may ask controllers for something */
};

/* Attaches to a running cluster.
 *   name      the cluster's, or the object's full name (/ccluster.UID.NAME); NULL: the one that this process was launched in
 *   patience  how long to wait for a memory that is only just being published
 * Any thread. */
int ccluster_attach(const char *name, int32_t role, double patience, ccluster_cluster **cluster, ccluster_error *error);

/* Another reference. Any thread. */
ccluster_cluster *ccluster_retain(ccluster_cluster *cluster);

/* Gives a reference back; the last one unmaps the memory, and with it all that was found out from it. Any thread. */
void ccluster_release(ccluster_cluster *cluster);

/* Whether the cluster is being stopped, or has stopped: time to end. Any thread. */
int ccluster_is_stopping(const ccluster_cluster *cluster);

/* ---- What a cluster is ------------------------------------------------------------------------------------------------- */

/* The type of an element, little-endian at its natural alignment. A bool is a byte that is not 0: other programs may store any. */
enum ccluster_type {
  CCLUSTER_TYPE_BOOL = 0, CCLUSTER_TYPE_I8, CCLUSTER_TYPE_I16, CCLUSTER_TYPE_I32, CCLUSTER_TYPE_I64,
  CCLUSTER_TYPE_U8, CCLUSTER_TYPE_U16, CCLUSTER_TYPE_U32, CCLUSTER_TYPE_U64,
  CCLUSTER_TYPE_F32, CCLUSTER_TYPE_F64,
  CCLUSTER_TYPE_CHAR,              /* NUL-padded UTF-8 */
  CCLUSTER_TYPE_ANY = 255          /* only to ask with */
};

enum ccluster_buffer_writer {
  CCLUSTER_WRITER_SIMULATOR = 0, CCLUSTER_WRITER_CONTROLLER = 1, CCLUSTER_WRITER_SERVER = 2, CCLUSTER_WRITER_TOOL = 3
};

/* A named, typed group of columns of a buffer, over all its rows. Lives as long as the cluster's handle, and so does all that it
 * points to. */
typedef struct ccluster_field_info {
  const char *name;
  const char *unit;                /* "" when the config gives none */
  const char *convention;          /* of a quaternion: "wxyz" or "xyzw"; else "" */
  const char *frame;               /* "world", "base" or "" */
  uint32_t type;                   /* enum ccluster_type */
  uint32_t rank;                   /* axes of one row's value; 0 is a scalar */
  uint64_t shape[8];               /* extents, outermost first; one of 0 takes no bytes */
  uint64_t strides[8];             /* bytes from one element to the next along each axis (row-major, dense) */
  uint64_t count;                  /* elements in one row */
  uint64_t size;                   /* bytes in one row */
  uint64_t offset;                 /* bytes from the start of a row */
  const char *const *columns;      /* names along columns_axis; NULL when they have none */
  uint32_t column_count;
  uint32_t columns_axis;
  /* Over all rows, of a `sync: step` buffer: */
  void *data;                      /* row 0's first element; NULL in a `latest` buffer */
  uint64_t row_stride;             /* bytes from one row to the next */
  uint32_t rows;
  uint32_t is_writable;            /* whether this role writes it; a write to another one faults */
} ccluster_field_info;

/* A table with a row for each controller, or one row in all. Lives as long as the cluster's handle. */
typedef struct ccluster_buffer_info {
  const char *name;
  const ccluster_field_info *fields;
  uint32_t field_count;
  uint32_t writer;                 /* enum ccluster_buffer_writer */
  uint32_t is_per_controller;      /* row i is controller i's; else there is one row */
  uint32_t is_latest;              /* rows are read and written whole, at any time; else `solve` hands them over */
  uint32_t is_writable;            /* whether this role writes it */
  uint32_t rows;
  uint64_t row_stride;             /* bytes from one row to the next */
  uint64_t row_size;               /* bytes of a row up to the end of its last field */
  void *data;                      /* row 0; NULL of a `latest` buffer */
  const void *initial_row;         /* what every row holds at first, and a command row after a reset; row_stride bytes */
} ccluster_buffer_info;

/* All that is known of a cluster. Lives as long as its handle. */
typedef struct ccluster_info {
  const char *name;
  const char *segment;             /* the shared-memory object's name */
  uint64_t size;                   /* bytes of the object */
  uint64_t layout_hash;            /* two clusters of the same one have the same buffers, fields and columns */
  const ccluster_buffer_info *buffers;   /* in the order of the config */
  uint32_t buffer_count;
  uint32_t controllers;            /* and so slots, and rows of a per-controller buffer */
  uint32_t joints;                 /* of the robot; their order is the columns' */
  uint32_t contacts;
  uint32_t nodes;                  /* of the horizon, which spans (nodes - 1) * horizon_dt */
  uint32_t steps_per_cluster;      /* simulation steps in one cluster step: cluster_dt / simulation_dt */
  double simulation_dt;
  double cluster_dt;
  double horizon_dt;
  double solve_timeout;
  const char *const *joint_names;
  const char *const *contact_names;
  const double *homing;            /* rad or m, one for each joint */
  const char *description;         /* JSON: robot, timing, horizon, controllers and simulator, with the users' parameters */
  uint32_t first_controller;       /* number of slot 0 in the whole cluster: 0, but on another host than the first of several */
} ccluster_info;

/* Any thread. */
const ccluster_info *ccluster_describe(const ccluster_cluster *cluster);

/* The buffer of that name; UNKNOWN_NAME says which there are. Any thread. */
const ccluster_buffer_info *ccluster_find_buffer(const ccluster_cluster *cluster, const char *buffer, ccluster_error *error);

/* The field of that name, checked to hold that type (CCLUSTER_TYPE_ANY: any). Any thread. */
const ccluster_field_info *ccluster_find_field(
    const ccluster_cluster *cluster, const char *buffer, const char *field, int32_t type, ccluster_error *error);

/* A row's elements of a field of a `step` buffer, in the memory itself: `field->count` of them, row-major. Rows are the
 * simulator's between two steps, and the controllers' while one is in flight. */
static inline void *ccluster_at(const ccluster_field_info *field, uint32_t row) {
  return (char *)field->data + (size_t)row * field->row_stride;
}

/* A number or a boolean (0, 1) of the description, by its path: "robot.mass", "controllers.parameters.weights.0". Any thread. */
int ccluster_number(const ccluster_cluster *cluster, const char *path, double *value, ccluster_error *error);

/* A text of the description, by its path; of what is no text its JSON. Writes at most `size` bytes, NUL included.
 *   length  bytes of the whole text without the NUL; may be NULL
 * Any thread. */
int ccluster_text(
    const ccluster_cluster *cluster, const char *path, char *text, size_t size, size_t *length, ccluster_error *error);

/* Copies a row out, of a `latest` buffer complete and of one moment, whatever its writer does meanwhile.
 *   bytes    row_size of them
 *   version  how often it had been written, with its initial values for the first time; 0 in a `step` buffer; may be NULL
 * Any thread. */
int ccluster_read_row(
    const ccluster_cluster *cluster, const char *buffer, uint32_t row, void *bytes, uint64_t *version, ccluster_error *error);

/* Copies a row in; of a `latest` buffer readers see all of it or none. One thread of one process at a time for each row, but of a
 * `latest` buffer whose writer is a tool: there others wait for each other, and one that a suspended process holds is an error
 * (CCLUSTER_ERROR_FAILED). */
int ccluster_write_row(
    ccluster_cluster *cluster, const char *buffer, uint32_t row, const void *bytes, ccluster_error *error);

/* ---- Controllers, seen from outside -------------------------------------------------------------------------------------- */

enum ccluster_slot_state {
  CCLUSTER_STATE_VACANT = 0, CCLUSTER_STATE_REGISTERING = 1, CCLUSTER_STATE_IDLE = 2, CCLUSTER_STATE_ACTIVE = 3,
  CCLUSTER_STATE_FAILED = 4,       /* alive, but takes no part until it is reset */
  CCLUSTER_STATE_DEAD = 5
};

typedef struct ccluster_slot_info {
  uint32_t state;                  /* enum ccluster_slot_state */
  int32_t pid;                     /* 0 when there is nobody */
  uint32_t restarts;
  uint32_t is_prepared;            /* built, and waiting for steps */
  uint64_t solves;
  uint64_t failures;
  double registration_time;
  double last_solve_time;
  double max_solve_time;
  double total_solve_time;
  char message[64];                /* why the last failed solve failed; "" when none did */
} ccluster_slot_info;

/* What is known of a controller now. Any thread. */
int ccluster_inspect(const ccluster_cluster *cluster, uint32_t slot, ccluster_slot_info *info, ccluster_error *error);

enum ccluster_slot_request {
  CCLUSTER_ASK_ACTIVATE = 1,       /* take part in steps */
  CCLUSTER_ASK_DEACTIVATE = 2,     /* take no part; the rows hold their initial values from the next step on */
  CCLUSTER_ASK_RESET = 4           /* reset beside the steps; the client's way is ccluster_client_reset */
};

/* Asks controllers for something and waits until each has carried it out. As simulator or tool.
 *   timeout  NO_ANSWER names those that had not by then; they are asked no longer
 * Any thread. */
int ccluster_request(
    ccluster_cluster *cluster, int32_t request, const uint32_t *slots, size_t count, double timeout, ccluster_error *error);

/* The same in parts, for a program that has to look at something else meanwhile (API 2). Any thread.
 *   begin     asks, and does not wait
 *   wait      PENDING when not all have carried it out within `slice`
 *   withdraw  asks no longer: NO_ANSWER names those that had not carried it out, `waited` is how long that took; OK: all had */
int ccluster_request_begin(
    ccluster_cluster *cluster, int32_t request, const uint32_t *slots, size_t count, ccluster_error *error);
int ccluster_request_wait(
    ccluster_cluster *cluster, int32_t request, const uint32_t *slots, size_t count, double slice, ccluster_error *error);
int ccluster_request_withdraw(
    ccluster_cluster *cluster, int32_t request, const uint32_t *slots, size_t count, double waited, ccluster_error *error);

/* ---- The client: steps the cluster --------------------------------------------------------------------------------------- */

/* A cluster has one client at a time. One thread at a time. */
typedef struct ccluster_client ccluster_client;

/* How a slot stood at the end of a step. */
enum ccluster_outcome {
  CCLUSTER_OUTCOME_NONE = 0,
  CCLUSTER_OUTCOME_SOLVED = 2,
  CCLUSTER_OUTCOME_FAILED = 3,     /* its controller answered that it could not solve */
  CCLUSTER_OUTCOME_DIED = 4,       /* its process died */
  CCLUSTER_OUTCOME_LATE = 5        /* it had not answered when the time was over, and may still be working */
};

/* What a controller's rows are worth now. */
enum ccluster_content {
  CCLUSTER_ROWS_SOLVED = 0,        /* what it solved in the last step */
  CCLUSTER_ROWS_HELD = 1,          /* what it solved before */
  CCLUSTER_ROWS_STOPPED = 2,       /* the positions that it commanded last, all else initial */
  CCLUSTER_ROWS_INITIAL = 3,       /* the initial values, homing */
  CCLUSTER_ROWS_UNFINISHED = 4     /* it is late, and may be writing them at this moment */
};

typedef struct ccluster_report {
  uint32_t generation;             /* the step's number */
  uint32_t participants;
  uint32_t solved, failed, died, late;   /* of the participants */
  double duration;                 /* from trigger until the last had settled */
} ccluster_report;

/* How long to wait for a step; a negative number is the default. */
typedef struct ccluster_wait {
  double timeout;                  /* those who have not answered by then are late. Default: `solve_timeout` of the config */
  double slice;                    /* the call returns PENDING by then, about, with the step still in flight: wait again, with
                                      the same timeout, to which the time so far counts. Default: it does not come back before */
} ccluster_wait;

/* Becomes the client of a cluster that was attached to as simulator. Settles what a predecessor has left in flight. */
int ccluster_client_new(ccluster_cluster *cluster, ccluster_client **client, ccluster_error *error);

/* Gives the cluster free for another client; a step in flight is settled by that one. NULL is nothing to do. */
void ccluster_client_drop(ccluster_client *client);

/* Hands a step to all active controllers, and waits until each has settled. A controller that failed, died or is late is no
 * error: the report counts it. What else can go wrong: STOPPED, SERVER_GONE, OUT_OF_ORDER, INVALID (a timeout).
 *   how  NULL: all defaults */
int ccluster_client_solve(
    ccluster_client *client, const ccluster_wait *how, ccluster_report *report, ccluster_error *error);

/* The same in two, so that the program can work meanwhile, but for the rows: those are the controllers' until then. */
int ccluster_client_trigger(ccluster_client *client, ccluster_error *error);
int ccluster_client_wait(
    ccluster_client *client, const ccluster_wait *how, ccluster_report *report, ccluster_error *error);

/* A step that resets controllers (NULL: all that can be): their rows hold the initial values, a failed one takes part again.
 * After PENDING go on with ccluster_client_wait. */
int ccluster_client_reset(
    ccluster_client *client, const uint32_t *slots, size_t count, const ccluster_wait *how, ccluster_report *report,
    ccluster_error *error);

/* How each controller stood at the end of the last step (enum ccluster_outcome), and what each one's rows are worth now
 * (enum ccluster_content): `controllers` bytes each; either may be NULL. */
void ccluster_client_outcomes(const ccluster_client *client, uint8_t *outcomes, uint8_t *contents);

/* Copies a field of a `step` buffer out of all rows, dense: `rows` * `size` bytes (API 2). What a late controller may be writing at
 * this moment is not copied, but what `on_failure` of the config says: with `hold` the values stay as they are, `homing` puts the
 * initial ones in, `stop` leaves positions and puts in the initial values of all else. So hand in what the last copy gave, and
 * before the first one what is safe to command: `initial_row`.
 *   field  of the client's cluster, as ccluster_find_field returns it */
int ccluster_client_copy(
    const ccluster_client *client, const ccluster_field_info *field, void *values, ccluster_error *error);

/* ---- Controllers, from inside -------------------------------------------------------------------------------------------- */

/* The controllers that this process runs. One thread at a time.
 *
 *   ccluster_controllers_new(cluster, 0, 0, &mine, &error);     those that this process was launched for
 *   float *command = (float *)((char *)ccluster_controllers_row(mine, slot, "rhc_commands", &error) + field->offset);
 *   ccluster_controllers_ready(mine);
 *   while (ccluster_controllers_next(mine, -1, &task, &error) == CCLUSTER_OK) {
 *     ... read, compute, command[0] = ...
 *     ccluster_controllers_settle(mine, NULL, &error);
 *   }
 */
typedef struct ccluster_controllers ccluster_controllers;

enum ccluster_task_kind { CCLUSTER_TASK_SOLVE = 0, CCLUSTER_TASK_RESET = 1 };

typedef struct ccluster_task {
  uint32_t slot;
  uint32_t kind;                   /* enum ccluster_task_kind */
} ccluster_task;

/* Takes slots of a cluster that was attached to as controller: `count` from `first` on, or with a count of 0 those that this
 * process was launched for (CCLUSTER_FIRST_SLOT, CCLUSTER_SLOT_COUNT); it is tied to its launcher then, as all are. They are
 * not asked for anything before ccluster_controllers_ready. The slots are this process's until it ends: that is how it leaves. */
int ccluster_controllers_new(
    ccluster_cluster *cluster, uint32_t first, uint32_t count, ccluster_controllers **controllers, ccluster_error *error);

/* Frees the handle. The slots stay with this process, and would be late in every step: end it. NULL is nothing to do. */
void ccluster_controllers_drop(ccluster_controllers *controllers);

/* The slots that were taken. */
void ccluster_controllers_slots(const ccluster_controllers *controllers, uint32_t *first, uint32_t *count);

/* Where a controller reads and writes its row of a buffer; the same address for as long as the handle lives.
 *   - one that controllers write: a private copy, committed when a solve settles
 *   - one that it reads: the memory itself, to be read only; of a `latest` buffer a copy of the moment when the task was taken */
void *ccluster_controllers_row(
    ccluster_controllers *controllers, uint32_t slot, const char *buffer, ccluster_error *error);

/* For each element of a field as the controller sees it, its place in the field as it is stored: joints in the order of
 * `controllers.joints` of the config, quaternions as w, x, y, z.
 *   map    room for `field->count` numbers
 *   count  how many there are: fewer than in the field when the controller has fewer joints than the robot */
int ccluster_controllers_map(
    ccluster_controllers *controllers, const char *buffer, const char *field, uint32_t *map, size_t *count,
    ccluster_error *error);

/* Says that the controllers are built: steps may come. */
void ccluster_controllers_ready(ccluster_controllers *controllers);

/* Waits until a controller is asked for something, which must be settled before the next.
 *   slice  PENDING when nobody was asked by then, about; negative: it waits as long as it takes
 * STOPPED and SERVER_GONE: time to end. */
int ccluster_controllers_next(
    ccluster_controllers *controllers, double slice, ccluster_task *task, ccluster_error *error);

/* Answers the task.
 *   failure  why the controller could not; NULL: it could. The rows of one that failed are filled as `on_failure` of the config
 *            says, and it takes no part until it is reset */
int ccluster_controllers_settle(ccluster_controllers *controllers, const char *failure, ccluster_error *error);

#ifdef __cplusplus
}
#endif

#endif
