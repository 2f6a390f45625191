/* calls.c - see calls.h. The lists are of what was seen to be called, and of what the C library
 * calls in its place on other machines. What is in none of them fails with EPERM. */
#include "daemon/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LEN(array) (sizeof(array) / sizeof *(array))

/* Memory, threads, time, signals of one's own, and what is open. */
static const int everybody[] = {
    SCMP_SYS(brk),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(fstat),
    SCMP_SYS(futex),
    SCMP_SYS(getpid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getsockopt),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(lseek),
    SCMP_SYS(madvise),
    SCMP_SYS(membarrier),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pread64),
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(statx),
    SCMP_SYS(sysinfo),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/* A database and the memory that its readers share. */
static const int database[] = {
    SCMP_SYS(access),   SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fchmod),
    SCMP_SYS(fchown),   SCMP_SYS(ftruncate), SCMP_SYS(getcwd),     SCMP_SYS(geteuid),
    SCMP_SYS(getuid),   SCMP_SYS(lstat),     SCMP_SYS(open),       SCMP_SYS(openat),
    SCMP_SYS(pwrite64), SCMP_SYS(readlink),  SCMP_SYS(readlinkat), SCMP_SYS(stat),
};

/* Connections to the page. */
static const int page[] = {
    SCMP_SYS(accept4),     SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_wait),    SCMP_SYS(eventfd2),
    SCMP_SYS(getpeername), SCMP_SYS(getrusage),     SCMP_SYS(getsockname),
    SCMP_SYS(pselect6),    SCMP_SYS(select),        SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sendfile),    SCMP_SYS(sendmsg),       SCMP_SYS(sendto),
    SCMP_SYS(setsockopt),  SCMP_SYS(shutdown),
};

/* Of a program that is on a terminal. */
static const int terminal[] = {
    SCMP_SYS(getpgrp),
    SCMP_SYS(getpgid),
    SCMP_SYS(pselect6),
    SCMP_SYS(select),
};

/* What nobody needs who draws a picture: it leaves this machine, or reaches other processes. */
static const int reaching[] = {
    SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),   SCMP_SYS(kill),
    SCMP_SYS(tkill),  SCMP_SYS(setuid),     SCMP_SYS(setgid),  SCMP_SYS(capset),
};

/* To write the database, its lock and its ballast; files of names. */
static const int keeper[] = {
    SCMP_SYS(fallocate), SCMP_SYS(fdatasync), SCMP_SYS(flock),    SCMP_SYS(fstatfs),
    SCMP_SYS(fsync),     SCMP_SYS(rename),    SCMP_SYS(renameat), SCMP_SYS(renameat2),
    SCMP_SYS(statfs),    SCMP_SYS(umask),     SCMP_SYS(unlink),   SCMP_SYS(unlinkat),
    SCMP_SYS(utimensat),
};

/* To start a program. */
static const int starting[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
};

/* Nothing of ours calls these, nor those above but to draw: whoever does has taken the process
 * over. */
static const int intruder[] = {
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
};

static int add_all(scmp_filter_ctx filter, uint32_t action, const int *call, size_t len)
{
    int failed = 0;
    for (size_t i = 0; i < len && !failed; i++)
        failed = seccomp_rule_add(filter, action, call[i], 0);
    return failed;
}

static int allow_if(scmp_filter_ctx filter, int call, struct scmp_arg_cmp which)
{
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &which);
}

/* A thread may be started, a process may not; that is said of clone3(), whose flags a filter cannot
 * see, by its not being there: the C library then takes clone(). Memory is not to be run. */
static int add_threads_and_memory(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    struct scmp_arg_cmp not_run = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    int failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    failed = failed ? failed : allow_if(filter, SCMP_SYS(clone), thread);
    failed = failed ? failed : allow_if(filter, SCMP_SYS(mmap), not_run);
    failed = failed ? failed : allow_if(filter, SCMP_SYS(mmap2), not_run);
    return failed ? failed : allow_if(filter, SCMP_SYS(mprotect), not_run);
}

/* Of calls that can do many things, what is done: the state of an interface, the size of a
 * terminal, flags and locks of files, the name of a thread, a signal to oneself (abort()). */
static int add_some_uses(scmp_filter_ctx filter)
{
    static const unsigned long request[] = {SIOCGIFINDEX, SIOCGIFFLAGS, TCGETS, TIOCGWINSZ,
                                            FIONBIO};
    static const int command[] = {F_GETFD, F_SETFD, F_GETFL,  F_SETFL,
                                  F_GETLK, F_SETLK, F_SETLKW, F_DUPFD_CLOEXEC};
    struct scmp_arg_cmp ourselves = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());
    int failed = allow_if(filter, SCMP_SYS(tgkill), ourselves);
    for (size_t i = 0; i < LEN(request) && !failed; i++)
        failed = allow_if(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, request[i]));
    for (size_t i = 0; i < LEN(command) && !failed; i++)
        failed = allow_if(filter, SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)command[i]));
    return failed ? failed : allow_if(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
}

static int add_reading_of_files(scmp_filter_ctx filter)
{
    const scmp_datum_t writing = O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
    return allow_if(filter, SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
}

/* And to type into the terminal. */
static int refuse_reaching(scmp_filter_ctx filter)
{
    int failed = add_all(filter, SCMP_ACT_ERRNO(EPERM), reaching, LEN(reaching));
    return failed ? failed
                  : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                                     SCMP_A1(SCMP_CMP_EQ, TIOCSTI));
}

static int add_child(scmp_filter_ctx filter, pid_t child)
{
    struct scmp_arg_cmp is_it = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)child);
    int failed = allow_if(filter, SCMP_SYS(kill), is_it);
    return failed ? failed : allow_if(filter, SCMP_SYS(wait4), is_it);
}

/* Modes of the terminal; and to stop when it says so. */
static int add_terminal(scmp_filter_ctx filter)
{
    static const unsigned long request[] = {TCSETS, TCSETSW, TCSETSF, TIOCGPGRP, TCFLSH, FIONREAD};
    int failed = add_all(filter, SCMP_ACT_ALLOW, terminal, LEN(terminal));
    for (size_t i = 0; i < LEN(request) && !failed; i++)
        failed = allow_if(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, request[i]));
    return failed ? failed
                  : allow_if(filter, SCMP_SYS(kill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
}

static int fill(scmp_filter_ctx filter, enum calls_role role, pid_t child)
{
    bool serves = role == CALLS_PAGE || role == CALLS_KEEPER;
    int failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    failed = failed ? failed : add_all(filter, SCMP_ACT_KILL_PROCESS, intruder, LEN(intruder));
    if (role == CALLS_DRAWER)
        return failed ? failed : refuse_reaching(filter);
    failed = failed ? failed : add_all(filter, SCMP_ACT_KILL_PROCESS, starting, LEN(starting));
    failed = failed ? failed : add_all(filter, SCMP_ACT_ALLOW, everybody, LEN(everybody));
    failed = failed ? failed : add_threads_and_memory(filter);
    failed = failed ? failed : add_some_uses(filter);
    if (serves || role == CALLS_ASKER || role == CALLS_TERMINAL)
        failed = failed ? failed : add_all(filter, SCMP_ACT_ALLOW, database, LEN(database));
    if (serves)
        failed = failed ? failed : add_all(filter, SCMP_ACT_ALLOW, page, LEN(page));
    if (role == CALLS_TERMINAL)
        failed = failed ? failed : add_terminal(filter);
    if (role == CALLS_KEEPER)
        failed = failed ? failed : add_all(filter, SCMP_ACT_ALLOW, keeper, LEN(keeper));
    if (role == CALLS_SENSOR_KEYLOG)
        failed = failed ? failed : add_reading_of_files(filter);
    if (child)
        failed = failed ? failed : add_child(filter, child);
    return failed;
}

bool calls_confine(enum calls_role role, pid_t child, struct err *err)
{
    scmp_filter_ctx filter =
        seccomp_init(role == CALLS_DRAWER ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
    int failed = filter ? fill(filter, role, child) : -ENOMEM;
    failed = failed ? failed : seccomp_load(filter);
    seccomp_release(filter);
    return !failed || err_set(err,
                              "cannot confine system calls (seccomp): %s; --no-sandbox does "
                              "without",
                              strerror(-failed));
}
