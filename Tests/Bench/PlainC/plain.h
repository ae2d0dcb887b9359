// What a step and a registration cost at the least: the same work in plain C on raw futexes, without deaths, lateness,
// rows or rules. `step-bench` runs these beside the real thing, in turns, so that both meet the same machine.
#ifndef PLAIN_H
#define PLAIN_H

#include <stdint.h>

/// Forks `workers` processes, then runs as many rounds as each line of standard input asks for and answers with one line
/// of their times in ns. Ends with the input.
int futex_rounds(int workers);

/// Spawns `workers` processes that map an object of `size` bytes and register in it; prints the ns until the last has.
int registration(int workers, long size);

/// What such a process does; `size` bytes of the object `name`.
int registrant(const char *name, long size, int index);

uint64_t monotonic_ns(void);
void futex_wait(uint32_t *word, uint32_t expected);
void futex_wake(uint32_t *word, int count);
void die(const char *call);

#endif
