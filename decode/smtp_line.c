/* smtp_line.c - see smtp_line.h. */
#include "decode/smtp_line.h"

#include <ctype.h>
#include <strings.h>

static const struct {
    const char *name;
    enum smtp_verb verb;
} verbs[] = {
    {"HELO", SMTP_HELO},  {"EHLO", SMTP_EHLO},     {"LHLO", SMTP_LHLO},
    {"MAIL", SMTP_MAIL},  {"RCPT", SMTP_RCPT},     {"DATA", SMTP_DATA},
    {"BDAT", SMTP_BDAT},  {"AUTH", SMTP_AUTH},     {"STARTTLS", SMTP_STARTTLS},
    {"RSET", SMTP_RSET},  {"NOOP", SMTP_NOOP},     {"QUIT", SMTP_QUIT},
    {"VRFY", SMTP_OTHER}, {"EXPN", SMTP_OTHER},    {"HELP", SMTP_OTHER},
    {"ETRN", SMTP_OTHER}, {"TURN", SMTP_OTHER},    {"ATRN", SMTP_OTHER},
    {"BURL", SMTP_OTHER}, {"SEND", SMTP_OTHER},    {"SOML", SMTP_OTHER},
    {"SAML", SMTP_OTHER}, {"XCLIENT", SMTP_OTHER}, {"XFORWARD", SMTP_OTHER},
};

static const char *const auth_operations[] = {
    "AUTH PLAIN",       "AUTH LOGIN",         "AUTH CRAM-MD5",      "AUTH DIGEST-MD5",
    "AUTH EXTERNAL",    "AUTH GSSAPI",        "AUTH NTLM",          "AUTH XOAUTH2",
    "AUTH OAUTHBEARER", "AUTH SCRAM-SHA-1",   "AUTH SCRAM-SHA-256", "AUTH SCRAM-SHA-1-PLUS",
    "AUTH ANONYMOUS",   "AUTH SCRAM-SHA-512", "AUTH KERBEROS_V4",   "AUTH SCRAM-SHA-256-PLUS",
};

struct bytes smtp_line(struct bytes in)
{
    const uint8_t *end = in.len ? memchr(in.at, '\n', in.len) : NULL;
    return end ? bytes_first(in, (size_t)(end - in.at) + 1) : (struct bytes){0};
}

/* Without its end, and blanks before that. */
static struct bytes trimmed(struct bytes line)
{
    while (line.len && isspace(line.at[line.len - 1]))
        line.len--;
    return line;
}

static bool starts_with(struct bytes in, const char *text)
{
    size_t len = strlen(text);
    return in.len >= len && strncasecmp((const char *)in.at, text, len) == 0;
}

static struct bytes first_word(struct bytes in)
{
    size_t len = 0;
    while (len < in.len && in.at[len] > ' ')
        len++;
    return bytes_first(in, len);
}

static bool is_text(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        if ((in.at[i] < ' ' && !isspace(in.at[i])) || in.at[i] == 0x7f)
            return false;
    return true;
}

/* Names of hosts, and literals of addresses. */
static bool is_domain(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        if (!isalnum(in.at[i]) && !strchr(".-_:[]", in.at[i]))
            return false;
    return in.len;
}

/* " 1000 LAST" */
static bool read_chunk(struct bytes rest, struct smtp_command *command)
{
    uint64_t size = 0;
    size_t at = 1;
    for (; at < rest.len && isdigit(rest.at[at]) && size <= UINT32_MAX; at++)
        size = size * 10 + (uint64_t)(rest.at[at] - '0');
    struct bytes word = bytes_after(rest, at);
    command->last = starts_with(word, " LAST") && word.len == strlen(" LAST");
    command->size = (uint32_t)size;
    return at > 1 && size <= UINT32_MAX && (!word.len || command->last);
}

static bool is_sure(const struct smtp_command *command, struct bytes rest)
{
    switch (command->verb) {
    case SMTP_HELO:
    case SMTP_EHLO:
    case SMTP_LHLO:
        return rest.len && is_domain(bytes_after(rest, 1));
    case SMTP_MAIL:
        return starts_with(rest, " FROM:<");
    case SMTP_RCPT:
        return starts_with(rest, " TO:<");
    case SMTP_DATA:
    case SMTP_STARTTLS:
    case SMTP_RSET:
    case SMTP_NOOP:
    case SMTP_QUIT:
        return !rest.len;
    case SMTP_AUTH:
        return strcmp(smtp_auth_operation(command->line), "AUTH") != 0;
    case SMTP_BDAT:
    case SMTP_NONE:
    case SMTP_OTHER:
        break;
    }
    return false;
}

bool smtp_read_command(struct bytes line, struct smtp_command *ret_command)
{
    struct bytes all = trimmed(line), word = first_word(all), rest = bytes_after(all, word.len);
    *ret_command = (struct smtp_command){.name = "unknown", .line = all};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (word.len != strlen(verbs[i].name) || !starts_with(word, verbs[i].name))
            continue;
        ret_command->verb = verbs[i].verb;
        ret_command->name = verbs[i].name;
    }
    if (!is_text(all))
        return false;
    ret_command->sure =
        ret_command->verb == SMTP_BDAT ? read_chunk(rest, ret_command) : is_sure(ret_command, rest);
    return true;
}

const char *smtp_auth_operation(struct bytes line)
{
    struct bytes mechanism = first_word(bytes_after(line, strlen("AUTH ")));
    for (size_t i = 0; i < sizeof auth_operations / sizeof auth_operations[0]; i++) {
        const char *name = auth_operations[i] + strlen("AUTH ");
        if (mechanism.len == strlen(name) && starts_with(mechanism, name))
            return auth_operations[i];
    }
    return "AUTH";
}

bool smtp_read_reply(struct bytes line, struct smtp_reply *ret_reply)
{
    static const char least[] = "200", most[] = "559";
    *ret_reply = (struct smtp_reply){0};
    for (size_t i = 0; i < 3 && i < line.len; i++) {
        if (line.at[i] < least[i] || line.at[i] > most[i])
            return false;
        ret_reply->code = ret_reply->code * 10 + (unsigned)(line.at[i] - '0');
    }
    if (line.len <= 3)
        return true;
    ret_reply->more = line.at[3] == '-';
    return ret_reply->more || isspace(line.at[3]);
}

size_t smtp_pass_message(struct bytes in, uint8_t *matched)
{
    static const uint8_t end[SMTP_END_BYTES] = {'\r', '\n', '.', '\r', '\n'};
    size_t at = 0;
    if (*matched == SMTP_END_BYTES)
        *matched = 0;
    while (at < in.len && *matched < SMTP_END_BYTES) {
        if (in.at[at] == end[*matched]) {
            ++*matched;
            at++;
        } else if (*matched) {
            *matched = 0; /* what was matched begins nowhere anew but with a CR, looked at again */
        } else {
            const uint8_t *next = memchr(in.at + at, '\r', in.len - at);
            at = next ? (size_t)(next - in.at) : in.len;
        }
    }
    return at;
}
