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

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "rounds")) return futex_rounds(atoi(argv[2]));
  if (argc == 4 && !strcmp(argv[1], "registration")) return registration(atoi(argv[2]), atol(argv[3]));
  if (argc == 5 && !strcmp(argv[1], "registrant")) return registrant(argv[2], atol(argv[3]), atoi(argv[4]));
  fprintf(stderr, "usage: plain-c rounds WORKERS | registration WORKERS BYTES\n");
  return 64;
}
