#define _GNU_SOURCE
#include "system_calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static __thread volatile long calls __attribute__((tls_model("initial-exec")));
static __thread volatile long last __attribute__((tls_model("initial-exec"))) = -1;

long ccluster_test_system_calls(void) { return calls; }
long ccluster_test_last_system_call(void) { return last; }

// `carry_out(number, a, b, c, d, e, f)` makes a system call at an address of its own: the filter tells by it a call that has been
// counted. The kernel reports the address behind the instruction.
long carry_out(long number, long a, long b, long c, long d, long e, long f);
extern const char carried_out[];

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
__asm__(
    ".text\n"
    ".globl carry_out, carried_out\n"
    "carry_out:\n"
    "  mov %rdi, %rax\n"
    "  mov %rsi, %rdi\n"
    "  mov %rdx, %rsi\n"
    "  mov %rcx, %rdx\n"
    "  mov %r8, %r10\n"
    "  mov %r9, %r8\n"
    "  mov 8(%rsp), %r9\n"
    "  syscall\n"
    "carried_out:\n"
    "  ret\n");
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
__asm__(
    ".text\n"
    ".globl carry_out, carried_out\n"
    "carry_out:\n"
    "  mov x8, x0\n"
    "  mov x0, x1\n"
    "  mov x1, x2\n"
    "  mov x2, x3\n"
    "  mov x3, x4\n"
    "  mov x4, x5\n"
    "  mov x5, x6\n"
    "  svc #0\n"
    "carried_out:\n"
    "  ret\n");
#endif

static void count(int signal, siginfo_t *info, void *context) {
  (void)signal;
  calls++;
  last = info->si_syscall;
#if defined(__x86_64__)
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  r[REG_RAX] = carry_out(info->si_syscall, r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9]);
#elif defined(__aarch64__)
  unsigned long long *r = ((ucontext_t *)context)->uc_mcontext.regs;
  r[0] = (unsigned long long)carry_out(info->si_syscall, (long)r[0], (long)r[1], (long)r[2], (long)r[3], (long)r[4], (long)r[5]);
#endif
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
// The lower halves, on the little-endian machines that this runs on.
#define LOAD_HIGH(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field) + 4)
#define ON(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)

int ccluster_test_count_system_calls(void) {
  struct sigaction action = {.sa_sigaction = count, .sa_flags = SA_SIGINFO | SA_NODEFER};
  if (sigaction(SIGSYS, &action, NULL) < 0) return -errno;
  uintptr_t address = (uintptr_t)carried_out;
  struct sock_filter rules[] = {
      LOAD(arch), ON(ARCHITECTURE, 1, 0), RETURN(SECCOMP_RET_KILL_PROCESS),
      LOAD_HIGH(instruction_pointer), ON(address >> 32, 0, 3),
      LOAD(instruction_pointer), ON(address, 0, 1), RETURN(SECCOMP_RET_ALLOW),
      LOAD(nr), ON(SYS_rt_sigreturn, 3, 0), ON(SYS_clock_gettime, 2, 0), ON(SYS_restart_syscall, 1, 0), ON(SYS_futex, 1, 5),
      RETURN(SECCOMP_RET_ALLOW),
      // Not the private ones, which are those of locks inside the process.
      LOAD(args[1]), ON(FUTEX_WAIT, 1, 0), ON(FUTEX_WAKE, 0, 1),
      RETURN(SECCOMP_RET_ALLOW), RETURN(SECCOMP_RET_TRAP),
  };
  struct sock_fprog program = {.len = sizeof rules / sizeof rules[0], .filter = rules};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}
