/* tls_facts.c - see tls_facts.h. */
#include "decode/tls_facts.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { DRAFTS = 0x7f00, DRAFT_LEAST = 14, DRAFT_MOST = 28 };

static bool is_draft(uint16_t version)
{
    return version >= DRAFTS + DRAFT_LEAST && version <= DRAFTS + DRAFT_MOST;
}

const char *tls_version_name(uint16_t version)
{
    switch (version) {
    case SSL_2:
        return "SSL 2";
    case SSL_3:
        return "SSL 3";
    case TLS_1_0:
        return "TLS 1.0";
    case TLS_1_1:
        return "TLS 1.1";
    case TLS_1_2:
        return "TLS 1.2";
    case TLS_1_3:
        return "TLS 1.3";
    default:
        return is_draft(version) ? "TLS 1.3 (draft)" : "";
    }
}

bool tls_version_is_13(uint16_t version)
{
    return version == TLS_1_3 || is_draft(version);
}

const char *tls_alert_name(uint8_t alert)
{
    static const char *const names[UINT8_MAX + 1] = {
        [0] = "close_notify",
        [10] = "unexpected_message",
        [20] = "bad_record_mac",
        [21] = "decryption_failed",
        [22] = "record_overflow",
        [30] = "decompression_failure",
        [40] = "handshake_failure",
        [41] = "no_certificate",
        [42] = "bad_certificate",
        [43] = "unsupported_certificate",
        [44] = "certificate_revoked",
        [45] = "certificate_expired",
        [46] = "certificate_unknown",
        [47] = "illegal_parameter",
        [48] = "unknown_ca",
        [49] = "access_denied",
        [50] = "decode_error",
        [51] = "decrypt_error",
        [60] = "export_restriction",
        [70] = "protocol_version",
        [71] = "insufficient_security",
        [80] = "internal_error",
        [86] = "inappropriate_fallback",
        [90] = "user_canceled",
        [100] = "no_renegotiation",
        [109] = "missing_extension",
        [110] = "unsupported_extension",
        [111] = "certificate_unobtainable",
        [112] = "unrecognized_name",
        [113] = "bad_certificate_status", /* ..._response; a status has 23 letters */
        [114] = "bad_certificate_hash",   /* ..._value */
        [115] = "unknown_psk_identity",
        [116] = "certificate_required",
        [120] = "no_application_protocol",
        [121] = "ech_required",
    };
    return names[alert];
}

const char *tls_mutual_name(enum tls_mutual mutual)
{
    static const char *const names[MUTUALS] = {"", "no", "asked", "yes"};
    assert(mutual < MUTUALS);
    return names[mutual];
}

bool fingerprint_is_none(const struct fingerprint *f)
{
    static const struct fingerprint none;
    return fingerprint_compare(f, &none) == 0;
}

int fingerprint_compare(const struct fingerprint *a, const struct fingerprint *b)
{
    return memcmp(a->byte, b->byte, FINGERPRINT_BYTES);
}

void fingerprint_to_text(const struct fingerprint *f, char text[FINGERPRINT_TEXT_MAX])
{
    static const char digits[] = "0123456789abcdef";
    size_t len = fingerprint_is_none(f) ? 0 : FINGERPRINT_BYTES;
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[f->byte[i] >> 4];
        text[2 * i + 1] = digits[f->byte[i] & 15];
    }
    text[2 * len] = '\0';
}
