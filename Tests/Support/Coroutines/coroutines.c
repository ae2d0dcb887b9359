#include "coroutines.h"

#include <stdint.h>

// ucontext(3) would do, but makes a system call at each switch for the signal mask; a model switches millions of times.
// Only what a function must preserve is kept: the registers that belong to the caller.
#if defined(__x86_64__)

__asm__(
    ".text\n"
    ".globl ccluster_coroutine_switch\n"
    ".type ccluster_coroutine_switch, @function\n"
    "ccluster_coroutine_switch:\n"
    "  push %rbp\n  push %rbx\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
    "  mov %rsp, (%rdi)\n"
    "  mov %rsi, %rsp\n"
    "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbx\n  pop %rbp\n"
    "  ret\n"
    ".size ccluster_coroutine_switch, . - ccluster_coroutine_switch\n"
    ".type coroutine_begin, @function\n"
    "coroutine_begin:\n"
    "  mov %r12, %rdi\n"
    "  call *%r13\n"
    "  ud2\n"
    ".size coroutine_begin, . - coroutine_begin\n");

void coroutine_begin(void) __asm__("coroutine_begin");

void *ccluster_coroutine_prepare(void *stack_end, void (*entry)(void *), void *argument) {
  uint64_t *stack = (uint64_t *)((uintptr_t)stack_end & ~(uintptr_t)63);
  *--stack = 0;
  *--stack = 0;
  *--stack = (uint64_t)(uintptr_t)coroutine_begin;   // where `ret` goes
  *--stack = 0;                                      // rbp: the end of the frames
  *--stack = 0;                                      // rbx
  *--stack = (uint64_t)(uintptr_t)argument;          // r12
  *--stack = (uint64_t)(uintptr_t)entry;             // r13
  *--stack = 0;                                      // r14
  *--stack = 0;                                      // r15
  return stack;
}

#elif defined(__aarch64__)

__asm__(
    ".text\n"
    ".globl ccluster_coroutine_switch\n"
    ".type ccluster_coroutine_switch, %function\n"
    "ccluster_coroutine_switch:\n"
    "  sub sp, sp, #160\n"
    "  stp x19, x20, [sp, #0]\n  stp x21, x22, [sp, #16]\n  stp x23, x24, [sp, #32]\n"
    "  stp x25, x26, [sp, #48]\n  stp x27, x28, [sp, #64]\n  stp x29, x30, [sp, #80]\n"
    "  stp d8, d9, [sp, #96]\n  stp d10, d11, [sp, #112]\n"
    "  stp d12, d13, [sp, #128]\n  stp d14, d15, [sp, #144]\n"
    "  mov x9, sp\n  str x9, [x0]\n  mov sp, x1\n"
    "  ldp x19, x20, [sp, #0]\n  ldp x21, x22, [sp, #16]\n  ldp x23, x24, [sp, #32]\n"
    "  ldp x25, x26, [sp, #48]\n  ldp x27, x28, [sp, #64]\n  ldp x29, x30, [sp, #80]\n"
    "  ldp d8, d9, [sp, #96]\n  ldp d10, d11, [sp, #112]\n"
    "  ldp d12, d13, [sp, #128]\n  ldp d14, d15, [sp, #144]\n"
    "  add sp, sp, #160\n"
    "  ret\n"
    ".size ccluster_coroutine_switch, . - ccluster_coroutine_switch\n"
    ".type coroutine_begin, %function\n"
    "coroutine_begin:\n"
    "  mov x0, x19\n"
    "  blr x20\n"
    "  brk #1\n"
    ".size coroutine_begin, . - coroutine_begin\n");

void coroutine_begin(void) __asm__("coroutine_begin");

void *ccluster_coroutine_prepare(void *stack_end, void (*entry)(void *), void *argument) {
  uint64_t *stack = (uint64_t *)((uintptr_t)stack_end & ~(uintptr_t)63);
  stack -= 20;
  for (int i = 0; i < 20; i++) stack[i] = 0;
  stack[0] = (uint64_t)(uintptr_t)argument;            // x19
  stack[1] = (uint64_t)(uintptr_t)entry;               // x20
  stack[11] = (uint64_t)(uintptr_t)coroutine_begin;    // x30: where `ret` goes
  return stack;
}

#else
#error "a switch of stacks for this processor is missing: see x86_64 above for what it must keep"
#endif
