// A process that attaches, steps and lets go, over and over, stays as it is.
//
//   leaks NAME TIMES      prints its resident bytes, mappings and descriptors after each of five times as many rounds
#define _GNU_SOURCE
#include <ccluster.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int round_trip(const char *name) {
  ccluster_cluster *cluster;
  ccluster_client *client;
  ccluster_report report;
  ccluster_error error;
  int32_t role = CCLUSTER_ROLE_SIMULATOR;
  if (ccluster_attach(name, role, 1, &cluster, &error)) return puts(error.message);
  if (ccluster_client_new(cluster, &client, &error)) return puts(error.message);
  // Refused, with its text.
  ccluster_client *second;
  if (ccluster_client_new(cluster, &second, &error) != CCLUSTER_ERROR_CLIENT_TAKEN) return puts("two clients");
  if (!ccluster_retain(cluster)) return 1;
  if (ccluster_client_solve(client, NULL, &report, &error)) return puts(error.message);
  if (report.solved != report.participants || report.solved == 0) return puts("not solved");
  ccluster_release(cluster);
  ccluster_release(cluster);
  ccluster_client_drop(client);
  return 0;
}

static void print_size(void) {
  long pages = 0, resident = 0, maps = 0, descriptors = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld %ld", &pages, &resident) != 2) exit(1);
  fclose(file);
  file = fopen("/proc/self/maps", "r");
  for (int character; (character = fgetc(file)) != EOF;) maps += character == '\n';
  fclose(file);
  DIR *directory = opendir("/proc/self/fd");
  while (readdir(directory)) descriptors++;
  closedir(directory);
  printf("%ld %ld %ld\n", resident * sysconf(_SC_PAGESIZE), maps, descriptors);
}

int main(int count, char **arguments) {
  if (count != 3) return 64;
  for (int batch = 0; batch < 5; batch++) {
    for (int times = atoi(arguments[2]); times > 0; times--) {
      if (round_trip(arguments[1])) return 1;
    }
    print_size();
  }
  return 0;
}
