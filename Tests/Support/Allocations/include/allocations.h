// Counts what a thread allocates: a program that links this has its own malloc in front of the C library's.
#ifndef CCLUSTER_TEST_ALLOCATIONS_H
#define CCLUSTER_TEST_ALLOCATIONS_H

/// Whether this build counts: not with a sanitizer, which has its own malloc.
int ccluster_test_counts_allocations(void);

/// Blocks that this thread has allocated so far, freed ones among them.
long ccluster_test_allocations(void);

/// Blocks that this thread has freed so far.
long ccluster_test_frees(void);

#endif
