/* names_file.c - see names_file.h. */
#include "daemon/names_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { LINE_MAX_BYTES = 1024, WHAT_MAX = 64 };

static const char blank[] = " \t\r\n";
static const char help[] = "a line is: ADDRESS[/BITS][:PORT[-PORT]] NAME [group=GROUP] [tags=A,B]";

/* "5432" or "9000-9099"; the whole text. */
static bool read_ports(const char *text, struct given_rule *rule)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    unsigned long first = strtoul(text, &end, 10), last = first;
    if (*end == '-' && end[1] >= '0' && end[1] <= '9')
        last = strtoul(end + 1, &end, 10);
    if (*end || first == 0 || first > last || last > UINT16_MAX)
        return false;
    rule->port_first = (uint16_t)first;
    rule->port_last = (uint16_t)last;
    return true;
}

/* Where the ports begin in "10.0.0.8:5432" or "[2001:db8::7]:443", of which the brackets go. NULL:
 * there are none. */
static char *cut_ports(char *what)
{
    char *bracket = strchr(what, ']'), *colon = strchr(what, ':');
    if (what[0] == '[' && bracket) {
        *bracket = '\0';
        memmove(what, what + 1, strlen(what));
        return bracket[1] == ':' ? bracket + 2 : bracket[1] ? bracket : NULL;
    }
    if (!colon || strchr(colon + 1, ':'))
        return NULL; /* none, or IPv6 */
    *colon = '\0';
    return colon + 1;
}

static bool read_what(const char *text, struct given_rule *rule, struct err *err)
{
    char what[WHAT_MAX];
    *rule = (struct given_rule){.port_last = UINT16_MAX};
    size_t len = strlen(text);
    if (len >= sizeof what)
        return err_set(err, "'%.40s...' is no address", text);
    memcpy(what, text, len + 1);
    const char *ports = cut_ports(what);
    if (!network_read(what, &rule->network))
        return err_set(err, "'%s' is no address and no network", what);
    if (ports && !read_ports(ports, rule))
        return err_set(err, "'%s' is no port and no range of ports", ports);
    return true;
}

static bool set_text(char *to, size_t size, const char *text)
{
    return text_clean(to, size, bytes_of_text(text));
}

/* "group=data", "tags=eu,team-a"; an alias is no word of ours. */
static bool read_word(const char *word, struct given_label *label, struct err *err)
{
    static const char group[] = "group=", tags[] = "tags=";
    bool fits = true;
    if (strncmp(word, group, sizeof group - 1) == 0)
        fits = set_text(label->group, sizeof label->group, word + sizeof group - 1);
    else if (strncmp(word, tags, sizeof tags - 1) == 0)
        fits = set_text(label->tags, sizeof label->tags, word + sizeof tags - 1);
    else if (strchr(word, '='))
        return err_set(err, "'%s' is neither group=GROUP nor tags=TAG,TAG", word);
    return fits || err_set(err, "'%.40s...' is too long", word);
}

static bool read_line(char *line, struct given *given, struct err *err)
{
    char *rest = NULL;
    struct given_rule rule;
    struct given_label label = {0};
    line[strcspn(line, "#")] = '\0';
    const char *what = strtok_r(line, blank, &rest);
    const char *name = strtok_r(NULL, blank, &rest);
    if (!what)
        return true;
    if (!read_what(what, &rule, err))
        return false;
    if (!name)
        return err_set(err, "a name is missing after '%s'", what);
    if (!set_text(label.name, sizeof label.name, name))
        return err_set(err, "'%.40s...' is too long", name);
    for (const char *word; (word = strtok_r(NULL, blank, &rest));)
        if (!read_word(word, &label, err))
            return false;
    return given_add(given, &rule, &label) ||
           err_set(err, "no room for more than %d names", GIVEN_RULES_MAX);
}

static FILE *open_file(const char *path, struct err *err)
{
    FILE *file = fopen(path, "re");
    if (!file)
        err_set(err, "names: cannot open %s: %s", path, strerror(errno));
    return file;
}

bool names_file_read(const char *path, struct given *given, struct err *err)
{
    char line[LINE_MAX_BYTES];
    struct err why = {0};
    unsigned number = 0;
    bool good = true;
    FILE *file = open_file(path, err);
    if (!file)
        return false;
    while (good && fgets(line, sizeof line, file)) {
        number++;
        good = strlen(line) + 1 < sizeof line || err_set(&why, "the line is too long");
        good = good && read_line(line, given, &why);
    }
    bool failed = ferror(file);
    fclose(file);
    if (failed)
        return err_set(err, "names: cannot read %s: %s", path, strerror(EIO));
    return good || err_set(err, "names: %s, line %u: %s (%s)", path, number, why.text, help);
}

static bool is_loopback(const struct address *a)
{
    static const struct address six = {.byte = {[15] = 1}};
    return address_equal(a, &six) || (address_is_v4(a) && a->byte[12] == 127);
}

static void read_host(char *line, struct given *given)
{
    char *rest = NULL;
    struct given_rule rule = {.network.prefix_bits = 128, .port_last = UINT16_MAX};
    struct given_label label = {0};
    line[strcspn(line, "#")] = '\0';
    const char *address = strtok_r(line, blank, &rest);
    const char *name = strtok_r(NULL, blank, &rest);
    if (!name || !address_from_text(address, &rule.network.address) ||
        is_loopback(&rule.network.address))
        return;
    if (set_text(label.name, sizeof label.name, name))
        given_add(given, &rule, &label);
}

bool hosts_file_read(const char *path, struct given *given, struct err *err)
{
    char line[LINE_MAX_BYTES];
    FILE *file = open_file(path, err);
    if (!file)
        return false;
    while (fgets(line, sizeof line, file))
        read_host(line, given);
    fclose(file);
    return true;
}

bool names_file_open_networks(const char *path, struct networks *networks, struct err *err)
{
    struct given *given = given_new();
    bool good = given && names_file_read(path, given, err);
    if (!given)
        err_set(err, "out of memory");
    for (size_t i = 0; good && i < given_rules(given); i++) {
        const struct network *n = &given_rule(given, i)->network;
        if (networks_hold(networks, &n->address) || networks_open(networks, n))
            continue;
        good = err_set(err,
                       "names: %s: at most %d networks, those of --internal included, can be "
                       "outside the private ones; give whole networks rather than addresses",
                       path, NETWORKS_MAX);
    }
    given_free(given);
    return good;
}
