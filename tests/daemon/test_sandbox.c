/* test_sandbox.c - of each system call that sensor, keeper, page and commands have no use for, in a
 * child that has entered its sandbox: it is refused, or ends the child, as is designed; what they
 * need works. Left out of builds without a sandbox. */
#include "daemon/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "daemon/landlock.h"
#include "tests/check.h"

/* What became of a call. */
enum { WORKED = 0, KILLED = -1 }; /* else an errno */

static char folder[] = "/tmp/test_sandbox-XXXXXX";
static char db[64], names[96], names_folder[64], elsewhere[64];
static int listener = -1; /* a socket that was opened before */

enum role { SENSOR, SENSOR_KEYLOG, PAGE, KEEPER, ASKER, TERMINAL, DRAWER, ROLES };

static bool enter(enum role role)
{
    const struct daemon_options options = {.db = db, .names = names};
    struct err err;
    if (role == PAGE)
        return sandbox_page_files(&options, &err) && sandbox_page_calls(&options, &err);
    if (role == KEEPER)
        return sandbox_keeper_files(&options, &err) && sandbox_keeper_calls(&options, 0, &err);
    if (role >= ASKER)
        return sandbox_asker(db, NULL, (enum asker)(role - ASKER), &err);
    return sandbox_sensor(&options, role == SENSOR_KEYLOG ? names : NULL, &err);
}

/* Enters the sandbox in a child, and calls. */
static int in_sandbox(enum role role, long (*call)(void))
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (!enter(role))
            _exit(255);
        _exit(call() < 0 ? errno : WORKED);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGSYS);
        return KILLED;
    }
    assert_int_not_equal(WEXITSTATUS(status), 255);
    return WEXITSTATUS(status);
}

/* --- calls --- */

static long run_program(void)
{
    char *argv[] = {(char *)"true", NULL};
    return execve("/bin/true", argv, NULL);
}

static long start_process(void)
{
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static long start_process_by_fork(void)
{
    return syscall(SYS_fork);
}

static long start_process_by_clone3(void)
{
    uint64_t args[8] = {0};
    return syscall(SYS_clone3, args, sizeof args);
}

static long trace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long read_other_memory(void)
{
    return syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}

static long open_tcp(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static long open_packet_socket(void)
{
    return socket(AF_PACKET, SOCK_RAW, 0);
}

static long open_pair(void)
{
    int fd[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, fd);
}

static long connect_old_socket(void)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return connect(listener, (struct sockaddr *)&to, sizeof to);
}

static long bind_old_socket(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return bind(listener, (struct sockaddr *)&to, sizeof to);
}

static long open_passwords(void)
{
    return open("/etc/passwd", O_RDONLY);
}

static long open_elsewhere(void)
{
    return open(elsewhere, O_RDONLY);
}

static long make_elsewhere(void)
{
    return open("/tmp/test_sandbox-must-not-be", O_WRONLY | O_CREAT, 0600);
}

static long open_names(void)
{
    return open(names, O_RDONLY);
}

static long write_names(void)
{
    return open(names, O_WRONLY);
}

static long open_db(void)
{
    return open(db, O_RDWR | O_CREAT, 0600);
}

static long make_beside_db(void)
{
    char path[80];
    snprintf(path, sizeof path, "%s-wal", db);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    return fd < 0 || write(fd, "x", 1) != 1 || ftruncate(fd, 0) != 0 ? -1 : 0;
}

/* Whoever may write makes it, too. */
static const char *lock_file(void)
{
    static char path[80];
    snprintf(path, sizeof path, "%s-lock", db);
    close(open(path, O_RDWR | O_CREAT, 0600));
    return path;
}

static long remove_beside_db(void)
{
    return unlink(lock_file());
}

static long rename_beside_db(void)
{
    return rename(lock_file(), names);
}

static long make_folder(void)
{
    char path[80];
    snprintf(path, sizeof path, "%s-d", db);
    return mkdir(path, 0700);
}

static long link_passwords(void)
{
    char path[80];
    snprintf(path, sizeof path, "%s-l", db);
    return symlink("/etc/passwd", path);
}

static long signal_parent(void)
{
    return kill(getppid(), 0);
}

static long make_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? -1
               : 0;
}

static long turn_into_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static long mount_something(void)
{
    return syscall(SYS_mount, "none", folder, "tmpfs", 0, NULL);
}

static long leave_namespace(void)
{
    return unshare(CLONE_NEWUSER);
}

static long type_into_terminal(void)
{
    return ioctl(STDIN_FILENO, TIOCSTI, "x");
}

static long set_modes_of_terminal(void)
{
    struct termios modes = {0};
    return tcsetattr(listener, TCSANOW, &modes);
}

static long signal_oneself(void)
{
    return kill(getpid(), 0);
}

static long take_own_dumps(void)
{
    return prctl(PR_SET_DUMPABLE, 1);
}

static long raise_limit(void)
{
    return setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}

static long become_somebody(void)
{
    return syscall(SYS_setuid, 0);
}

static void *count(void *number)
{
    (*(int *)number)++;
    return NULL;
}

static long start_thread(void)
{
    pthread_t thread;
    int number = 0;
    if ((errno = pthread_create(&thread, NULL, count, &number)) != 0)
        return -1;
    pthread_join(thread, NULL);
    return number == 1 ? 0 : -1;
}

static long use_memory(void)
{
    for (size_t size = 16; size < 64 * 1024 * 1024; size *= 4) {
        char *at = malloc(size);
        if (!at || !(at = realloc(at, 2 * size)))
            return -1;
        memset(at, 1, 2 * size);
        free(at);
    }
    return 0;
}

static long write_to_standard_error(void)
{
    return write(STDERR_FILENO, "", 0);
}

static void *open_passwords_in_thread(void *go)
{
    while (!*(volatile bool *)go)
        poll(NULL, 0, 1);
    return (void *)(open_tcp() < 0 ? (intptr_t)errno : 0);
}

/* A thread that was there before the keeper's page was has the same filter. */
static int in_older_thread(void)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        bool go = false;
        void *result;
        pthread_create(&thread, NULL, open_passwords_in_thread, &go);
        if (!enter(KEEPER))
            _exit(255);
        *(volatile bool *)&go = true;
        pthread_join(thread, &result);
        _exit((int)(intptr_t)result);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

/* --- what comes of them --- */

struct expected {
    const char *name;
    long (*call)(void);
    int outcome[ROLES];
};

#define CALL(name, ...)                                                                            \
    {                                                                                              \
#name, name,                                                                               \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
static const struct expected table[] = {
    CALL(run_program, KILLED, KILLED, KILLED, KILLED, KILLED, KILLED, WORKED),
    CALL(start_process, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, WORKED),
    CALL(start_process_by_clone3, ENOSYS, ENOSYS, ENOSYS, ENOSYS, ENOSYS, ENOSYS, WORKED),
    CALL(start_process_by_fork, KILLED, KILLED, KILLED, KILLED, KILLED, KILLED, WORKED),
    CALL(trace, KILLED, KILLED, KILLED, KILLED, KILLED, KILLED, KILLED),
    CALL(read_other_memory, KILLED, KILLED, KILLED, KILLED, KILLED, KILLED, KILLED),
    CALL(mount_something, KILLED, KILLED, KILLED, KILLED, KILLED, KILLED, KILLED),
    CALL(leave_namespace, KILLED, KILLED, KILLED, KILLED, KILLED, KILLED, KILLED),
    CALL(open_tcp, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM),
    CALL(open_packet_socket, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM),
    CALL(open_pair, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM),
    CALL(connect_old_socket, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM),
    CALL(bind_old_socket, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM),
    CALL(signal_parent, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM),
    CALL(make_code, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, WORKED),
    CALL(turn_into_code, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, WORKED),
    CALL(type_into_terminal, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM),
    CALL(set_modes_of_terminal, EPERM, EPERM, EPERM, EPERM, EPERM, ENOTTY, ENOTTY),
    CALL(signal_oneself, EPERM, EPERM, EPERM, EPERM, EPERM, WORKED, EPERM),
    CALL(take_own_dumps, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, WORKED),
    CALL(raise_limit, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, WORKED),
    CALL(become_somebody, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM),
    CALL(make_folder, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, EACCES),
    CALL(link_passwords, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, EACCES),
    CALL(write_names, EPERM, EPERM, EACCES, EACCES, EACCES, EACCES, EACCES),
    CALL(open_names, EPERM, WORKED, EACCES, WORKED, EACCES, EACCES, WORKED),
    CALL(open_db, EPERM, EPERM, WORKED, WORKED, WORKED, WORKED, WORKED),
    CALL(make_beside_db, EPERM, EPERM, WORKED, WORKED, WORKED, WORKED, WORKED),
    CALL(remove_beside_db, EPERM, EPERM, EPERM, WORKED, EPERM, EPERM, EACCES),
    CALL(rename_beside_db, EPERM, EPERM, EPERM, EACCES, EPERM, EPERM, EACCES),
    CALL(make_elsewhere, EPERM, EPERM, EACCES, EACCES, EACCES, EACCES, EACCES),
    CALL(open_passwords, EPERM, EACCES, EACCES, EACCES, EACCES, EACCES, WORKED),
    CALL(open_elsewhere, EPERM, EACCES, EACCES, EACCES, EACCES, EACCES, WORKED),
    CALL(start_thread, WORKED, WORKED, WORKED, WORKED, WORKED, WORKED, WORKED),
    CALL(use_memory, WORKED, WORKED, WORKED, WORKED, WORKED, WORKED, WORKED),
    CALL(write_to_standard_error, WORKED, WORKED, WORKED, WORKED, WORKED, WORKED, WORKED),
};

/* Without Landlock, what it would refuse is up to the rights of the user. */
static bool is_up_to_landlock(int outcome)
{
    return outcome == EACCES && !landlock_is_there();
}

static void check_role(enum role role, const struct expected *e)
{
    int expected = e->outcome[role];
    if (is_up_to_landlock(expected))
        return;
    int outcome = in_sandbox(role, e->call);
    if (outcome != expected)
        fail_msg("%s, role %d: %d instead of %d", e->name, (int)role, outcome, expected);
}

static void test_each_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (enum role role = SENSOR; role < ROLES; role++)
            check_role(role, &table[i]);
    }
}

static void test_older_threads(void **state)
{
    (void)state;
    assert_int_equal(in_older_thread(), EPERM);
}

/* The page may be there before the database is, and before its folder. */
static void test_page_before_folder(void **state)
{
    (void)state;
    int status, made[2];
    char later[96], path[112];
    snprintf(later, sizeof later, "%s/later", folder);
    snprintf(path, sizeof path, "%s/t.db", later);
    assert_int_equal(pipe(made), 0);
    pid_t pid = fork();
    if (pid == 0) {
        const struct daemon_options options = {.db = path};
        struct err err;
        char byte;
        bool fine = sandbox_page_files(&options, &err) && sandbox_page_calls(&options, &err) &&
                    read(made[0], &byte, 1) == 1 && open(path, O_RDONLY) >= 0 &&
                    (!landlock_is_there() || (open_passwords() < 0 && errno == EACCES));
        _exit(fine ? 0 : 1);
    }
    assert_int_equal(mkdir(later, 0700), 0);
    close(open(path, O_WRONLY | O_CREAT, 0600));
    assert_int_equal(write(made[1], "", 1), 1);
    close(made[0]);
    close(made[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* Both databases of a comparison are there. */
static void test_two_databases(void **state)
{
    int status;
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct err err;
        bool fine = sandbox_asker(db, names, ASKER_PRINTS, &err) && open_db() >= 0 &&
                    open_names() >= 0 && (!landlock_is_there() || open_passwords() < 0);
        _exit(fine ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_no_sandbox(void **state)
{
    (void)state;
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        const struct daemon_options options = {.db = db, .no_sandbox = true};
        struct err err;
        bool fine = sandbox_sensor(&options, NULL, &err) && sandbox_keeper_files(&options, &err) &&
                    sandbox_keeper_calls(&options, 0, &err) && sandbox_page_files(&options, &err) &&
                    sandbox_page_calls(&options, &err);
        _exit(fine && open_passwords() >= 0 && open_tcp() >= 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* The keeper of a replay may signal and reap its sensor, and nobody else. */
static void test_child(void **state)
{
    (void)state;
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        const struct daemon_options options = {.db = db};
        struct err err;
        pid_t child = fork();
        if (child == 0) {
            pause();
            _exit(0);
        }
        bool fine = sandbox_keeper_calls(&options, child, &err) && kill(child, SIGKILL) == 0 &&
                    waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
                    signal_parent() < 0 && errno == EPERM;
        _exit(fine ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static int make_files(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(db, sizeof db, "%s/db", folder);
    assert_int_equal(mkdir(db, 0700), 0);
    snprintf(db, sizeof db, "%s/db/t.db", folder);
    snprintf(names_folder, sizeof names_folder, "%s/names", folder);
    assert_int_equal(mkdir(names_folder, 0700), 0);
    snprintf(names, sizeof names, "%s/n", names_folder);
    snprintf(elsewhere, sizeof elsewhere, "%s/secret", folder);
    close(open(names, O_WRONLY | O_CREAT, 0600));
    close(open(elsewhere, O_WRONLY | O_CREAT, 0600));
    listener = socket(AF_INET, SOCK_STREAM, 0);
    return listener < 0;
}

static int remove_files(void **state)
{
    (void)state;
    char command[96];
    close(listener);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call),          cmocka_unit_test(test_older_threads),
        cmocka_unit_test(test_page_before_folder), cmocka_unit_test(test_two_databases),
        cmocka_unit_test(test_no_sandbox),         cmocka_unit_test(test_child),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
