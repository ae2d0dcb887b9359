#define _GNU_SOURCE
#include "plain.h"

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  SPIN_NS = 50000,  // as long as the real client spins
  PAUSE_NS = 20000, // between rounds, as between the real client's steps
};

struct board {
  _Alignas(128) _Atomic uint32_t doorbell;  // the round in flight; the workers sleep on it
  _Alignas(128) _Atomic uint32_t pending;   // how many have not answered
  _Alignas(128) _Atomic uint32_t done;      // the last finished round; the client sleeps on it
};

static void work(struct board *board) {
  // The client may end at any moment, and nobody else would tell a sleeping worker.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  uint32_t seen = 0;
  for (;;) {
    uint32_t round;
    while ((round = atomic_load_explicit(&board->doorbell, memory_order_acquire)) == seen)
      futex_wait((uint32_t *)&board->doorbell, seen);
    seen = round;
    if (atomic_fetch_sub_explicit(&board->pending, 1, memory_order_acq_rel) == 1) {
      atomic_store_explicit(&board->done, round, memory_order_release);
      futex_wake((uint32_t *)&board->done, 1);
    }
  }
}

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void wait_until_done(struct board *board, uint32_t round) {
  uint64_t end = monotonic_ns() + SPIN_NS;
  do {
    for (int i = 0; i < 64; i++) {
      if (atomic_load_explicit(&board->done, memory_order_acquire) == round) return;
      relax();
    }
  } while (monotonic_ns() < end);
  uint32_t done;
  while ((done = atomic_load_explicit(&board->done, memory_order_acquire)) != round)
    futex_wait((uint32_t *)&board->done, done);
}

static uint64_t run_round(struct board *board, uint32_t round, int workers) {
  for (uint64_t end = monotonic_ns() + PAUSE_NS; monotonic_ns() < end;) relax();
  uint64_t began = monotonic_ns();
  atomic_store_explicit(&board->pending, (uint32_t)workers, memory_order_relaxed);
  atomic_store_explicit(&board->doorbell, round, memory_order_release);
  futex_wake((uint32_t *)&board->doorbell, INT_MAX);
  wait_until_done(board, round);
  return monotonic_ns() - began;
}

int futex_rounds(int workers) {
  struct board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (board == MAP_FAILED) die("mmap");
  pid_t *pids = calloc((size_t)workers, sizeof *pids);
  if (!pids) die("calloc");
  for (int i = 0; i < workers; i++) {
    if ((pids[i] = fork()) < 0) die("fork");
    if (!pids[i]) work(board);
  }
  uint32_t round = 0;
  int count;
  while (scanf("%d", &count) == 1 && count > 0) {
    // Nothing is printed between rounds, so that they follow each other as the real steps do.
    uint64_t *times = calloc((size_t)count, sizeof *times);
    if (!times) die("calloc");
    for (int i = 0; i < count; i++) times[i] = run_round(board, ++round, workers);
    for (int i = 0; i < count; i++) printf("%lu%c", (unsigned long)times[i], i + 1 < count ? ' ' : '\n');
    fflush(stdout);
    free(times);
  }
  for (int i = 0; i < workers; i++) kill(pids[i], SIGKILL);
  while (wait(NULL) > 0) {}
  free(pids);
  return 0;
}
