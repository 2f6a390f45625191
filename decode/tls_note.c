/* tls_note.c - see tls_note.h. */
#include "decode/tls_note.h"

#include <inttypes.h>
#include <stdio.h>

#include "decode/decoder.h"
#include "decode/quic_frame.h"
#include "decode/tls_ja4.h"

enum { ALERT_INTERNAL_ERROR = 80 };

void tls_note_operation(struct exchange *x)
{
    const char *version = tls_version_name(x->tls.version);
    bytes_to_text(x->method, sizeof x->method,
                  bytes_of_text(x->tls.resumed ? "resumption" : "handshake"));
    snprintf(x->operation, sizeof x->operation, "%s%s%s", x->method, version[0] ? " " : "",
             version);
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text | 0x20);
}

/* As many names as fit whole. */
static void note_alpn_offered(struct exchange *x, struct bytes alpn)
{
    char *text = x->tls.alpn_offered, name[ALPN_TEXT_MAX];
    struct cursor list = cursor_over(alpn);
    struct bytes raw;
    while (tls_next_alpn(&list, &raw)) {
        exchange_text(x, name, sizeof name, raw);
        size_t used = strlen(text), len = strlen(name);
        if (used + len + 2 > ALPN_OFFERED_TEXT_MAX)
            return;
        if (used)
            text[used++] = ',';
        memcpy(text + used, name, len + 1);
    }
}

void tls_note_client_hello(struct exchange *x, const struct tls_client_hello *hello, char transport)
{
    x->tls.unreadable = false;
    x->tls.offered = hello->version_most;
    x->tls.ech = hello->has_ech;
    exchange_text(x, x->host, sizeof x->host, hello->server_name);
    lower(x->host);
    note_alpn_offered(x, hello->alpn);
    tls_ja4(hello, transport, x->tls.ja4);
}

void tls_note_server_hello(struct exchange *x, const struct tls_server_hello *hello)
{
    x->tls.answered = true;
    x->tls.version = hello->version;
    x->tls.cipher = hello->cipher;
    exchange_text(x, x->tls.alpn, sizeof x->tls.alpn, hello->alpn);
}

void tls_note_established(struct exchange *x)
{
    bytes_to_text(x->status, sizeof x->status, bytes_of_text("established"));
    x->outcome = OUTCOME_OK;
    tls_note_operation(x);
}

static enum outcome outcome_of(bool by_client, int alert)
{
    if (alert == TLS_ALERT_CLOSE_NOTIFY || alert == TLS_ALERT_USER_CANCELED)
        return by_client ? OUTCOME_CANCELLED : OUTCOME_RESET;
    bool clients = alert == ALERT_INTERNAL_ERROR ? by_client : !by_client;
    return clients ? OUTCOME_CLIENT_ERROR : OUTCOME_SERVER_ERROR;
}

void tls_note_alert(struct exchange *x, bool by_client, int alert)
{
    const char *name = alert < 0 ? "alert" : tls_alert_name((uint8_t)alert);
    if (name)
        bytes_to_text(x->status, sizeof x->status, bytes_of_text(name));
    else
        snprintf(x->status, sizeof x->status, "alert %d", alert & UINT8_MAX);
    x->outcome = outcome_of(by_client, alert);
    tls_note_operation(x);
}

static enum outcome outcome_of_error(bool by_client, uint64_t error)
{
    if (error == QUIC_NO_ERROR || error == QUIC_APPLICATION_ERROR)
        return by_client ? OUTCOME_CANCELLED : OUTCOME_RESET;
    bool its_own = error == QUIC_INTERNAL_ERROR || error == QUIC_CONNECTION_REFUSED;
    return its_own == by_client ? OUTCOME_CLIENT_ERROR : OUTCOME_SERVER_ERROR;
}

void tls_note_quic_error(struct exchange *x, bool by_client, uint64_t error)
{
    if (error >= QUIC_ERROR_OF_TLS && error <= QUIC_ERROR_OF_TLS + UINT8_MAX) {
        tls_note_alert(x, by_client, (int)(error - QUIC_ERROR_OF_TLS));
        return;
    }
    const char *name = quic_error_name(error);
    if (name)
        bytes_to_text(x->status, sizeof x->status, bytes_of_text(name));
    else
        snprintf(x->status, sizeof x->status, "error 0x%" PRIx64, error);
    x->outcome = outcome_of_error(by_client, error);
    tls_note_operation(x);
}
