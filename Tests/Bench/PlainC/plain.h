// What a step and a registration cost at the least: the same work in plain C on raw futexes, without deaths, lateness or
// rules. `step-bench` runs these beside the real thing, in turns, so that both meet the same machine. And what a C program
// pays for a step of the real thing.
#ifndef PLAIN_H
#define PLAIN_H

#include <stdint.h>

/// What a round moves.
struct round_shape {
  int workers;         // processes
  int words;           // 64-bit words that each of them marks and the client reads; 0 is none
  long state_bytes;    // a row that the client copies in and a worker copies out; 0 is none
  long command_bytes;  // a row that a worker copies in and the client copies out; 0 is none
};

/// Forks the workers, then answers rounds.
int futex_rounds(struct round_shape shape);

/// Is the client of the cluster `segment` through `library`, and answers steps.
int client_steps(const char *library, const char *segment);

/// Spawns `workers` processes that map an object of `size` bytes and register in it; prints the ns until the last has.
int registration(int workers, long size);

/// What such a process does; `size` bytes of the object `name`.
int registrant(const char *name, long size, int index);

/// Answers each number on standard input with one line of as many times in ns. Ends with the input.
/// `once` runs one round and returns its time.
void answer_counts(uint64_t (*once)(void *context), void *context);

/// Spins for as long as the real client of `step-bench` does between its steps.
void pause_between_rounds(void);

void cpu_relax(void);
uint64_t monotonic_ns(void);
void futex_wait(uint32_t *word, uint32_t expected);
void futex_wake(uint32_t *word, int count);
void die(const char *call);

#endif
