#define _GNU_SOURCE
#include "plain.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_NS = 20000 }; // BenchCluster.pause

uint64_t monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void futex_wait(uint32_t *word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT, expected, NULL, NULL, 0);
}

void futex_wake(uint32_t *word, int count) { syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0); }

void die(const char *call) {
  fprintf(stderr, "plain-c: %s: %s\n", call, strerror(errno));
  exit(1);
}

void cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

void pause_between_rounds(void) {
  for (uint64_t end = monotonic_ns() + PAUSE_NS; monotonic_ns() < end;) cpu_relax();
}

void answer_counts(uint64_t (*once)(void *), void *context) {
  int count;
  while (scanf("%d", &count) == 1 && count > 0) {
    // Nothing is printed between rounds, so that they follow each other as the real steps do.
    uint64_t *times = calloc((size_t)count, sizeof *times);
    if (!times) die("calloc");
    for (int i = 0; i < count; i++) times[i] = once(context);
    for (int i = 0; i < count; i++) printf("%lu%c", (unsigned long)times[i], i + 1 < count ? ' ' : '\n');
    fflush(stdout);
    free(times);
  }
}

int main(int argc, char **argv) {
  if (argc == 6 && !strcmp(argv[1], "rounds")) {
    struct round_shape shape = {atoi(argv[2]), atoi(argv[3]), atol(argv[4]), atol(argv[5])};
    return futex_rounds(shape);
  }
  if (argc == 4 && !strcmp(argv[1], "client")) return client_steps(argv[2], argv[3]);
  if (argc == 4 && !strcmp(argv[1], "registration")) return registration(atoi(argv[2]), atol(argv[3]));
  if (argc == 5 && !strcmp(argv[1], "registrant")) return registrant(argv[2], atol(argv[3]), atoi(argv[4]));
  fprintf(stderr, "usage: plain-c rounds WORKERS WORDS STATE-BYTES COMMAND-BYTES | client LIBRARY SEGMENT |"
                  " registration WORKERS BYTES\n");
  return 64;
}
