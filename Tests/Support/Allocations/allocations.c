#include "allocations.h"

#include <errno.h>
#include <stddef.h>

extern void __libc_free(void *block);
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static __thread long allocations __attribute__((tls_model("initial-exec")));
static __thread long frees __attribute__((tls_model("initial-exec")));

long ccluster_test_allocations(void) { return allocations; }
long ccluster_test_frees(void) { return frees; }

// A sanitizer's own allocator must not be replaced, nor be called into before it is up, which is what a first `malloc` from the
// dynamic linker would do in an instrumented function.
#if !__has_feature(thread_sanitizer) && !__has_feature(address_sanitizer)

int ccluster_test_counts_allocations(void) { return 1; }

void free(void *block) {
  frees += block != NULL;
  __libc_free(block);
}

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  allocations += block == NULL;
  return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  allocations++;
  *block = __libc_memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}

#else

int ccluster_test_counts_allocations(void) { return 0; }

#endif
