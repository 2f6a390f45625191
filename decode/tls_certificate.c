/* tls_certificate.c - see tls_certificate.h. */
#include "decode/tls_certificate.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/text.h"
#include "decode/tls_digest.h"

/* Adds text, with a comma before it if it is not the first. False: it was cut. */
static bool add_text(char *text, size_t size, struct bytes raw)
{
    size_t len = strlen(text);
    if (len && len + 2 < size)
        text[len++] = ',';
    return text_clean(text + len, size - len, raw);
}

static void read_name(const X509_NAME *name, char *text, size_t size, struct certificate *ret)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *printed = NULL;
    /* Names are UTF-8 here, so that what has the highest bit is not escaped. */
    unsigned long how = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    if (out && name && X509_NAME_print_ex(out, name, 0, how) >= 0) {
        long len = BIO_get_mem_data(out, &printed);
        if (len > 0 && !text_clean(text, size, bytes_of(printed, (size_t)len)))
            ret->cut = true;
    }
    BIO_free(out);
}

static struct bytes bytes_of_string(const ASN1_STRING *s)
{
    int len = s ? ASN1_STRING_length(s) : 0;
    return len > 0 ? bytes_of(ASN1_STRING_get0_data(s), (size_t)len) : (struct bytes){0};
}

static struct bytes address_text(struct bytes address, char text[INET6_ADDRSTRLEN])
{
    int family = address.len == 4 ? AF_INET : address.len == 16 ? AF_INET6 : AF_UNSPEC;
    if (family == AF_UNSPEC || !inet_ntop(family, address.at, text, INET6_ADDRSTRLEN))
        return (struct bytes){0};
    return bytes_of_text(text);
}

static void add_name(const GENERAL_NAME *name, struct certificate *ret)
{
    char address[INET6_ADDRSTRLEN];
    struct bytes raw = {0};
    int kind;
    const void *value = GENERAL_NAME_get0_value(name, &kind);
    if (kind == GEN_DNS || kind == GEN_URI || kind == GEN_EMAIL)
        raw = bytes_of_string(value);
    else if (kind == GEN_IPADD)
        raw = address_text(bytes_of_string(value), address);
    ret->names_len++;
    if (!raw.len || ret->cut)
        return;
    ret->cut = !add_text(ret->names, sizeof ret->names, raw);
}

static void read_names(const X509 *x, struct certificate *ret)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    bool was_cut = ret->cut;
    ret->cut = false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        add_name(sk_GENERAL_NAME_value(names, i), ret);
    ret->cut = ret->cut || was_cut;
    GENERAL_NAMES_free(names);
}

static void read_serial(const X509 *x, struct certificate *ret)
{
    static const char digits[] = "0123456789ABCDEF";
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
    struct bytes raw = bytes_of_string(serial);
    size_t at = 0;
    if (serial && ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
        ret->serial[at++] = '-';
    for (size_t i = 0; i < raw.len && at + 3 < sizeof ret->serial; i++) {
        ret->serial[at++] = digits[raw.at[i] >> 4];
        ret->serial[at++] = digits[raw.at[i] & 15];
    }
    ret->serial[at] = '\0';
}

static void read_key(const X509 *x, struct certificate *ret)
{
    const EVP_PKEY *key = X509_get0_pubkey(x);
    if (!key)
        return;
    static const struct {
        int id;
        const char *name;
    } kinds[] = {
        {EVP_PKEY_RSA, "RSA"},         {EVP_PKEY_RSA_PSS, "RSA-PSS"}, {EVP_PKEY_EC, "EC"},
        {EVP_PKEY_ED25519, "Ed25519"}, {EVP_PKEY_ED448, "Ed448"},     {EVP_PKEY_DSA, "DSA"},
        {EVP_PKEY_SM2, "SM2"},
    };
    int bits = EVP_PKEY_get_bits(key), id = EVP_PKEY_get_base_id(key);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].id == id)
            bytes_to_text(ret->key, sizeof ret->key, bytes_of_text(kinds[i].name));
    ret->key_bits = bits > 0 && bits <= UINT16_MAX ? (uint16_t)bits : 0;
}

static void read_signature(const X509 *x, struct certificate *ret)
{
    int nid = X509_get_signature_nid(x);
    const char *name = nid == NID_undef ? NULL : OBJ_nid2ln(nid);
    if (name)
        text_clean(ret->signature, sizeof ret->signature, bytes_of_text(name));
}

static uint64_t seconds_of(const ASN1_TIME *time)
{
    struct tm tm;
    if (!time || !ASN1_TIME_to_tm(time, &tm))
        return 0;
    int64_t seconds = timegm(&tm);
    return seconds > 0 ? (uint64_t)seconds : 0;
}

void tls_read_certificate(struct bytes der, struct certificate *ret)
{
    const unsigned char *at = der.at;
    tls_library_ready();
    *ret = (struct certificate){.fingerprint = tls_sha256(der)};
    X509 *x = der.len && der.len <= CERTIFICATE_DER_MAX ? d2i_X509(NULL, &at, (long)der.len) : NULL;
    ret->unreadable = !x;
    if (x) {
        read_name(X509_get_subject_name(x), ret->subject, sizeof ret->subject, ret);
        read_name(X509_get_issuer_name(x), ret->issuer, sizeof ret->issuer, ret);
        read_names(x, ret);
        read_serial(x, ret);
        read_key(x, ret);
        read_signature(x, ret);
        ret->not_before_s = seconds_of(X509_get0_notBefore(x));
        ret->not_after_s = seconds_of(X509_get0_notAfter(x));
        ret->self_signed = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
    }
    X509_free(x);
    ERR_clear_error(); /* what is wrong with it is nobody's failure */
}
