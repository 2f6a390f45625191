/* fanout.c - see fanout.h. */
#include "capture/fanout.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "capture/spread.h"

/* What PACKET_FANOUT takes: the id of a group, and in the upper half its type and flags. */
static bool join(int fd, unsigned group, unsigned type)
{
    unsigned value = group | type << 16;
    return setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &value, sizeof value) == 0;
}

/* Begins a group with the first socket. The kernel finds an id that nobody has. */
static bool begin(int fd, unsigned type, unsigned *ret_group)
{
    unsigned value = 0;
    socklen_t len = sizeof value;
    if (!join(fd, 0, type | PACKET_FANOUT_FLAG_UNIQUEID) ||
        getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &value, &len) != 0)
        return false;
    *ret_group = value & 0xffff;
    return true;
}

static bool set_program(int fd, const struct hash_key *key)
{
    struct sock_filter instruction[SPREAD_PROGRAM_MAX];
    struct sock_fprog program = {.len = spread_program(key, instruction), .filter = instruction};
    return setsockopt(fd, SOL_PACKET, PACKET_FANOUT_DATA, &program, sizeof program) == 0;
}

bool fanout_join(const int *fd, unsigned fd_len, const struct hash_key *key, const char *interface,
                 struct err *err)
{
    unsigned type = PACKET_FANOUT_CBPF, group = 0;
    bool begun = begin(fd[0], type, &group);
    if (!begun) {
        type = PACKET_FANOUT_HASH;
        begun = begin(fd[0], type, &group);
    }
    bool joined = begun && (type == PACKET_FANOUT_HASH || set_program(fd[0], key));
    for (unsigned i = 1; joined && i < fd_len; i++)
        joined = join(fd[i], group, type);
    return joined ||
           err_set(err, "%s: cannot be shared among %u readers: %s; capture with --workers 1",
                   interface, fd_len, strerror(errno));
}
