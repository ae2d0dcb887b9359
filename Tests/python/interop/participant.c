// The participant of conformance.yaml in C.
//
//   participant controller        launched as one
//   participant client            launched as the simulator
//   participant attach NAME       prints the code and the text of what comes of it
//   participant describe NAME     prints every buffer and field, in the form of test_conformance.py
#define _GNU_SOURCE
#include <ccluster.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ccluster_error error;

static void check(int code) {
  if (code == CCLUSTER_OK) return;
  printf("%d %s\n", error.code, error.message);
  exit(1);
}

static const ccluster_field_info *field(ccluster_cluster *cluster, const char *buffer, const char *name, int type) {
  const ccluster_field_info *field = ccluster_find_field(cluster, buffer, name, type, &error);
  if (!field) check(error.code);
  return field;
}

// ---- Controller

struct controller {
  const volatile int32_t *order;
  const double *numbers, *hint;
  const float *orientation;
  double *answer, *pair;
  float *answered_orientation;
  int32_t *steps;
  int32_t count;
};

static void *own(ccluster_cluster *cluster, ccluster_controllers *mine, uint32_t slot, const char *buffer, const char *name) {
  char *row = ccluster_controllers_row(mine, slot, buffer, &error);
  if (!row) check(error.code);
  return row + field(cluster, buffer, name, CCLUSTER_TYPE_ANY)->offset;
}

static int controller(void) {
  ccluster_cluster *cluster;
  ccluster_controllers *mine;
  uint32_t first, count;
  check(ccluster_attach(NULL, CCLUSTER_ROLE_CONTROLLER, 1, &cluster, &error));
  check(ccluster_controllers_new(cluster, 0, 0, &mine, &error));
  ccluster_controllers_slots(mine, &first, &count);
  struct controller *controllers = calloc(count, sizeof *controllers);
  for (uint32_t index = 0; index < count; index++) {
    controllers[index] = (struct controller){
      .order = own(cluster, mine, first + index, "stimulus", "order"),
      .numbers = own(cluster, mine, first + index, "stimulus", "numbers"),
      .orientation = own(cluster, mine, first + index, "stimulus", "orientation"),
      .hint = own(cluster, mine, first + index, "hint", "pair"),
      .answer = own(cluster, mine, first + index, "answer", "numbers"),
      .answered_orientation = own(cluster, mine, first + index, "answer", "orientation"),
      .pair = own(cluster, mine, first + index, "answer", "pair"),
      .steps = own(cluster, mine, first + index, "answer", "steps")};
  }
  uint32_t from[3], to[3], quaternion_from[4], quaternion_to[4];
  size_t joints, elements;
  check(ccluster_controllers_map(mine, "stimulus", "numbers", from, &joints, &error));
  check(ccluster_controllers_map(mine, "answer", "numbers", to, &joints, &error));
  check(ccluster_controllers_map(mine, "stimulus", "orientation", quaternion_from, &elements, &error));
  check(ccluster_controllers_map(mine, "answer", "orientation", quaternion_to, &elements, &error));
  double gain;
  check(ccluster_number(cluster, "controllers.parameters.gain", &gain, &error));
  ccluster_controllers_ready(mine);

  ccluster_task task;
  int code;
  // A slice, so that this is tried as well.
  while ((code = ccluster_controllers_next(mine, 0.05, &task, &error)) <= CCLUSTER_PENDING) {
    if (code == CCLUSTER_PENDING) continue;
    struct controller *self = &controllers[task.slot - first];
    const char *failure = NULL;
    if (task.kind == CCLUSTER_TASK_RESET) {
      self->count = 0;
    } else if (*self->order == 1) {
      failure = "as ordered";
    } else {
      if (*self->order == 3) kill(getpid(), SIGKILL);
      while (*self->order == 2) usleep(1000);
      for (size_t joint = 0; joint < joints; joint++) {
        self->answer[to[joint]] = gain * self->numbers[from[joint]] + task.slot;
      }
      for (size_t element = 0; element < elements; element++) {
        self->answered_orientation[quaternion_to[element]] = self->orientation[quaternion_from[element]];
      }
      memcpy(self->pair, self->hint, 2 * sizeof(double));
      *self->steps = ++self->count;
    }
    check(ccluster_controllers_settle(mine, failure, &error));
  }
  if (code != CCLUSTER_ERROR_STOPPED && code != CCLUSTER_ERROR_SERVER_GONE) check(code);
  free(controllers);
  ccluster_controllers_drop(mine);
  ccluster_release(cluster);
  return 0;
}

// ---- Client

static ccluster_cluster *cluster;
static ccluster_client *client;
static const ccluster_field_info *order, *numbers, *orientation;
static const ccluster_buffer_info *answer;
static uint32_t slots;
static int step;

static void fill(void) {
  step++;
  for (uint32_t slot = 0; slot < slots; slot++) {
    for (uint32_t joint = 0; joint < 3; joint++) {
      ((double *)ccluster_at(numbers, slot))[joint] = 100 * step + 10 * (int)slot + (int)joint;
    }
    memcpy(ccluster_at(orientation, slot), (float[]){(float)step, (float)slot, 1, 2}, 4 * sizeof(float));
    check(ccluster_write_row(cluster, "hint", slot, (double[]){step, slot}, &error));
  }
}

static void give_order(uint32_t slot, int32_t what) { *(int32_t *)ccluster_at(order, slot) = what; }

static void tell(const char *label, ccluster_report report) {
  uint8_t outcomes[16], contents[16];
  ccluster_client_outcomes(client, outcomes, contents);
  printf("%s %u %u %u %u %u", label, report.participants, report.solved, report.failed, report.died, report.late);
  for (uint32_t slot = 0; slot < slots; slot++) {
    printf(" %u/%u/", outcomes[slot], contents[slot]);
    if (contents[slot] == CCLUSTER_ROWS_UNFINISHED) {
      printf("-");
      continue;
    }
    const uint8_t *row = (const uint8_t *)answer->data + slot * answer->row_stride;
    for (uint64_t byte = 0; byte < answer->row_size; byte++) printf("%02x", row[byte]);
  }
  printf("\n");
}

static ccluster_report solve(double timeout) {
  ccluster_report report;
  fill();
  check(ccluster_client_solve(client, &(ccluster_wait){timeout, -1}, &report, &error));
  return report;
}

// How many steps that takes is a matter of time, so that all count and number them anew behind it.
static void go_on_once_all_take_part(int at) {
  ccluster_report report;
  while (solve(-1).participants < slots) usleep(1000);
  check(ccluster_client_reset(client, NULL, 0, NULL, &report, &error));
  step = at;
}

static int run_client(void) {
  ccluster_report report;
  check(ccluster_attach(NULL, CCLUSTER_ROLE_SIMULATOR, 1, &cluster, &error));
  check(ccluster_client_new(cluster, &client, &error));
  slots = ccluster_describe(cluster)->controllers;
  order = field(cluster, "stimulus", "order", CCLUSTER_TYPE_I32);
  numbers = field(cluster, "stimulus", "numbers", CCLUSTER_TYPE_F64);
  orientation = field(cluster, "stimulus", "orientation", CCLUSTER_TYPE_F32);
  answer = ccluster_find_buffer(cluster, "answer", &error);
  for (int count = 0; count < 3; count++) tell("plain", solve(-1));
  give_order(1, 1);
  tell("failing", solve(-1));
  give_order(1, 0);
  tell("failed", solve(-1));
  check(ccluster_client_reset(client, (uint32_t[]){1}, 1, NULL, &report, &error));
  tell("reset", report);
  tell("after-reset", solve(-1));
  check(ccluster_request(cluster, CCLUSTER_ASK_DEACTIVATE, (uint32_t[]){2}, 1, 10, &error));
  tell("deactivated", solve(-1));
  check(ccluster_request(cluster, CCLUSTER_ASK_ACTIVATE, (uint32_t[]){2}, 1, 10, &error));
  tell("activated", solve(-1));
  give_order(0, 2);
  tell("late", solve(0.2));
  tell("still-late", solve(-1));
  give_order(0, 0);
  go_on_once_all_take_part(50);
  tell("caught-up", solve(-1));
  // In slices, until it has settled.
  fill();
  check(ccluster_client_trigger(client, &error));
  int code;
  while ((code = ccluster_client_wait(client, &(ccluster_wait){-1, 0}, &report, &error)) == CCLUSTER_PENDING) continue;
  check(code);
  tell("in-slices", report);
  give_order(2, 3);
  report = solve(-1);
  give_order(2, 0);
  tell("killed", report);
  go_on_once_all_take_part(100);
  tell("restarted", solve(-1));
  ccluster_client_drop(client);
  ccluster_release(cluster);
  return 0;
}

// ---- The rest

static int attach(const char *name) {
  ccluster_cluster *cluster;
  if (ccluster_attach(name, CCLUSTER_ROLE_SIMULATOR, 0.1, &cluster, &error)) {
    printf("%d %s\n", error.code, error.message);
    return 0;
  }
  ccluster_client *client;
  if (ccluster_client_new(cluster, &client, &error)) {
    printf("%d %s\n", error.code, error.message);
  } else {
    printf("0 %s\n", ccluster_describe(cluster)->segment);
    ccluster_client_drop(client);
  }
  ccluster_release(cluster);
  return 0;
}

static int describe(const char *name) {
  static const char *const types[] = {"bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "char"};
  static const char *const writers[] = {"simulator", "controller", "server", "tool"};
  ccluster_cluster *cluster;
  check(ccluster_attach(name, CCLUSTER_ROLE_OBSERVER, 1, &cluster, &error));
  const ccluster_info *info = ccluster_describe(cluster);
  printf("%s %" PRIu64 " 0x%016" PRIx64 "\n", info->segment, info->size, info->layout_hash);
  for (uint32_t index = 0; index < info->buffer_count; index++) {
    const ccluster_buffer_info *buffer = &info->buffers[index];
    printf("%s %s %s %s %u %" PRIu64 "\n", buffer->name, writers[buffer->writer],
           buffer->is_per_controller ? "controller" : "cluster", buffer->is_latest ? "latest" : "step", buffer->rows,
           buffer->row_stride);
    for (uint32_t place = 0; place < buffer->field_count; place++) {
      const ccluster_field_info *field = &buffer->fields[place];
      printf("  %s %s %" PRIu64 " '%s'", field->name, types[field->type], field->offset, field->unit);
      for (uint32_t axis = 0; axis < field->rank; axis++) {
        printf(" %" PRIu64 "/%" PRIu64, field->shape[axis], field->strides[axis]);
      }
      for (uint32_t column = 0; column < field->column_count; column++) printf(" %s", field->columns[column]);
      printf("\n");
    }
  }
  ccluster_release(cluster);
  return 0;
}

int main(int count, char **arguments) {
  if (count == 2 && !strcmp(arguments[1], "controller")) return controller();
  if (count == 2 && !strcmp(arguments[1], "client")) return run_client();
  if (count == 3 && !strcmp(arguments[1], "attach")) return attach(arguments[2]);
  if (count == 3 && !strcmp(arguments[1], "describe")) return describe(arguments[2]);
  return 64;
}
