/* hosts.c - see hosts.h. */
#include "daemon/hosts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bool read_line(char *line, struct names *names, struct err *err)
{
    static const char blank[] = " \t\r\n";
    char *rest = NULL;
    line[strcspn(line, "#")] = '\0';
    const char *address = strtok_r(line, blank, &rest);
    const char *name = strtok_r(NULL, blank, &rest);
    struct address a;
    if (!address)
        return true;
    if (!address_from_text(address, &a))
        return err_set(err, "'%s' is no IP address", address);
    if (!name)
        return err_set(err, "a name is missing after '%s'", address);
    char clean[NAME_TEXT_MAX];
    text_clean(clean, sizeof clean, bytes_of_text(name));
    names_give(names, &a, NAME_USER, clean);
    return true;
}

bool hosts_read(const char *path, struct names *names, struct err *err)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return err_set(err, "names: cannot open %s: %s", path, strerror(errno));
    char line[1024];
    struct err why = {0};
    unsigned number = 0;
    bool good = true;
    while (good && fgets(line, sizeof line, file)) {
        number++;
        good = read_line(line, names, &why);
    }
    fclose(file);
    return good ||
           err_set(err, "names: %s, line %u: %s (a line is: ADDRESS NAME, as in /etc/hosts)", path,
                   number, why.text);
}
