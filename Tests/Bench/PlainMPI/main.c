// What moving a step's rows between hosts costs in plain MPI, one rank a host: rank 0 sends every other rank the rows that its
// controllers read, each answers with the rows that they write. No controllers, no shared memory, no supervision.
//
//   mpirun -np HOSTS … plain-mpi --shares 6,5,5 --down 320,192 --up 256,192,320,64 [--ways …] [--polls …] [--rounds N]
//                                 [--steps N] [--gap US] [--work US]
//
// --shares: controllers of each host; those of the first stand beside the simulator, and their rows go nowhere. --down, --up:
// bytes of a row in each buffer that goes there and back; a host's rows of a buffer lie one after another. --gap: for how long rank
// 0 computes between steps; --work: the others between the rows that come and those that go, which is taken off the time: who waits
// for an answer has gone to sleep by then.
//
// Ways (all move the same bytes):
//   blocking     MPI_Scatterv and MPI_Gatherv of rows that lie packed already
//   collectives  MPI_Iscatterv and MPI_Igatherv, polled, of rows that lie packed already: the raw step
//   packed       the same, with the copies between a segment's buffers and what is sent and received
//   messages     MPI_Isend and MPI_Irecv, with the same copies
//   persistent   MPI_Send_init and MPI_Recv_init on a datatype that names the rows where they lie: no copies
// Polls, while nothing has come:
//   spin         asks again at once
//   yield        gives the core away between questions
//   back-off     yields for 50 us, then sleeps between questions, each time longer, for at most 100 us
//   wake         yields for 50 us, then sleeps until something comes on one of this process's own connections, or may go on
//                while something is still to be sent, for at most 1 ms: what the agents do
//
// Ways and polls take turns, a round of steps each, so that all see the same machine. Times are those at rank 0, from before
// the rows are taken to after they are back. Every row that comes back is looked at, after its time was taken.

#define _GNU_SOURCE
#include <dirent.h>
#include <mpi.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

enum { buffers_max = 16, hosts_max = 64 };

typedef struct {
  int count, bytes[buffers_max];  // of a row
  int total;                      // bytes of a controller in all buffers
  char *rows[buffers_max];        // of the controllers of this host; at rank 0, of all
  char *packed;                   // host by host, buffer by buffer
} Direction;

static int rank, hosts, shares[hosts_max], first[hosts_max], controllers;
static Direction down, up;
static int rounds = 20, steps = 100, gap, work;
static const char *way_names[] = {"blocking", "collectives", "packed", "messages", "persistent"};
static const char *poll_names[] = {"spin", "yield", "back-off", "wake"};
enum { ways = 5, polls = 4 };
static bool way_wanted[ways], poll_wanted[polls];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static void compute(int us) {
  for (double until = now() + us * 1e-6; us && now() < until;) {}
}

static void fail(const char *what) {
  fprintf(stderr, "plain-mpi: %s\n", what);
  MPI_Abort(MPI_COMM_WORLD, 64);
}

static int numbers(char *text, int *into, int most) {
  int count = 0;
  for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
    if (count == most) fail("too many numbers");
    into[count++] = atoi(word);
  }
  return count;
}

static void chosen(char *text, const char **names, bool *wanted, int count) {
  memset(wanted, 0, count * sizeof *wanted);
  for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
    int found = -1;
    for (int i = 0; i < count; i++)
      if (!strcmp(word, names[i])) found = i;
    if (found < 0) fail("no such way or poll");
    wanted[found] = true;
  }
}

// Connections over which ranks talk, as far as there are any yet. MPI has no name for them; a process's own table has.
static struct pollfd connections[256];
static int connected;

static void find_connections(void) {
  connected = 0;
  DIR *table = opendir("/proc/self/fd");
  for (struct dirent *entry; (entry = readdir(table));) {
    int descriptor = atoi(entry->d_name);
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    if (connected < 256 && !getpeername(descriptor, (struct sockaddr *)&peer, &length)
        && (peer.ss_family == AF_INET || peer.ss_family == AF_INET6))
      connections[connected++] = (struct pollfd){.fd = descriptor, .events = POLLIN};
  }
  closedir(table);
}

// Waits for all of some requests, of which the first ones send.
static void finish(int count, int sends, MPI_Request *requests, int how) {
  double began = 0;
  long pause = 5000;  // ns
  for (long asked = 0;; asked++) {
    int done;
    // Open MPI looks at its connections in every eighth question.
    for (int i = 0; i < 8; i++) {
      MPI_Testall(count, requests, &done, MPI_STATUSES_IGNORE);
      if (done) return;
    }
    if (how == 0) continue;
    if (asked == 0) began = now();
    if (how == 1 || now() - began < 50e-6) {
      sched_yield();
    } else if (how == 2) {
      nanosleep(&(struct timespec){.tv_nsec = pause}, NULL);
      pause = pause * 2 > 100000 ? 100000 : pause * 2;
    } else {
      MPI_Testall(sends, requests, &done, MPI_STATUSES_IGNORE);
      for (int i = 0; i < connected; i++) connections[i].events = done ? POLLIN : POLLIN | POLLOUT;
      poll(connections, connected, 1);
    }
  }
}

// Rows of one host, between where they lie and where they are packed.
static void copy(Direction *direction, int host, bool pack) {
  int skipped = rank == 0 ? first[host] : 0;
  char *packed = direction->packed + (size_t)skipped * direction->total;
  for (int i = 0; i < direction->count; i++) {
    size_t bytes = (size_t)direction->bytes[i] * shares[host];
    char *rows = direction->rows[i] + (size_t)direction->bytes[i] * skipped;
    if (pack)
      memcpy(packed, rows, bytes);
    else
      memcpy(rows, packed, bytes);
    packed += bytes;
  }
}

static MPI_Datatype rows_in_place(Direction *direction, int host) {
  int lengths[buffers_max];
  MPI_Aint places[buffers_max];
  for (int i = 0; i < direction->count; i++) {
    lengths[i] = direction->bytes[i] * shares[host];
    MPI_Get_address(direction->rows[i] + (size_t)direction->bytes[i] * (rank == 0 ? first[host] : 0), &places[i]);
  }
  MPI_Datatype made;
  MPI_Type_create_hindexed(direction->count, lengths, places, MPI_BYTE, &made);
  MPI_Type_commit(&made);
  return made;
}

static void allocate(Direction *direction) {
  int rows = rank == 0 ? controllers : shares[rank];
  for (int i = 0; i < direction->count; i++) {
    direction->total += direction->bytes[i];
    direction->rows[i] = calloc(rows + 1, direction->bytes[i]);
  }
  direction->packed = calloc(rows + 1, direction->total);
}

// A controller's row carries its number and the step, so that one that is old or another's is found out.
static uint64_t mark(uint64_t step, int controller) { return step << 20 | controller; }

static void *row(Direction *direction, int way, int controller) {
  int host = hosts - 1;
  while (first[host] > controller) host--;
  int skipped = rank == 0 ? 0 : first[rank];
  if (way >= 2) return direction->rows[0] + (size_t)(controller - skipped) * direction->bytes[0];
  return direction->packed + (size_t)(first[host] - skipped) * direction->total
    + (size_t)(controller - first[host]) * direction->bytes[0];
}

static MPI_Request sends[hosts_max], receives[hosts_max];  // persistent

static int down_bytes[hosts_max], up_bytes[hosts_max], down_places[hosts_max], up_places[hosts_max];

static void answer(int way, uint64_t step) {
  compute(work);
  for (int i = 0; i < shares[rank]; i++) {
    uint64_t seen;
    memcpy(&seen, row(&down, way, first[rank] + i), sizeof seen);
    if (seen != mark(step, first[rank] + i)) fail("a host received another row than it was sent");
    memcpy(row(&up, way, first[rank] + i), &seen, sizeof seen);
  }
}

static void head(int way, int poll) {
  MPI_Request requests[2 * hosts_max];
  int others = hosts - 1;
  switch (way) {
  case 0:
    MPI_Scatterv(down.packed, down_bytes, down_places, MPI_BYTE, MPI_IN_PLACE, 0, MPI_BYTE, 0, MPI_COMM_WORLD);
    MPI_Gatherv(MPI_IN_PLACE, 0, MPI_BYTE, up.packed, up_bytes, up_places, MPI_BYTE, 0, MPI_COMM_WORLD);
    return;
  case 1:
  case 2:
    if (way == 2)
      for (int host = 1; host < hosts; host++) copy(&down, host, true);
    MPI_Iscatterv(down.packed, down_bytes, down_places, MPI_BYTE, MPI_IN_PLACE, 0, MPI_BYTE, 0, MPI_COMM_WORLD, &requests[0]);
    MPI_Igatherv(MPI_IN_PLACE, 0, MPI_BYTE, up.packed, up_bytes, up_places, MPI_BYTE, 0, MPI_COMM_WORLD, &requests[1]);
    finish(2, 1, requests, poll);
    break;
  case 3:
    for (int host = 1; host < hosts; host++)
      MPI_Irecv(up.packed + up_places[host], up_bytes[host], MPI_BYTE, host, 2, MPI_COMM_WORLD, &requests[others + host - 1]);
    for (int host = 1; host < hosts; host++) {
      copy(&down, host, true);
      MPI_Isend(down.packed + down_places[host], down_bytes[host], MPI_BYTE, host, 1, MPI_COMM_WORLD, &requests[host - 1]);
    }
    finish(2 * others, others, requests, poll);
    break;
  case 4:
    MPI_Startall(others, receives + 1);
    MPI_Startall(others, sends + 1);
    memcpy(requests, sends + 1, others * sizeof *requests);
    memcpy(requests + others, receives + 1, others * sizeof *requests);
    finish(2 * others, others, requests, poll);
    return;
  }
  if (way >= 2)
    for (int host = 1; host < hosts; host++) copy(&up, host, false);
}

static void leaf(int way, int poll, uint64_t step) {
  MPI_Request request;
  int received = down.total * shares[rank], sent = up.total * shares[rank];
  switch (way) {
  case 0:
    MPI_Scatterv(NULL, NULL, NULL, MPI_BYTE, down.packed, received, MPI_BYTE, 0, MPI_COMM_WORLD);
    answer(way, step);
    MPI_Gatherv(up.packed, sent, MPI_BYTE, NULL, NULL, NULL, MPI_BYTE, 0, MPI_COMM_WORLD);
    return;
  case 1:
  case 2:
    MPI_Iscatterv(NULL, NULL, NULL, MPI_BYTE, down.packed, received, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    finish(1, 0, &request, poll);
    if (way == 2) copy(&down, rank, false);
    answer(way, step);
    if (way == 2) copy(&up, rank, true);
    MPI_Igatherv(up.packed, sent, MPI_BYTE, NULL, NULL, NULL, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    finish(1, 1, &request, poll);
    return;
  case 3:
    MPI_Irecv(down.packed, received, MPI_BYTE, 0, 1, MPI_COMM_WORLD, &request);
    finish(1, 0, &request, poll);
    copy(&down, rank, false);
    answer(way, step);
    copy(&up, rank, true);
    MPI_Isend(up.packed, sent, MPI_BYTE, 0, 2, MPI_COMM_WORLD, &request);
    finish(1, 1, &request, poll);
    return;
  case 4:
    MPI_Start(&receives[0]);
    finish(1, 0, &receives[0], poll);
    answer(way, step);
    MPI_Start(&sends[0]);
    finish(1, 1, &sends[0], poll);
    return;
  }
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &hosts);
  memset(way_wanted, true, sizeof way_wanted);
  poll_wanted[2] = true;
  int shared = 0;
  // A sleep of 5 us is none of 55.
  prctl(PR_SET_TIMERSLACK, 1);
  for (int i = 1; i + 1 < argc; i += 2) {
    const char *name = argv[i];
    char *value = argv[i + 1];
    if (!strcmp(name, "--shares")) shared = numbers(value, shares, hosts_max);
    else if (!strcmp(name, "--down")) down.count = numbers(value, down.bytes, buffers_max);
    else if (!strcmp(name, "--up")) up.count = numbers(value, up.bytes, buffers_max);
    else if (!strcmp(name, "--ways")) chosen(value, way_names, way_wanted, ways);
    else if (!strcmp(name, "--polls")) chosen(value, poll_names, poll_wanted, polls);
    else if (!strcmp(name, "--rounds")) rounds = atoi(value);
    else if (!strcmp(name, "--steps")) steps = atoi(value);
    else if (!strcmp(name, "--gap")) gap = atoi(value);
    else if (!strcmp(name, "--work")) work = atoi(value);
    else fail("unknown option");
  }
  if (shared != hosts || !down.count || !up.count || rounds < 1 || steps < 1)
    fail("wants a share for every rank, --down, --up, and a round and a step at least");
  for (int host = 0; host < hosts; host++) {
    first[host] = controllers;
    controllers += shares[host];
  }
  allocate(&down);
  allocate(&up);
  for (int host = 1; host < hosts; host++) {
    down_bytes[host] = down.total * shares[host], down_places[host] = down.total * first[host];
    up_bytes[host] = up.total * shares[host], up_places[host] = up.total * first[host];
    if (rank == 0) {
      MPI_Send_init(MPI_BOTTOM, 1, rows_in_place(&down, host), host, 1, MPI_COMM_WORLD, &sends[host]);
      MPI_Recv_init(MPI_BOTTOM, 1, rows_in_place(&up, host), host, 2, MPI_COMM_WORLD, &receives[host]);
    }
  }
  if (rank > 0) {
    MPI_Recv_init(MPI_BOTTOM, 1, rows_in_place(&down, rank), 0, 1, MPI_COMM_WORLD, &receives[0]);
    MPI_Send_init(MPI_BOTTOM, 1, rows_in_place(&up, rank), 0, 2, MPI_COMM_WORLD, &sends[0]);
  }

  int samples = rounds * steps;
  double *times[ways][polls] = {{NULL}};
  uint64_t step = 0;
  // One round more, which nobody counts.
  for (int round = -1; round < rounds; round++) {
    if (round == 0) find_connections();
    for (int way = 0; way < ways; way++)
      for (int poll = 0; poll < polls; poll++) {
        // The blocking pair waits as it likes.
        if (!way_wanted[way] || !(way == 0 ? poll == 0 : poll_wanted[poll])) continue;
        if (!times[way][poll]) times[way][poll] = malloc(samples * sizeof(double));
        for (int i = 0; i < steps; i++) {
          step++;
          if (rank > 0) {
            leaf(way, poll, step);
            continue;
          }
          compute(gap);
          for (int controller = first[1 % hosts]; controller < controllers; controller++) {
            uint64_t made = mark(step, controller);
            memcpy(row(&down, way, controller), &made, sizeof made);
          }
          double began = now();
          head(way, poll);
          double took = now() - began - work * 1e-6;
          if (round >= 0) times[way][poll][round * steps + i] = took;
          for (int controller = first[1 % hosts]; controller < controllers; controller++) {
            uint64_t seen;
            memcpy(&seen, row(&up, way, controller), sizeof seen);
            if (seen != mark(step, controller)) fail("a row came back that is not its controller's of this step");
          }
        }
      }
  }

  if (rank == 0) {
    int moved = controllers - shares[0];
    printf("{\"hosts\": %d, \"controllers\": %d, \"moved\": %d, \"bytes_down\": %d, \"bytes_up\": %d, \"gap_us\": %d, "
           "\"samples\": %d, \"ways\": [", hosts, controllers, moved, down.total * moved, up.total * moved, gap, samples);
    const char *comma = "";
    for (int way = 0; way < ways; way++)
      for (int poll = 0; poll < polls; poll++) {
        double *sorted = times[way][poll];
        if (!sorted) continue;
        qsort(sorted, samples, sizeof *sorted, by_size);
        printf("%s{\"way\": \"%s\", \"poll\": \"%s\", \"min_us\": %.2f, \"quartile_us\": %.2f, \"median_us\": %.2f, \"p99_us\": %.2f}", comma,
               way_names[way], way == 0 ? "MPI's own" : poll_names[poll], sorted[0] * 1e6, sorted[samples / 4] * 1e6,
               sorted[samples / 2] * 1e6, sorted[samples * 99 / 100] * 1e6);
        comma = ", ";
      }
    printf("]}\n");
  }
  MPI_Finalize();
  return 0;
}
