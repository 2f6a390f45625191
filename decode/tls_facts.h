/* tls_facts.h - BOUNDARY: what a TLS handshake says in the clear, and what a certificate says.
 *
 * Both hold no pointer. Text is in canonical form (base/text.h). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    SSL_2 = 0x0002,
    SSL_3 = 0x0300,
    TLS_1_0 = 0x0301,
    TLS_1_1 = 0x0302,
    TLS_1_2 = 0x0303,
    TLS_1_3 = 0x0304,
};

/* "TLS 1.3", "TLS 1.3 (draft)", "SSL 3"; "" of what is no version. Static. */
const char *tls_version_name(uint16_t version);

/* TLS 1.3 or a draft of it. */
bool tls_version_is_13(uint16_t version);

/* "TLS_AES_128_GCM_SHA256", as IANA lists them; NULL of others. Static. */
const char *tls_cipher_name(uint16_t cipher);

/* "handshake_failure" (RFC 8446, 6); NULL of others. Static. */
const char *tls_alert_name(uint8_t alert);

/* Has the client proved who it is, with a certificate of its own? */
enum tls_mutual {
    MUTUAL_HIDDEN, /* not to be seen: encrypted (TLS 1.3), or settled in an earlier handshake */
    MUTUAL_NO,     /* the server did not ask */
    MUTUAL_ASKED,  /* it asked, and the client has none, or none was seen */
    MUTUAL_YES,
    MUTUALS,
};

/* "", "no", "asked", "yes"; static. */
const char *tls_mutual_name(enum tls_mutual mutual);

enum {
    FINGERPRINT_BYTES = 32,
    ALPN_TEXT_MAX = 32,
    ALPN_OFFERED_TEXT_MAX = 64,
    JA4_TEXT_MAX = 40,
    INSIDE_TEXT_MAX = 16
};

/* SHA-256 of a certificate; all zero: none was seen. */
struct fingerprint {
    uint8_t byte[FINGERPRINT_BYTES];
};

bool fingerprint_is_none(const struct fingerprint *f);
int fingerprint_compare(const struct fingerprint *a, const struct fingerprint *b);

enum { FINGERPRINT_TEXT_MAX = 2 * FINGERPRINT_BYTES + 1 };

/* In lower-case hex; "" of none. */
void fingerprint_to_text(const struct fingerprint *f, char text[FINGERPRINT_TEXT_MAX]);

struct tls_facts {
    bool told;       /* there was a handshake; else all of this is zero */
    bool unreadable; /* the ClientHello made no sense, or was too long */
    bool answered;   /* version and cipher are what the server chose; else it has not, as far as
                      * was seen, and they are 0 */
    bool resumed;    /* it goes on from an earlier session */
    bool retried;    /* the server asked for another ClientHello */
    bool ech;        /* there is an encrypted ClientHello: the server name may be only a front */
    enum tls_mutual mutual;
    uint16_t offered; /* the greatest version that the client offered; 0 = not known */
    uint16_t version, cipher;
    char alpn[ALPN_TEXT_MAX]; /* "h2", as the server chose; "" = none, or encrypted (TLS 1.3) */
    char alpn_offered[ALPN_OFFERED_TEXT_MAX]; /* "h2,http/1.1"; as many as fit */
    char inside[INSIDE_TEXT_MAX]; /* what the two spoke before they agreed on TLS (STARTTLS), and go
                                   * on to speak in it: "postgresql"; "" = it began as TLS */
    char ja4[JA4_TEXT_MAX]; /* fingerprint of the client's software; "" = ClientHello unreadable */
    struct fingerprint certificate, client_certificate;
};

enum {
    CERTIFICATE_NAME_MAX = 192,
    CERTIFICATE_NAMES_MAX = 256,
    CERTIFICATE_SERIAL_MAX = 48,
    CERTIFICATE_KEY_MAX = 16,
    CERTIFICATE_SIGNATURE_MAX = 40,
};

struct certificate {
    struct fingerprint fingerprint;
    struct fingerprint issued_by; /* the certificate shown behind it; none: it was the last */
    bool unreadable;              /* no X.509; all below is zero */
    bool self_signed;             /* its issuer is its subject */
    bool cut;                     /* names or another text of it did not fit */
    uint16_t key_bits;
    uint32_t names_len;                 /* how many alternative names there are */
    uint64_t not_before_s, not_after_s; /* since 1970 UTC; 0: earlier, or not readable */
    char subject[CERTIFICATE_NAME_MAX]; /* "CN=api.shop,O=Shop" (RFC 4514) */
    char issuer[CERTIFICATE_NAME_MAX];
    char names[CERTIFICATE_NAMES_MAX];   /* alternative names: "api.shop,*.api.shop,10.0.0.1" */
    char serial[CERTIFICATE_SERIAL_MAX]; /* upper-case hex */
    char key[CERTIFICATE_KEY_MAX];       /* "RSA", "EC", "Ed25519"; "" = not known */
    char signature[CERTIFICATE_SIGNATURE_MAX]; /* "sha256WithRSAEncryption"; "" = not known */
};
