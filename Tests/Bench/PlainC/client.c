#define _GNU_SOURCE
#include "plain.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

struct client {
  void *handle;
  int (*solve)(void *handle);
};

static uint64_t step(void *context) {
  struct client *client = context;
  pause_between_rounds();
  uint64_t began = monotonic_ns();
  int solved = client->solve(client->handle);
  uint64_t time = monotonic_ns() - began;
  if (solved < 0) {
    fprintf(stderr, "plain-c: a step did not solve\n");
    exit(1);
  }
  return time;
}

static void *symbol(void *library, const char *name) {
  void *address = dlsym(library, name);
  if (!address) {
    fprintf(stderr, "plain-c: %s\n", dlerror());
    exit(1);
  }
  return address;
}

int client_steps(const char *path, const char *segment) {
  void *library = dlopen(path, RTLD_NOW);
  if (!library) {
    fprintf(stderr, "plain-c: %s\n", dlerror());
    return 1;
  }
  void *(*attach)(const char *) = (void *(*)(const char *))symbol(library, "bench_attach");
  void (*detach)(void *) = (void (*)(void *))symbol(library, "bench_detach");
  struct client client = {attach(segment), (int (*)(void *))symbol(library, "bench_solve")};
  if (!client.handle) return 1;
  answer_counts(step, &client);
  detach(client.handle);
  return 0;
}
