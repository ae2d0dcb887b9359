#define _GNU_SOURCE
#include "plain.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct register_page {
  _Alignas(128) _Atomic uint32_t registered;  // the parent sleeps on it
  _Alignas(128) _Atomic uint32_t stop;        // the registrants sleep on it
  _Alignas(4096) _Atomic uint64_t slots[];    // a registrant's pid, 256 bytes apart
};

enum { SLOT_WORDS = 256 / sizeof(uint64_t) };

static struct register_page *map(const char *name, int flags, long size) {
  int descriptor = shm_open(name, flags, 0600);
  if (descriptor < 0) die("shm_open");
  if (flags & O_CREAT && posix_fallocate(descriptor, 0, size)) die("posix_fallocate");
  void *base = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (base == MAP_FAILED) die("mmap");
  close(descriptor);
  return base;
}

int registrant(const char *name, long size, int index) {
  struct register_page *page = map(name, O_RDWR, size);
  atomic_store(&page->slots[index * SLOT_WORDS], (uint64_t)getpid());
  atomic_fetch_add(&page->registered, 1);
  futex_wake((uint32_t *)&page->registered, 1);
  while (!atomic_load(&page->stop)) futex_wait((uint32_t *)&page->stop, 0);
  return 0;
}

int registration(int workers, long size) {
  char name[64], size_text[32];
  snprintf(name, sizeof name, "/ccluster-plain-c.%d", getpid());
  snprintf(size_text, sizeof size_text, "%ld", size);
  uint64_t began = monotonic_ns();
  struct register_page *page = map(name, O_RDWR | O_CREAT | O_EXCL, size);
  for (int i = 0; i < workers; i++) {
    char index[16];
    snprintf(index, sizeof index, "%d", i);
    char *arguments[] = {"plain-c", "registrant", name, size_text, index, NULL};
    pid_t pid;
    if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ)) {
      shm_unlink(name);
      die("posix_spawn");
    }
  }
  uint32_t registered;
  while ((registered = atomic_load(&page->registered)) < (uint32_t)workers)
    futex_wait((uint32_t *)&page->registered, registered);
  printf("%lu\n", (unsigned long)(monotonic_ns() - began));
  atomic_store(&page->stop, 1);
  futex_wake((uint32_t *)&page->stop, workers);
  while (wait(NULL) > 0) {}
  shm_unlink(name);
  return 0;
}
