/* control.c - see control.h. */
#include "daemon/control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

bool control_open(int ret_fd[2], struct err *err)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_fd) == 0)
        return true;
    return err_set(err, "no socket between the processes: %s", strerror(errno));
}

bool control_send(int control_fd, const struct control *message, int fd)
{
    union {
        struct cmsghdr header; /* for alignment */
        char room[CMSG_SPACE(sizeof fd)];
    } extra = {0};
    struct iovec part = {(void *)message, sizeof *message};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        m.msg_control = extra.room;
        m.msg_controllen = sizeof extra.room;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    return sendmsg(control_fd, &m, MSG_NOSIGNAL) == (ssize_t)sizeof *message;
}

bool control_receive(int control_fd, struct control *ret_message, int *ret_fd)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } extra = {0};
    struct iovec part = {ret_message, sizeof *ret_message};
    struct msghdr m = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = extra.room,
        .msg_controllen = sizeof extra.room,
    };
    ssize_t n;
    do
        n = recvmsg(control_fd, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof *ret_message)
        return false;
    ret_message->name[sizeof ret_message->name - 1] = '\0';
    ret_message->text[sizeof ret_message->text - 1] = '\0';
    *ret_fd = -1;
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
        memcpy(ret_fd, CMSG_DATA(c), sizeof *ret_fd);
    return true;
}
