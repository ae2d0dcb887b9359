#define _GNU_SOURCE
#include "plain.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../../Sources/CControlCluster/ccluster.h"

struct client {
  ccluster_client *handle;
  __typeof__(ccluster_client_solve) *solve;
};

static uint64_t step(void *context) {
  struct client *client = context;
  ccluster_report report;
  ccluster_error error;
  pause_between_rounds();
  uint64_t began = monotonic_ns();
  int code = client->solve(client->handle, NULL, &report, &error);
  uint64_t time = monotonic_ns() - began;
  if (code != CCLUSTER_OK || report.solved != report.participants) {
    fprintf(stderr, "plain-c: a step did not solve%s%s\n", code ? ": " : "", code ? error.message : "");
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

// Loaded and not linked: SwiftPM builds the library of these sources, but would link the sources themselves.
#define LOAD(library, function) __typeof__(function) *function##_ = (__typeof__(function) *)symbol(library, #function)

int client_steps(const char *path, const char *segment) {
  void *library = dlopen(path, RTLD_NOW);
  if (!library) {
    fprintf(stderr, "plain-c: %s\n", dlerror());
    return 1;
  }
  LOAD(library, ccluster_attach);
  LOAD(library, ccluster_client_new);
  LOAD(library, ccluster_client_drop);
  LOAD(library, ccluster_client_solve);
  LOAD(library, ccluster_release);
  ccluster_cluster *cluster;
  ccluster_error error;
  struct client client = {.solve = ccluster_client_solve_};
  if (ccluster_attach_(segment, CCLUSTER_ROLE_SIMULATOR, 1, &cluster, &error)
      || ccluster_client_new_(cluster, &client.handle, &error)) {
    fprintf(stderr, "plain-c: %s\n", error.message);
    return 1;
  }
  answer_counts(step, &client);
  ccluster_client_drop_(client.handle);
  ccluster_release_(cluster);
  return 0;
}
