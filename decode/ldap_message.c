/* ldap_message.c - see ldap_message.h. */
#include "decode/ldap_message.h"

#include <stdio.h>

#include "decode/ber.h"
#include "decode/ldap_filter.h"

enum {
    BOOLEAN = 0x01,
    INTEGER = 0x02,
    OCTETS = 0x04,
    ENUMERATED = 0x0a,
    SEQUENCE = 0x30,
    CONTROLS = 0xa0,
    SIMPLE = 0x80,
    SASL = 0xa3,
    SICILY_FIRST = 0x89, /* what Active Directory has of its own */
    SICILY_LAST = 0x8b,
    NAME = 0x80, /* of an extended request */
    ID_MAX = 4,
};

bool ldap_is_request(enum ldap_op op)
{
    return ldap_method(op);
}

const char *ldap_method(enum ldap_op op)
{
    switch (op) {
    case LDAP_BIND:
        return "bind";
    case LDAP_UNBIND:
        return "unbind";
    case LDAP_SEARCH:
        return "search";
    case LDAP_MODIFY:
        return "modify";
    case LDAP_ADD:
        return "add";
    case LDAP_DELETE:
        return "delete";
    case LDAP_RENAME:
        return "rename";
    case LDAP_COMPARE:
        return "compare";
    case LDAP_ABANDON:
        return "abandon";
    case LDAP_EXTENDED:
        return "extended";
    default:
        return NULL;
    }
}

static bool is_op(uint8_t tag)
{
    switch ((enum ldap_op)tag) {
    case LDAP_BIND_DONE:
    case LDAP_ENTRY:
    case LDAP_SEARCH_DONE:
    case LDAP_REFERENCE:
    case LDAP_MODIFY_DONE:
    case LDAP_ADD_DONE:
    case LDAP_DELETE_DONE:
    case LDAP_RENAME_DONE:
    case LDAP_COMPARE_DONE:
    case LDAP_EXTENDED_DONE:
    case LDAP_INTERMEDIATE:
        return true;
    default:
        return ldap_method((enum ldap_op)tag);
    }
}

/* What the first byte of the operation's content has to be; 0: it may be anything. */
static uint8_t first_of(enum ldap_op op)
{
    switch (op) {
    case LDAP_BIND:
        return INTEGER;
    case LDAP_SEARCH:
    case LDAP_MODIFY:
    case LDAP_ADD:
    case LDAP_RENAME:
    case LDAP_COMPARE:
    case LDAP_ENTRY:
    case LDAP_REFERENCE:
        return OCTETS;
    case LDAP_EXTENDED:
        return NAME;
    case LDAP_UNBIND:
    case LDAP_DELETE:
    case LDAP_ABANDON:
    case LDAP_INTERMEDIATE:
        return 0;
    default:
        return ENUMERATED;
    }
}

static uint32_t big_endian(struct bytes in)
{
    uint32_t value = 0;
    for (size_t i = 0; i < in.len; i++)
        value = value << 8 | in.at[i];
    return value;
}

static bool expects(struct cursor *c, uint8_t tag)
{
    return cursor_u8(c) == tag || c->starved;
}

/* The head of the message up to the operation's content. What is not here is no mistake. */
static bool read_head(struct cursor *c, struct bytes in, struct ldap_message *m, size_t *content)
{
    size_t length, id_len;
    if (!expects(c, SEQUENCE) || !ber_length(c, &length) || length > LDAP_MESSAGE_MAX)
        return false;
    if (!c->starved)
        m->length = (size_t)(c->at - in.at) + length;
    if (!expects(c, INTEGER) || !ber_length(c, &id_len) || id_len > ID_MAX)
        return false;
    m->id = big_endian(cursor_take(c, id_len));
    m->op = (enum ldap_op)cursor_u8(c);
    if (!c->starved && (!is_op((uint8_t)m->op) || !id_len || m->id > INT32_MAX))
        return false;
    return ber_length(c, content);
}

/* Does what follows the head look like the content of that operation? */
static bool fits(const struct ldap_message *m, size_t content, uint8_t after)
{
    uint8_t first = first_of(m->op);
    if (m->op == LDAP_UNBIND && content)
        return false;
    if (m->op == LDAP_ABANDON && (!content || content > ID_MAX))
        return false;
    if (!m->id && m->op != LDAP_EXTENDED_DONE)
        return false;
    if (first && (!content || (m->content.len && m->content.at[0] != first)))
        return false;
    return after == CONTROLS;
}

enum ldap_status ldap_read(struct bytes in, struct ldap_message *ret_message)
{
    struct cursor c = cursor_over(in);
    struct ldap_message *m = ret_message;
    size_t content;
    *m = (struct ldap_message){0};
    if (!in.len)
        return LDAP_MORE;
    if (!read_head(&c, in, m, &content))
        return LDAP_WRONG;
    if (c.starved)
        return LDAP_MORE;
    size_t head = (size_t)(c.at - in.at);
    if (head > m->length || content > m->length - head)
        return LDAP_WRONG;
    struct bytes all = bytes_first(in, m->length);
    m->content = bytes_first(bytes_after(all, head), content);
    m->controls = bytes_after(all, head + content);
    m->is_whole = in.len >= (m->length < LDAP_LOOKED_AT ? m->length : LDAP_LOOKED_AT);
    if (!fits(m, content, m->controls.len ? m->controls.at[0] : CONTROLS))
        return LDAP_WRONG;
    return LDAP_READ;
}

static const char *const mechanisms[] = {
    "EXTERNAL",  "PLAIN", "GSSAPI",        "GSS-SPNEGO",         "DIGEST-MD5",
    "CRAM-MD5",  "LOGIN", "SCRAM-SHA-1",   "SCRAM-SHA-1-PLUS",   "SCRAM-SHA-256",
    "ANONYMOUS", "NTLM",  "SCRAM-SHA-512", "SCRAM-SHA-256-PLUS", "OAUTHBEARER",
};

static const struct {
    const char *oid, *name;
} extensions[] = {
    {"1.3.6.1.4.1.1466.20037", "StartTLS"},    {"1.3.6.1.4.1.4203.1.11.1", "PasswordModify"},
    {"1.3.6.1.4.1.4203.1.11.3", "WhoAmI"},     {"1.3.6.1.1.8", "Cancel"},
    {"1.3.6.1.1.21.1", "StartTransaction"},    {"1.3.6.1.1.21.3", "EndTransaction"},
    {"1.3.6.1.4.1.1466.101.119.1", "Refresh"}, {"1.2.840.113556.1.4.1781", "FastBind"},
};

/* How the bind proves who somebody is: "simple", "GSSAPI"; NULL: it is no bind. */
static const char *bind_kind(const struct ldap_message *m)
{
    struct cursor c = cursor_over(m->content);
    struct bytes version, name, proof, mechanism;
    uint8_t tag;
    if (!ber_tagged(&c, INTEGER, &version) || !ber_tagged(&c, OCTETS, &name) ||
        !ber_value(&c, &tag, &proof))
        return NULL;
    if (tag >= SICILY_FIRST && tag <= SICILY_LAST)
        return "NTLM";
    if (tag == SIMPLE)
        return name.len || proof.len ? "simple" : "anonymous";
    struct cursor in_proof = cursor_over(proof);
    if (tag != SASL || !ber_tagged(&in_proof, OCTETS, &mechanism))
        return NULL;
    for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++)
        if (bytes_equal_text(mechanism, mechanisms[i]))
            return mechanisms[i];
    return "SASL";
}

static const char *extension(const struct ldap_message *m)
{
    struct cursor c = cursor_over(m->content);
    struct bytes oid;
    if (!ber_tagged(&c, NAME, &oid))
        return NULL;
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        if (bytes_equal_text(oid, extensions[i].oid))
            return extensions[i].name;
    return "";
}

static bool search_operation(const struct ldap_message *m, char *text)
{
    static const char *const scopes[] = {"base ", "one ", "sub ", "children "};
    static const uint8_t tags[] = {OCTETS, ENUMERATED, ENUMERATED, INTEGER, INTEGER, BOOLEAN};
    struct cursor c = cursor_over(m->content);
    struct bytes value;
    uint32_t scope = 0;
    for (size_t i = 0; i < sizeof tags; i++) {
        if (!ber_tagged(&c, tags[i], &value))
            return false;
        if (i == 1)
            scope = big_endian(value);
    }
    int len = snprintf(text, LDAP_OPERATION_MAX, "search %s", scope < 4 ? scopes[scope] : "");
    ldap_filter_text(cursor_rest(&c), text + len, LDAP_OPERATION_MAX - (size_t)len);
    return true;
}

bool ldap_operation(const struct ldap_message *m, char *text)
{
    const char *kind = "";
    if (m->op == LDAP_SEARCH)
        return search_operation(m, text);
    if (m->op == LDAP_BIND)
        kind = bind_kind(m);
    if (m->op == LDAP_EXTENDED)
        kind = extension(m);
    if (!kind)
        return false;
    snprintf(text, LDAP_OPERATION_MAX, "%s%s%s", ldap_method(m->op), *kind ? " " : "", kind);
    return true;
}

bool ldap_may_seal(const struct ldap_message *m)
{
    const char *kind = m->op == LDAP_BIND ? bind_kind(m) : NULL;
    return kind && (strncmp(kind, "GSS", 3) == 0 || strcmp(kind, "DIGEST-MD5") == 0 ||
                    strcmp(kind, "NTLM") == 0 || strcmp(kind, "SASL") == 0);
}

bool ldap_is_starttls(const struct ldap_message *m)
{
    return m->op == LDAP_EXTENDED && extension(m) == extensions[0].name;
}

/* Does the value of a Sync Request (RFC 4533) ask to go on, refreshAndPersist? */
static bool persists(struct cursor *control)
{
    enum { REFRESH_AND_PERSIST = 3 };
    struct bytes value, sequence, mode;
    uint8_t tag;
    bool read = ber_value(control, &tag, &value);
    if (read && tag == BOOLEAN)
        read = ber_value(control, &tag, &value);
    struct cursor in_value = cursor_over(read ? value : (struct bytes){0});
    if (!ber_tagged(&in_value, SEQUENCE, &sequence))
        return false;
    struct cursor in_sequence = cursor_over(sequence);
    return ber_tagged(&in_sequence, ENUMERATED, &mode) && big_endian(mode) == REFRESH_AND_PERSIST;
}

bool ldap_waits(const struct ldap_message *m)
{
    static const char *const waiting[] = {"2.16.840.1.113730.3.4.3", "1.2.840.113556.1.4.528"};
    static const char sync[] = "1.3.6.1.4.1.4203.1.9.1.1";
    struct cursor c = cursor_over(m->controls);
    struct bytes list, control, oid;
    if (!ber_tagged(&c, CONTROLS, &list))
        return false;
    struct cursor in_list = cursor_over(list);
    while (ber_tagged(&in_list, SEQUENCE, &control)) {
        struct cursor in_control = cursor_over(control);
        if (!ber_tagged(&in_control, OCTETS, &oid))
            return false;
        if (bytes_equal_text(oid, waiting[0]) || bytes_equal_text(oid, waiting[1]) ||
            (bytes_equal_text(oid, sync) && persists(&in_control)))
            return true;
    }
    return false;
}

uint32_t ldap_abandoned(const struct ldap_message *m)
{
    return big_endian(bytes_first(m->content, ID_MAX));
}

int32_t ldap_result(const struct ldap_message *m)
{
    struct cursor c = cursor_over(m->content);
    struct bytes code;
    bool read = ber_whole(&c, ENUMERATED, &code) && code.len && code.len <= 3;
    return read ? (int32_t)big_endian(code) : -1;
}

static const struct {
    int32_t code;
    const char *name;
} results[] = {
    {0, "success"},
    {1, "operationsError"},
    {2, "protocolError"},
    {3, "timeLimitExceeded"},
    {4, "sizeLimitExceeded"},
    {5, "compareFalse"},
    {6, "compareTrue"},
    {7, "authMethodNotSupported"},
    {8, "strongerAuthRequired"},
    {10, "referral"},
    {11, "adminLimitExceeded"},
    {12, "unavailableCriticalExtension"},
    {13, "confidentialityRequired"},
    {14, "saslBindInProgress"},
    {16, "noSuchAttribute"},
    {17, "undefinedAttributeType"},
    {18, "inappropriateMatching"},
    {19, "constraintViolation"},
    {20, "attributeOrValueExists"},
    {21, "invalidAttributeSyntax"},
    {32, "noSuchObject"},
    {33, "aliasProblem"},
    {34, "invalidDNSyntax"},
    {36, "aliasDereferencingProblem"},
    {48, "inappropriateAuthentication"},
    {49, "invalidCredentials"},
    {50, "insufficientAccessRights"},
    {51, "busy"},
    {52, "unavailable"},
    {53, "unwillingToPerform"},
    {54, "loopDetect"},
    {64, "namingViolation"},
    {65, "objectClassViolation"},
    {66, "notAllowedOnNonLeaf"},
    {67, "notAllowedOnRDN"},
    {68, "entryAlreadyExists"},
    {69, "objectClassModsProhibited"},
    {71, "affectsMultipleDSAs"},
    {80, "other"},
    {118, "canceled"},
    {119, "noSuchOperation"},
    {120, "tooLate"},
    {121, "cannotCancel"},
    {122, "assertionFailed"},
    {123, "authorizationDenied"},
    {4096, "syncRefreshRequired"},
};

const char *ldap_result_name(int32_t code)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (results[i].code == code)
            return results[i].name;
    return NULL;
}
