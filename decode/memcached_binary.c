/* memcached_binary.c - see memcached_binary.h. */
#include "decode/memcached_binary.h"

struct opcode {
    const char *name;
    uint8_t extras; /* bit n: a request may have n * 4 bytes of them */
    bool keyed, quiet;
};

static const struct opcode opcodes[] = {
    [0x00] = {"get", 1, true, false},       [0x01] = {"set", 4, true, false},
    [0x02] = {"add", 4, true, false},       [0x03] = {"replace", 4, true, false},
    [0x04] = {"delete", 1, true, false},    [0x05] = {"incr", 32, true, false},
    [0x06] = {"decr", 32, true, false},     [0x07] = {"quit", 1, false, false},
    [0x08] = {"flush", 3, false, false},    [0x09] = {"getq", 1, true, true},
    [0x0a] = {"noop", 1, false, false},     [0x0b] = {"version", 1, false, false},
    [0x0c] = {"getk", 1, true, false},      [0x0d] = {"getkq", 1, true, true},
    [0x0e] = {"append", 1, true, false},    [0x0f] = {"prepend", 1, true, false},
    [0x10] = {"stat", 1, false, false},     [0x11] = {"setq", 4, true, true},
    [0x12] = {"addq", 4, true, true},       [0x13] = {"replaceq", 4, true, true},
    [0x14] = {"deleteq", 1, true, true},    [0x15] = {"incrq", 32, true, true},
    [0x16] = {"decrq", 32, true, true},     [0x17] = {"quitq", 1, false, true},
    [0x18] = {"flushq", 3, false, true},    [0x19] = {"appendq", 1, true, true},
    [0x1a] = {"prependq", 1, true, true},   [0x1b] = {"verbosity", 2, false, false},
    [0x1c] = {"touch", 2, true, false},     [0x1d] = {"gat", 2, true, false},
    [0x1e] = {"gatq", 2, true, true},       [0x20] = {"sasl_list", 1, false, false},
    [0x21] = {"sasl_auth", 1, true, false}, [0x22] = {"sasl_step", 1, true, false},
    [0x23] = {"gatk", 2, true, false},      [0x24] = {"gatkq", 2, true, true},
};

static const struct opcode *known(uint8_t opcode)
{
    bool is = opcode < sizeof opcodes / sizeof opcodes[0] && opcodes[opcode].name;
    return is ? &opcodes[opcode] : NULL;
}

const char *memcached_opcode_name(uint8_t opcode)
{
    return known(opcode) ? known(opcode)->name : NULL;
}

bool memcached_opcode_is_quiet(uint8_t opcode)
{
    return known(opcode) && known(opcode)->quiet;
}

static bool can_be_request(const struct memcached_header *h)
{
    const struct opcode *opcode = known(h->opcode);
    bool extras = opcode && h->extras_len % 4 == 0 && h->extras_len <= 20 &&
                  opcode->extras & 1U << h->extras_len / 4;
    return extras && (!opcode->keyed || h->key_len);
}

bool memcached_read_header(struct bytes in, struct memcached_header *ret)
{
    struct cursor c = cursor_over(bytes_first(in, MEMCACHED_HEADER));
    uint8_t magic = cursor_u8(&c);
    ret->is_answer = magic == MEMCACHED_ANSWERS;
    ret->opcode = cursor_u8(&c);
    ret->key_len = cursor_be16(&c);
    ret->extras_len = cursor_u8(&c);
    uint8_t data_type = cursor_u8(&c);
    ret->status = cursor_be16(&c);
    ret->body_len = cursor_be32(&c);
    ret->opaque = cursor_be32(&c);
    cursor_be64(&c);
    if (in.len && magic != MEMCACHED_ASKS && magic != MEMCACHED_ANSWERS)
        return false;
    if ((in.len >= 2 && !known(ret->opcode)) || data_type > 7 || (data_type && !ret->is_answer))
        return false;
    if (c.starved)
        return true;
    if (ret->body_len < (uint32_t)ret->key_len + ret->extras_len ||
        ret->body_len > MEMCACHED_BODY_MAX || ret->key_len > 250)
        return false;
    return ret->is_answer ? ret->extras_len <= 8 : can_be_request(ret);
}

const char *memcached_status_name(uint16_t status)
{
    static const struct {
        uint16_t status;
        const char *name;
    } names[] = {
        {0x00, "OK"},
        {0x01, "KEY_ENOENT"},
        {0x02, "KEY_EEXISTS"},
        {0x03, "E2BIG"},
        {0x04, "EINVAL"},
        {0x05, "NOT_STORED"},
        {0x06, "DELTA_BADVAL"},
        {0x07, "NOT_MY_VBUCKET"},
        {0x08, "AUTH_ERROR"},
        {0x09, "AUTH_CONTINUE"},
        {0x20, "AUTH_ERROR"},
        {0x21, "AUTH_CONTINUE"},
        {0x81, "UNKNOWN_COMMAND"},
        {0x82, "ENOMEM"},
        {0x83, "NOT_SUPPORTED"},
        {0x84, "EINTERNAL"},
        {0x85, "EBUSY"},
        {0x86, "ETMPFAIL"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].status == status)
            return names[i].name;
    return "unknown";
}
