// Counts the system calls of a thread, for the tests of the step path. A seccomp filter lets through what a step may do, a wait
// and a wake on a shared futex, and the clock where the vDSO has to ask the kernel; all others are counted, and then carried out
// from an address that the filter knows.
#ifndef CCLUSTER_TEST_SYSTEM_CALLS_H
#define CCLUSTER_TEST_SYSTEM_CALLS_H

/// Counts this thread's calls, and those of threads that it starts, from now on and for ever. 0, or -errno.
int ccluster_test_count_system_calls(void);

/// How many there were.
long ccluster_test_system_calls(void);

/// The number of the newest one, as in <asm/unistd.h>; -1 when there was none.
long ccluster_test_last_system_call(void);

#endif
