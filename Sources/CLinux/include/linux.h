// The few system calls and macros that Swift cannot import. Each returns what the kernel returned, or -errno, so that
// errno is read before anything else can run. They are declared here and not `static inline`, because the headers that
// they need clash with Swift's own view of glibc when they come in through a second module.
#ifndef CCLUSTER_LINUX_H
#define CCLUSTER_LINUX_H

#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <sys/types.h>

/// Sleeps while `*word == expected`, at most `timeout_ns` (CLOCK_MONOTONIC); UINT64_MAX is for ever, and spares the kernel
/// the timer. The word lies in memory that other processes share. 0, or -EAGAIN (it had another value), -ETIMEDOUT, -EINTR.
int linux_futex_wait(const uint32_t *word, uint32_t expected, uint64_t timeout_ns);

/// Wakes up to `count` sleepers of a word; how many.
int linux_futex_wake(const uint32_t *word, int count);

/// Tells the core that this is a spin loop.
static inline void linux_cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

uint64_t linux_monotonic_ns(void);

/// The core's counter: of its rate and of its zero nothing is promised here. 0 where no process may read one.
static inline uint64_t linux_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return 0;
#endif
}

/// A descriptor of a process, close-on-exec, readable once the process has ended.
int linux_pidfd_open(pid_t pid);

int linux_pidfd_send_signal(int pidfd, int signal);

/// Makes the kernel send `signal` to process group `pgid` when something happens on `descriptor`, end of file included.
/// The setting belongs to the open file description, so every group needs one of its own.
int linux_signal_group_on_event(int descriptor, pid_t pgid, int signal);

/// Orphans below this process become its children, so that it can see and end them.
int linux_become_subreaper(void);

/// poll(2) with a limit in ns: ppoll(2), which only GNU's headers have.
int linux_poll(struct pollfd *entries, size_t count, uint64_t nanoseconds);

/// Lets short sleeps of this thread, and of those that it starts, take as long as they say: by default they may take 50 µs more.
int linux_shortest_timer_slack(void);

int linux_memfd(const char *name);

/// Binds a thread (0: this one, whose children inherit it) to cores.
int linux_set_affinity(pid_t pid, const int *cores, int count);

/// The cores this thread may run on, in order; how many.
int linux_get_affinity(int *cores, int capacity);

/// This thread's scheduling policy with its priority; -errno.
int linux_get_scheduler(int *priority);

/// Schedules this thread, and children that it starts from now on, by a policy.
int linux_set_scheduler(int policy, int priority);

int linux_set_nice(pid_t pid, int nice);

/// How long this thread wants a core at a time, ns, where the kernel listens to that (6.12): one that asks for little gets it
/// sooner once it wakes, and no more of it.
int linux_set_slice(uint64_t nanoseconds);

/// What the kernel permits a process of this user and these capabilities.
typedef struct linux_permissions {
  int real_time_priority;   // the highest; 0 is none
  int nice;                 // the most urgent
  long locked_memory;       // bytes; -1 is without limit
} linux_permissions;

void linux_get_permissions(linux_permissions *permissions);

/// Locks all memory of this process, that of now and of later, with `stack` bytes of this thread's stack, and keeps freed memory:
/// nothing of it has to be fetched again.
int linux_lock_memory(size_t stack);

/// Raises the soft limit of open descriptors to the hard one; the soft limit that was.
long linux_raise_descriptor_limit(void);

/// Sets the soft limit of a child's open descriptors, so that it starts with what its user is used to.
int linux_set_descriptor_limit(pid_t pid, long soft);

/// Makes standard output line-buffered even on a pipe, so that a crash loses no line.
void linux_buffer_output_by_line(void);

/// A pipe whose both ends close on exec: ends[0] to read, ends[1] to write.
int linux_pipe(int ends[2]);

/// Two connected sockets that keep message boundaries, close-on-exec.
int linux_message_socketpair(int ends[2]);

/// A stream socket that listens on a new path of mode 0600, close-on-exec and non-blocking. Paths are at most 107 bytes.
int linux_listen_at(const char *path);

/// The next connection of a listening socket, close-on-exec and non-blocking.
int linux_accept(int listener);

/// A stream socket connected to a path, close-on-exec.
int linux_connect_to(const char *path);

/// The user on the other end of a connection, as it was when it was made.
long linux_peer_uid(int socket);

/// Sends what there is room for; a reader that is gone is -EPIPE and no signal.
long linux_send(int socket, const void *bytes, size_t size);

/// A datagram socket, close-on-exec and non-blocking, at an abstract address that the kernel chooses; `name` gets that without
/// its leading zero.
int linux_listen_for_notices(char *name, size_t size);

/// Receives one datagram with its sender's user; its length, or -EAGAIN when there is none.
long linux_receive_notice(int socket, void *bytes, size_t size, uid_t *sender);

/// A counter that wakes poll(2), close-on-exec and non-blocking.
int linux_eventfd(void);

/// A descriptor that becomes readable when one of the signals is pending; close-on-exec and non-blocking.
int linux_signalfd(const int *signals, int count);

/// Holds signals back, as a signalfd needs it.
void linux_block_signals(const int *signals, int count);

/// Lets signals through again that a signalfd held back.
void linux_unblock_signals(const int *signals, int count);

/// The next signal that a signalfd reports, or 0.
int linux_read_signal(int descriptor);

/// POSIX_SPAWN_SETSID, which spawn.h shows to GNU sources only.
enum linux_spawn_flag { LINUX_SPAWN_SETSID = 0x80 };

/// Adds a change of directory to a child's start; `actions` is a posix_spawn_file_actions_t.
int linux_spawn_add_directory(void *actions, const char *path);

/// Sends `size` bytes over a Unix socket, with one descriptor along when `descriptor >= 0`. Waits for room, or without
/// `waits` returns -EAGAIN when there is none.
long linux_send_message(int socket, const void *bytes, size_t size, int descriptor, int waits);

/// Receives one message; `*descriptor` is the one that came along, close-on-exec, or -1. 0 is end of file.
long linux_receive_message(int socket, void *bytes, size_t size, int *descriptor);

#endif
