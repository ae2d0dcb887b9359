#define _GNU_SOURCE
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "segment.h"

int linux_futex_wait(const uint32_t *word, uint32_t expected, uint64_t timeout_ns) {
  struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000u), .tv_nsec = (long)(timeout_ns % 1000000000u)};
  const struct timespec *limit = timeout_ns == UINT64_MAX ? NULL : &timeout;
  return syscall(SYS_futex, word, FUTEX_WAIT, expected, limit, NULL, 0) < 0 ? -errno : 0;
}

int linux_futex_wake(const uint32_t *word, int count) {
  long woken = syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
  return woken < 0 ? -errno : (int)woken;
}

uint64_t linux_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int linux_pidfd_open(pid_t pid) {
  long descriptor = syscall(SYS_pidfd_open, pid, 0);
  return descriptor < 0 ? -errno : (int)descriptor;
}

int linux_pidfd_send_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

int linux_signal_group_on_event(int descriptor, pid_t pgid, int signal) {
  if (fcntl(descriptor, F_SETSIG, signal) < 0 || fcntl(descriptor, F_SETOWN, -pgid) < 0) return -errno;
  int flags = fcntl(descriptor, F_GETFL);
  return flags < 0 || fcntl(descriptor, F_SETFL, flags | O_ASYNC) < 0 ? -errno : 0;
}

int linux_become_subreaper(void) {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int linux_poll(struct pollfd *entries, size_t count, uint64_t nanoseconds) {
  struct timespec limit = {.tv_sec = (time_t)(nanoseconds / 1000000000), .tv_nsec = (long)(nanoseconds % 1000000000)};
  return ppoll(entries, count, &limit, NULL);
}

int linux_shortest_timer_slack(void) {
  return prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int linux_memfd(const char *name) {
  int descriptor = memfd_create(name, MFD_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

int linux_set_affinity(pid_t pid, const int *cores, int count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int i = 0; i < count; i++) CPU_SET(cores[i], &set);
  return sched_setaffinity(pid, sizeof set, &set) < 0 ? -errno : 0;
}

int linux_get_affinity(int *cores, int capacity) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) < 0) return -errno;
  int count = 0;
  for (int core = 0; core < CPU_SETSIZE && count < capacity; core++)
    if (CPU_ISSET(core, &set)) cores[count++] = core;
  return count;
}

int linux_get_scheduler(int *priority) {
  struct sched_param parameters;
  if (sched_getparam(0, &parameters) < 0) return -errno;
  *priority = parameters.sched_priority;
  int policy = sched_getscheduler(0);
  return policy < 0 ? -errno : policy;
}

int linux_set_scheduler(int policy, int priority) {
  struct sched_param parameters = {.sched_priority = priority};
  return sched_setscheduler(0, policy, &parameters) < 0 ? -errno : 0;
}

int linux_set_nice(pid_t pid, int nice) {
  return setpriority(PRIO_PROCESS, (id_t)pid, nice) < 0 ? -errno : 0;
}

int linux_set_slice(uint64_t nanoseconds) {
  // As in linux/sched/types.h, which has no place beside glibc's sched.h.
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes = {.size = sizeof attributes};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) < 0) return -errno;
  if (attributes.policy != SCHED_OTHER && attributes.policy != SCHED_BATCH) return 0;
  attributes.runtime = nanoseconds;
  return syscall(SYS_sched_setattr, 0, &attributes, 0) < 0 ? -errno : 0;
}

static int has_capability(int capability) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
  if (syscall(SYS_capget, &header, data) < 0) return 0;
  return (data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
}

void linux_get_permissions(linux_permissions *permissions) {
  *permissions = (linux_permissions){.real_time_priority = 99, .nice = -20, .locked_memory = -1};
  struct rlimit limit;
  if (!has_capability(CAP_SYS_NICE)) {
    if (getrlimit(RLIMIT_RTPRIO, &limit) == 0)
      permissions->real_time_priority = limit.rlim_cur < 99 ? (int)limit.rlim_cur : 99;
    // A limit of 20 - n permits niceness n (getrlimit(2)), and nobody needs permission for what they have.
    int nice = getrlimit(RLIMIT_NICE, &limit) == 0 && limit.rlim_cur < 40 ? 20 - (int)limit.rlim_cur : -20;
    int own = getpriority(PRIO_PROCESS, 0);
    permissions->nice = nice < own ? nice : own;
  }
  if (!has_capability(CAP_IPC_LOCK) && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    permissions->locked_memory = (long)limit.rlim_cur;
}

__attribute__((noinline)) static void touch_stack(size_t size) {
  volatile char bytes[size];
  for (size_t i = 0; i < size; i += 4096) bytes[i] = 0;
}

int linux_lock_memory(size_t stack) {
  // Freed memory is not given back to the kernel, which would have to hand it out anew, page by page.
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_MMAP_MAX, 0);
  if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0) return -errno;
  touch_stack(stack);
  return 0;
}

long linux_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  long old = (long)limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : old;
}

int linux_set_descriptor_limit(pid_t pid, long soft) {
  struct rlimit limit;
  if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) < 0) return -errno;
  limit.rlim_cur = (rlim_t)soft;
  return prlimit(pid, RLIMIT_NOFILE, &limit, NULL) < 0 ? -errno : 0;
}

void linux_buffer_output_by_line(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

int linux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0; }

int linux_message_socketpair(int ends[2]) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 ? -errno : 0;
}

static int unix_address(struct sockaddr_un *address, const char *path) {
  if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  strcpy(address->sun_path, path);
  return 0;
}

int linux_listen_at(const char *path) {
  struct sockaddr_un address;
  int error = unix_address(&address, path);
  if (error < 0) return error;
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -errno;
  // The mode is that of its creation: set afterwards, there would be a moment in between.
  mode_t mask = umask(0177);
  error = bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
  umask(mask);
  if (error == 0 && listen(listener, 16) < 0) error = -errno;
  if (error == 0) return listener;
  close(listener);
  return error;
}

int linux_accept(int listener) {
  int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  return connection < 0 ? -errno : connection;
}

int linux_connect_to(const char *path) {
  struct sockaddr_un address;
  int error = unix_address(&address, path);
  if (error < 0) return error;
  int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) return -errno;
  if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0) return connection;
  error = -errno;
  close(connection);
  return error;
}

int linux_listen_for_notices(char *name, size_t size) {
  int notices = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (notices < 0) return -errno;
  // An address that is a family alone asks for a free name (unix(7), autobind).
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t length = sizeof(sa_family_t);
  int on = 1, error = 0;
  if (bind(notices, (struct sockaddr *)&address, length) < 0) error = -errno;
  length = sizeof address;
  if (error == 0 && getsockname(notices, (struct sockaddr *)&address, &length) < 0) error = -errno;
  if (error == 0 && setsockopt(notices, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0) error = -errno;
  size_t count = length - offsetof(struct sockaddr_un, sun_path);
  if (error == 0 && (count < 2 || count > size)) error = -ENAMETOOLONG;
  if (error < 0) {
    close(notices);
    return error;
  }
  memcpy(name, address.sun_path + 1, count - 1);
  name[count - 1] = 0;
  return notices;
}

/// Receives bytes with one control item of a type; the item stays as it is when none came.
static long receive(int socket, void *bytes, size_t size, int type, void *item, size_t item_size) {
  // The larger of the items that are ever asked for.
  union { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(struct ucred))]; } control;
  struct iovec part = {.iov_base = bytes, .iov_len = size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
                           .msg_controllen = CMSG_SPACE(item_size)};
  ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (received < 0) return -errno;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == type) memcpy(item, CMSG_DATA(header), item_size);
  return received;
}

long linux_receive_notice(int socket, void *bytes, size_t size, uid_t *sender) {
  struct ucred credentials = {.uid = (uid_t)-1};
  long received = receive(socket, bytes, size, SCM_CREDENTIALS, &credentials, sizeof credentials);
  *sender = credentials.uid;
  return received;
}

long linux_peer_uid(int socket) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ? -errno : (long)peer.uid;
}

long linux_send(int socket, const void *bytes, size_t size) {
  ssize_t sent = send(socket, bytes, size, MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

int linux_eventfd(void) {
  int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return descriptor < 0 ? -errno : descriptor;
}

int linux_signalfd(const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
  if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -errno;
  int descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return descriptor < 0 ? -errno : descriptor;
}

static void change_mask(int how, const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
  sigprocmask(how, &set, NULL);
}

void linux_block_signals(const int *signals, int count) { change_mask(SIG_BLOCK, signals, count); }

void linux_unblock_signals(const int *signals, int count) { change_mask(SIG_UNBLOCK, signals, count); }

int linux_read_signal(int descriptor) {
  struct signalfd_siginfo info;
  return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

_Static_assert(LINUX_SPAWN_SETSID == POSIX_SPAWN_SETSID, "linux.h");

int linux_spawn_add_directory(void *actions, const char *path) {
  return posix_spawn_file_actions_addchdir_np(actions, path);
}

long linux_send_message(int socket, const void *bytes, size_t size, int descriptor, int waits) {
  union { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(int))]; } control;
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor >= 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  }
  ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | (waits ? 0 : MSG_DONTWAIT));
  return sent < 0 ? -errno : sent;
}

long linux_receive_message(int socket, void *bytes, size_t size, int *descriptor) {
  *descriptor = -1;
  return receive(socket, bytes, size, SCM_RIGHTS, descriptor, sizeof *descriptor);
}
