/* protection.c - see protection.h. */
#include "web/protection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { PEM_MAX = 1024 * 1024 };

/* Opens a file that nobody else can read. */
static FILE *open_private(const char *path, const char *what, struct err *err)
{
    struct stat s;
    FILE *file = fopen(path, "re");
    if (!file || fstat(fileno(file), &s) != 0) {
        err_set(err, "web: cannot read the %s %s: %s", what, path, strerror(errno));
    } else if (s.st_mode & (S_IRGRP | S_IROTH | S_IWGRP | S_IWOTH)) {
        err_set(err, "web: others can read the %s %s: make it yours alone, with chmod 600 %s", what,
                path, path);
    } else {
        setvbuf(file, NULL, _IONBF, 0); /* no copy is left in a buffer */
        return file;
    }
    if (file)
        fclose(file);
    return NULL;
}

static bool take_secret(struct protection *p, const char *path, const char *line, unsigned number,
                        struct err *err)
{
    const char *colon = strchr(line, ':');
    size_t len = strlen(line);
    if (!len || *line == '#')
        return true;
    if (len >= SECRET_TEXT_MAX || strlen(colon ? colon + 1 : line) < SECRET_LEAST)
        return err_set(err,
                       "web: %s, line %u: a password or token has %d to %d characters; `openssl "
                       "rand -hex 16` makes one",
                       path, number, SECRET_LEAST, SECRET_TEXT_MAX - 1);
    if (p->len == SECRETS_MAX)
        return err_set(err, "web: %s has more than %d lines", path, SECRETS_MAX);
    memcpy(p->secret[p->len++].text, line, len);
    return true;
}

static bool read_secrets(struct protection *p, const char *path, struct err *err)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    unsigned number = 0;
    bool good = true;
    FILE *file = open_private(path, "passwords in", err);
    if (!file)
        return false;
    while (good && (len = getline(&line, &room, file)) >= 0) {
        while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            line[--len] = '\0';
        good = take_secret(p, path, line, ++number, err);
    }
    if (line)
        explicit_bzero(line, room);
    free(line);
    fclose(file);
    if (good && !p->len)
        return err_set(err, "web: %s has no password: write USER:PASSWORD or a token in a line",
                       path);
    return good;
}

/* A whole file as text; given to the caller. */
static char *read_pem(FILE *file)
{
    char *text = file ? calloc(1, PEM_MAX) : NULL;
    size_t len = text ? fread(text, 1, PEM_MAX - 1, file) : 0;
    if (text && (!len || !strstr(text, "-----BEGIN "))) {
        free(text);
        text = NULL;
    }
    return text;
}

static bool read_certificate(struct protection *p, const struct protection_files *files,
                             struct err *err)
{
    FILE *certificate = fopen(files->certificate, "re");
    if (!certificate)
        return err_set(err, "web: cannot read the certificate %s: %s", files->certificate,
                       strerror(errno));
    FILE *key = open_private(files->key, "key", err);
    p->certificate = read_pem(certificate);
    p->key = read_pem(key);
    fclose(certificate);
    if (!key)
        return false;
    fclose(key);
    if (p->certificate && p->key)
        return true;
    return err_set(err, "web: %s holds nothing in PEM form (-----BEGIN ...)",
                   p->certificate ? files->key : files->certificate);
}

bool protection_read(struct protection *ret, const struct protection_files *files, struct err *err)
{
    *ret = (struct protection){0};
    if (!files->certificate != !files->key)
        return err_set(err, "--tls-cert and --tls-key go together");
    if ((!files->secrets || read_secrets(ret, files->secrets, err)) &&
        (!files->certificate || read_certificate(ret, files, err)))
        return true;
    protection_free(ret);
    return false;
}

void protection_free(struct protection *p)
{
    if (!p)
        return;
    if (p->key)
        explicit_bzero(p->key, strlen(p->key));
    free(p->key);
    free(p->certificate);
    explicit_bzero(p, sizeof *p);
}

/* RFC 4648, section 4. Writes at most `size` - 1 bytes; false: it is none, longer, or no text. */
static bool decode_base64(const char *text, char *ret, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, have = 0;
    size_t len = 0;
    for (; *text && *text != '='; text++) {
        const char *digit = strchr(digits, *text);
        if (!digit)
            return false;
        bits = bits << 6 | (unsigned)(digit - digits);
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        char byte = (char)(bits >> have & 0xff);
        if (!byte || len + 1 >= size)
            return false;
        ret[len++] = byte;
    }
    return text[strspn(text, "=")] == '\0';
}

/* Every byte is compared, so that time tells nothing. */
static bool equal(const char a[SECRET_TEXT_MAX], const char b[SECRET_TEXT_MAX])
{
    unsigned differ = 0;
    for (size_t i = 0; i < SECRET_TEXT_MAX; i++)
        differ |= (unsigned char)(a[i] ^ b[i]);
    return !differ;
}

static bool is_secret(const struct protection *p, const char given[SECRET_TEXT_MAX])
{
    bool found = false;
    for (size_t i = 0; i < p->len; i++)
        found |= equal(p->secret[i].text, given);
    return found;
}

bool protection_allows(const struct protection *p, const char *authorization)
{
    static const char basic[] = "Basic ", bearer[] = "Bearer ";
    char given[SECRET_TEXT_MAX] = {0}, token[SECRET_TEXT_MAX] = {0};
    if (!p || !p->len)
        return true;
    if (!authorization)
        return false;
    if (strncasecmp(authorization, bearer, sizeof bearer - 1) == 0) {
        const char *text = authorization + sizeof bearer - 1;
        size_t len = strlen(text);
        if (len >= sizeof given)
            return false;
        memcpy(given, text, len);
        return is_secret(p, given);
    }
    if (strncasecmp(authorization, basic, sizeof basic - 1) != 0 ||
        !decode_base64(authorization + sizeof basic - 1, given, sizeof given))
        return false;
    const char *colon = memchr(given, ':', sizeof given - 1);
    if (colon) /* a token as the password of anyone */
        memcpy(token, colon + 1, strlen(colon + 1));
    bool whole = is_secret(p, given), alone = is_secret(p, token);
    return whole || (*token && alone);
}
