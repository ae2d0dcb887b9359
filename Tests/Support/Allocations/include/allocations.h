// Counts what a thread allocates: a program that links this has its own malloc in front of the C library's.
#ifndef CCLUSTER_TEST_ALLOCATIONS_H
#define CCLUSTER_TEST_ALLOCATIONS_H

/// Calls of malloc, calloc, realloc, aligned_alloc and posix_memalign by this thread so far.
long ccluster_test_allocations(void);

#endif
