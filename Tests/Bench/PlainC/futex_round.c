#define _GNU_SOURCE
#include "plain.h"

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  SPIN_NS = 50000,  // as long as the real client spins
  LINE = 128,       // two cache lines, which are fetched together
  ROW_ALIGN = 64,   // what rows of a cluster start on
};

struct board {
  _Alignas(LINE) _Atomic uint32_t doorbell;  // the round in flight; the workers sleep on it
  _Alignas(LINE) _Atomic uint32_t pending;   // how many have not answered
  _Alignas(LINE) _Atomic uint32_t done;      // the last finished round; the client sleeps on it
};

struct rounds {
  struct round_shape shape;
  struct board *board;
  char *words, *states, *commands;                      // shared
  long words_stride, state_stride, command_stride;      // bytes from one worker's to the next one's
  char *own_states, *own_commands;                      // the client's
  uint32_t round;
};

static long rounded(long size, long align) { return (size + align - 1) / align * align; }

static char *shared(long size) {
  void *base = mmap(NULL, (size_t)(size ? size : 1), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) die("mmap");
  return base;
}

static char *own(long size) {
  char *bytes = calloc(1, (size_t)(size ? size : 1));
  if (!bytes) die("calloc");
  return bytes;
}

static _Atomic uint64_t *words_of(struct rounds *rounds, int worker) {
  return (_Atomic uint64_t *)(rounds->words + worker * rounds->words_stride);
}

/// Keeps the compiler from leaving out a copy that nobody reads.
static void use(const void *bytes) { __asm__ volatile("" : : "r"(bytes) : "memory"); }

static void work(struct rounds *rounds, int worker) {
  // The client may end at any moment, and nobody else would tell a sleeping worker.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct round_shape shape = rounds->shape;
  struct board *board = rounds->board;
  char *state = own(shape.state_bytes), *command = own(shape.command_bytes);
  uint32_t seen = 0;
  for (;;) {
    uint32_t round;
    while ((round = atomic_load_explicit(&board->doorbell, memory_order_acquire)) == seen)
      futex_wait((uint32_t *)&board->doorbell, seen);
    seen = round;
    if (shape.state_bytes) {
      memcpy(state, rounds->states + worker * rounds->state_stride, (size_t)shape.state_bytes);
      use(state);
    }
    if (shape.command_bytes)
      memcpy(rounds->commands + worker * rounds->command_stride, command, (size_t)shape.command_bytes);
    for (int i = 0; i < shape.words; i++)
      atomic_store_explicit(&words_of(rounds, worker)[i], round, memory_order_release);
    if (atomic_fetch_sub_explicit(&board->pending, 1, memory_order_acq_rel) == 1) {
      atomic_store_explicit(&board->done, round, memory_order_release);
      futex_wake((uint32_t *)&board->done, 1);
    }
  }
}

static void wait_until_done(struct board *board, uint32_t round) {
  uint64_t end = monotonic_ns() + SPIN_NS;
  do {
    for (int i = 0; i < 64; i++) {
      if (atomic_load_explicit(&board->done, memory_order_acquire) == round) return;
      cpu_relax();
    }
  } while (monotonic_ns() < end);
  uint32_t done;
  while ((done = atomic_load_explicit(&board->done, memory_order_acquire)) != round)
    futex_wait((uint32_t *)&board->done, done);
}

static uint64_t run_round(void *context) {
  struct rounds *rounds = context;
  struct round_shape shape = rounds->shape;
  struct board *board = rounds->board;
  uint32_t round = ++rounds->round;
  pause_between_rounds();
  uint64_t began = monotonic_ns();
  if (shape.state_bytes)
    for (int i = 0; i < shape.workers; i++)
      memcpy(rounds->states + i * rounds->state_stride, rounds->own_states + i * shape.state_bytes,
             (size_t)shape.state_bytes);
  atomic_store_explicit(&board->pending, (uint32_t)shape.workers, memory_order_relaxed);
  atomic_store_explicit(&board->doorbell, round, memory_order_release);
  futex_wake((uint32_t *)&board->doorbell, INT_MAX);
  wait_until_done(board, round);
  for (int i = 0; i < shape.workers; i++)
    for (int k = 0; k < shape.words; k++)
      if (atomic_load_explicit(&words_of(rounds, i)[k], memory_order_acquire) != round) abort();
  if (shape.command_bytes)
    for (int i = 0; i < shape.workers; i++)
      memcpy(rounds->own_commands + i * shape.command_bytes, rounds->commands + i * rounds->command_stride,
             (size_t)shape.command_bytes);
  return monotonic_ns() - began;
}

int futex_rounds(struct round_shape shape) {
  int workers = shape.workers;
  struct rounds rounds = {
      .shape = shape,
      .words_stride = rounded(shape.words * (long)sizeof(uint64_t), LINE),
      .state_stride = rounded(shape.state_bytes, ROW_ALIGN),
      .command_stride = rounded(shape.command_bytes, ROW_ALIGN),
  };
  rounds.board = (struct board *)shared(sizeof *rounds.board);
  rounds.words = shared(workers * rounds.words_stride);
  rounds.states = shared(workers * rounds.state_stride);
  rounds.commands = shared(workers * rounds.command_stride);
  rounds.own_states = own(workers * shape.state_bytes);
  rounds.own_commands = own(workers * shape.command_bytes);
  pid_t *pids = calloc((size_t)workers, sizeof *pids);
  if (!pids) die("calloc");
  for (int i = 0; i < workers; i++) {
    if ((pids[i] = fork()) < 0) die("fork");
    if (!pids[i]) work(&rounds, i);
  }
  answer_counts(run_round, &rounds);
  for (int i = 0; i < workers; i++) kill(pids[i], SIGKILL);
  while (wait(NULL) > 0) {}
  free(pids);
  return 0;
}
