/* dubbo_body.c - see dubbo_body.h. */
#include "decode/dubbo_body.h"

#include <ctype.h>

enum serialization {
    HESSIAN2 = 2,
    FASTJSON = 6,
    KRYO = 8,
    NATIVE_HESSIAN = 10,
    GSON = 16,
    KRYO2 = 25,
};

const char *dubbo_serialization(uint8_t id)
{
    static const char *const names[] = {
        [HESSIAN2] = "hessian2",
        [3] = "java",
        [4] = "compactedjava",
        [FASTJSON] = "fastjson",
        [7] = "nativejava",
        [KRYO] = "kryo",
        [9] = "fst",
        [NATIVE_HESSIAN] = "native-hessian",
        [11] = "avro",
        [12] = "protostuff",
        [GSON] = "gson",
        [21] = "protobuf-json",
        [22] = "protobuf",
        [23] = "fastjson2",
        [KRYO2] = "kryo2",
        [31] = "msgpack",
    };
    return id < sizeof names / sizeof *names ? names[id] : NULL;
}

static bool is_hessian(uint8_t serialization)
{
    return serialization == HESSIAN2 || serialization == NATIVE_HESSIAN;
}

static bool is_json(uint8_t serialization)
{
    return serialization == FASTJSON || serialization == GSON;
}

static bool is_kryo(uint8_t serialization)
{
    return serialization == KRYO || serialization == KRYO2;
}

/* Each takes a string, of which the characters are bytes; what is none starves the cursor. */
static struct bytes hessian_string(struct cursor *c)
{
    uint8_t mark = cursor_u8(c);
    if (mark < 0x20)
        return cursor_take(c, mark);
    if (mark >= 0x30 && mark < 0x34)
        return cursor_take(c, (size_t)(mark - 0x30) << 8 | cursor_u8(c));
    if (mark == 'S')
        return cursor_take(c, cursor_be16(c));
    c->starved = c->starved || mark != 'N';
    return (struct bytes){0};
}

/* A line, in quotes. */
static struct bytes json_string(struct cursor *c)
{
    size_t len = cursor_left(c);
    const uint8_t *end = len ? memchr(c->at, '\n', len) : NULL;
    if (!end) {
        c->starved = true;
        return (struct bytes){0};
    }
    struct bytes line = cursor_take(c, (size_t)(end - c->at));
    cursor_skip(c, 1);
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    if (bytes_equal_text(line, "null"))
        return (struct bytes){0};
    if (line.len < 2 || line.at[0] != '"' || line.at[line.len - 1] != '"')
        c->starved = true;
    return c->starved ? bytes_of(NULL, 0) : bytes_of(line.at + 1, line.len - 2);
}

/* ASCII, of which the last byte is marked; or, marked at once, a length that counts one more. */
static struct bytes kryo_string(struct cursor *c)
{
    size_t left = cursor_left(c), len = 0;
    if (left && c->at[0] & 0x80) {
        uint8_t mark = cursor_u8(c) & 0x7f;
        c->starved = c->starved || mark >= 0x40;
        return cursor_take(c, mark ? mark - 1U : 0);
    }
    while (len < left && !(c->at[len] & 0x80))
        len++;
    return cursor_take(c, len + 1);
}

static struct bytes take_string(uint8_t serialization, struct cursor *c)
{
    return is_kryo(serialization)   ? kryo_string(c)
           : is_json(serialization) ? json_string(c)
                                    : hessian_string(c);
}

/* Takes a string that is a name, of letters, digits and others. */
static bool take_name(uint8_t serialization, struct cursor *c, const char *others,
                      char name[DUBBO_NAME_MAX + 1])
{
    struct bytes text = take_string(serialization, c);
    if (c->starved || text.len > DUBBO_NAME_MAX)
        return false;
    bytes_to_text(name, DUBBO_NAME_MAX + 1, text);
    if (text.len && is_kryo(serialization))
        name[text.len - 1] &= 0x7f;
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)name[i]) && !(name[i] && strchr(others, name[i])))
            return false;
    return true;
}

/* What is called by name ("generic") has it behind the kinds of parameters. */
static bool read_generic(uint8_t serialization, struct cursor *c, struct dubbo_call *call)
{
    char name[DUBBO_NAME_MAX + 1];
    if (strcmp(call->method, "$invoke") != 0 && strcmp(call->method, "$invokeAsync") != 0)
        return true;
    take_string(serialization, c);
    if (take_name(serialization, c, "_$", name) && name[0])
        memcpy(call->method, name, sizeof call->method);
    return !c->starved;
}

bool dubbo_call(uint8_t serialization, struct bytes body, struct dubbo_call *ret)
{
    struct cursor c = cursor_over(body);
    if (!is_hessian(serialization) && !is_json(serialization) && !is_kryo(serialization))
        return false;
    take_string(serialization, &c); /* the version of Dubbo */
    bool fits = take_name(serialization, &c, "._$/-", ret->service) &&
                take_name(serialization, &c, "._-", ret->version) &&
                take_name(serialization, &c, "_$", ret->method);
    if (!fits || !ret->service[0] || !ret->method[0])
        return false;
    return is_kryo(serialization) || /* which has marks between arguments */
           read_generic(serialization, &c, ret);
}

bool dubbo_is_exception(uint8_t serialization, uint8_t first)
{
    enum { WITH_EXCEPTION = 0, WITH_EXCEPTION_AND_MORE = 3 };
    int zero = is_hessian(serialization) ? 0x90 : is_json(serialization) ? '0' : 0;
    if (!zero && !is_kryo(serialization))
        return false;
    return first == zero + WITH_EXCEPTION || first == zero + WITH_EXCEPTION_AND_MORE;
}
