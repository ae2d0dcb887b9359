// Stacks to switch between within one thread: the model of the step protocol runs a process on each.
#ifndef CCLUSTER_COROUTINES_H
#define CCLUSTER_COROUTINES_H

/// A stack on which `entry(argument)` runs once it is switched to. `entry` must never return.
/// - Returns: what to switch to.
void *ccluster_coroutine_prepare(void *stack_end, void (*entry)(void *), void *argument);

/// Leaves the running stack, noting in `*left` how to come back to it, and goes on where `entered` was left.
void ccluster_coroutine_switch(void **left, void *entered);

#endif
