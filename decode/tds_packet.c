/* tds_packet.c - see tds_packet.h. */
#include "decode/tds_packet.h"

enum {
    TOKEN_RETURN_STATUS = 0x79,
    TOKEN_COLUMNS = 0x81,
    TOKEN_ORDER = 0xa9,
    TOKEN_ERROR = 0xaa,
    TOKEN_INFO = 0xab,
    TOKEN_RETURN_VALUE = 0xac,
    TOKEN_LOGIN = 0xad,
    TOKEN_FEATURES = 0xae,
    TOKEN_ENVIRONMENT = 0xe3,
    TOKEN_STATE = 0xe4,
    TOKEN_SSPI = 0xed,
    TOKEN_FEDERATION = 0xee,
    TOKEN_DONE = 0xfd,
    TOKEN_DONE_PROCEDURE = 0xfe,
    TOKEN_DONE_IN_PROCEDURE = 0xff,
};

enum {
    DONE_LEN = 13, /* 9 where rows are counted in 32 bits */
    DONE_LEN_SHORT = 9,
    DONE_KNOWN = 0x0337, /* bits of its status that have a meaning, but for "more follows" */
    DONE_MORE = 1,
    RETURN_STATUS_LEN = 5,
    RETURN_INT_LEN = 18, /* of a value without a name that is an integer of 32 bits */
    OPTIONS_MAX = 16,
    OPTION_LEN = 5,
    OPTION_ENCRYPTION = 1,
    OPTION_END = 0xff,
    LOGIN_MIN = 94,
    TOKENS_MAX = 64,
    SEVERITY_MAX = 25,
};

bool tds_packet(struct bytes in, struct tds_packet *ret)
{
    struct cursor c = cursor_over(in);
    ret->type = cursor_u8(&c);
    ret->status = cursor_u8(&c);
    ret->len = cursor_be16(&c);
    cursor_skip(&c, 2); /* the process that serves it */
    ret->number = cursor_u8(&c);
    uint8_t window = cursor_u8(&c);
    if (c.starved)
        return false;
    if (window || ret->len < TDS_HEADER || ret->len > TDS_PACKET_MAX || ret->status > 0x1f)
        ret->len = 0;
    ret->body =
        bytes_first(bytes_after(in, TDS_HEADER), ret->len ? ret->len - (size_t)TDS_HEADER : 0);
    return ret->len;
}

int tds_prelogin(struct bytes body)
{
    int encryption = -1;
    struct cursor c = cursor_over(body);
    for (int i = 0; i < OPTIONS_MAX && !c.starved; i++) {
        uint8_t option = cursor_u8(&c);
        if (option == OPTION_END)
            return c.starved ? -1 : encryption;
        uint16_t at = cursor_be16(&c);
        uint16_t len = cursor_be16(&c);
        if (c.starved || (size_t)at + len > body.len || at < OPTION_LEN ||
            (!i && (option || len != 6)))
            return -1;
        if (option == OPTION_ENCRYPTION && len)
            encryption = body.at[at] & 0x03; /* a bit more asks for a client certificate */
    }
    return -1;
}

/* 0x70000000 to 0x74000004, the later ones written in the other order of bytes. */
bool tds_is_login(struct bytes body)
{
    struct cursor c = cursor_over(body);
    uint32_t len = cursor_le32(&c);
    uint32_t version = cursor_le32(&c);
    uint8_t family = (uint8_t)(version >> 24);
    return !c.starved && len >= LOGIN_MIN && len < 128 * 1024 &&
           (family == 0x07 || (family >= 0x70 && family <= 0x74));
}

/* Number and severity of an error, or what is told by the way: the body of the token. */
static uint32_t read_error(struct bytes body, uint8_t *ret_severity)
{
    struct cursor c = cursor_over(body);
    uint32_t number = cursor_le32(&c);
    cursor_skip(&c, 1); /* state */
    *ret_severity = cursor_u8(&c);
    return c.starved ? 0 : number;
}

static bool has_length(uint8_t token)
{
    static const uint8_t tokens[] = {TOKEN_ORDER, TOKEN_ERROR,       TOKEN_INFO,
                                     TOKEN_LOGIN, TOKEN_ENVIRONMENT, TOKEN_SSPI};
    return memchr(tokens, token, sizeof tokens);
}

static bool is_done(uint8_t token)
{
    return token >= TOKEN_DONE;
}

bool tds_is_token(uint8_t token)
{
    return has_length(token) || is_done(token) || token == TOKEN_COLUMNS ||
           token == TOKEN_RETURN_STATUS || token == TOKEN_RETURN_VALUE || token == TOKEN_FEATURES ||
           token == TOKEN_STATE || token == TOKEN_FEDERATION;
}

void tds_read_head(struct bytes body, struct tds_head *ret)
{
    struct cursor c = cursor_over(body);
    *ret = (struct tds_head){0};
    for (int i = 0; i < TOKENS_MAX && cursor_left(&c); i++) {
        uint8_t token = cursor_u8(&c);
        struct bytes content = {0};
        if (has_length(token)) {
            uint16_t len = cursor_le16(&c);
            content = cursor_take(&c, len);
        } else if (token == TOKEN_RETURN_STATUS) {
            cursor_skip(&c, RETURN_STATUS_LEN - 1);
        } else if (is_done(token)) {
            cursor_skip(&c, DONE_LEN - 1);
        } else {
            return;
        }
        if (c.starved)
            return;
        if (token == TOKEN_ERROR && !ret->error)
            ret->error = read_error(content, &ret->severity);
        if (token == TOKEN_LOGIN && content.len > 4) {
            ret->logged_in = true;
            ret->short_counts = content.at[1] < 0x72;
        }
    }
}

/* The last `len` bytes; empty if there are not so many. */
static struct bytes last_of(struct bytes b, size_t len)
{
    return b.len < len ? bytes_of(NULL, 0) : bytes_after(b, b.len - len);
}

/* DONE and its kin, at the end of these bytes. */
static bool read_done(struct bytes b, size_t len, uint16_t *ret_status, uint64_t *ret_rows)
{
    struct cursor c = cursor_over(last_of(b, len));
    uint8_t token = cursor_u8(&c);
    *ret_status = cursor_le16(&c);
    cursor_skip(&c, 2); /* which statement it was */
    *ret_rows = len == DONE_LEN ? cursor_le64(&c) : cursor_le32(&c);
    return !c.starved && is_done(token) && !(*ret_status & ~(DONE_KNOWN | DONE_MORE));
}

/* AC, place, no name, status, user type, flags, INTN of 4 bytes, value. */
static bool read_value(struct bytes b, uint32_t *ret_value)
{
    static const uint8_t is_int[] = {0x26, 4, 4};
    struct bytes token = last_of(b, RETURN_INT_LEN);
    if (!token.len || token.at[0] != TOKEN_RETURN_VALUE || token.at[3] ||
        !bytes_equal(bytes_first(bytes_after(token, 11), sizeof is_int),
                     bytes_of(is_int, sizeof is_int)))
        return false;
    struct cursor c = cursor_over(bytes_after(token, 14));
    *ret_value = cursor_le32(&c);
    return true;
}

/* An error whose parts are as long as they say, and end where these bytes do. */
static bool ends_as_error(struct bytes b, size_t at)
{
    struct cursor c = cursor_over(bytes_after(b, at + 1));
    uint16_t len = cursor_le16(&c);
    bool fits = !c.starved && cursor_left(&c) == len;
    cursor_skip(&c, 5); /* number, state */
    uint8_t severity = cursor_u8(&c);
    uint16_t text = cursor_le16(&c);
    cursor_skip(&c, (size_t)text * 2);
    uint8_t server = cursor_u8(&c);
    cursor_skip(&c, (size_t)server * 2);
    uint8_t procedure = cursor_u8(&c);
    cursor_skip(&c, (size_t)procedure * 2);
    size_t line = cursor_left(&c);
    return fits && !c.starved && severity <= SEVERITY_MAX && (line == 4 || line == 2);
}

static void find_error(struct bytes b, struct tds_tail *ret)
{
    for (size_t at = b.len; at--;) {
        if (b.at[at] != TOKEN_ERROR || !ends_as_error(b, at))
            continue;
        ret->error = read_error(bytes_after(b, at + 3), &ret->severity);
        return;
    }
}

static bool read_tail(struct bytes tail, size_t done_len, struct tds_tail *ret)
{
    uint16_t status;
    uint64_t rows;
    if (!read_done(tail, done_len, &ret->status, &ret->rows) || ret->status & DONE_MORE)
        return false;
    ret->counted = ret->status & TDS_DONE_COUNT;
    struct bytes before = bytes_first(tail, tail.len - done_len);
    if (read_value(before, &ret->value)) {
        ret->has_value = true;
        before = bytes_first(before, before.len - RETURN_INT_LEN);
    }
    struct bytes returned = last_of(before, RETURN_STATUS_LEN);
    if (returned.len && returned.at[0] == TOKEN_RETURN_STATUS)
        before = bytes_first(before, before.len - RETURN_STATUS_LEN);
    if (!ret->counted && read_done(before, done_len, &status, &rows) && status & TDS_DONE_COUNT) {
        ret->counted = true;
        ret->rows = rows;
    }
    if (read_done(before, done_len, &status, &rows))
        before = bytes_first(before, before.len - done_len);
    if (ret->status & TDS_DONE_ERROR)
        find_error(before, ret);
    return true;
}

bool tds_read_tail(struct bytes tail, bool short_counts, struct tds_tail *ret)
{
    *ret = (struct tds_tail){0};
    if (!short_counts && read_tail(tail, DONE_LEN, ret))
        return true;
    *ret = (struct tds_tail){0};
    return read_tail(tail, DONE_LEN_SHORT, ret);
}
