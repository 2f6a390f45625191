/* packets.c - see packets.h. */
#include "tests/doctor/packets.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

static void read_end(char *text, struct address *address, uint16_t *port)
{
    char *colon = strrchr(text, ':');
    assert_non_null(colon);
    *colon = '\0';
    *port = (uint16_t)strtoul(colon + 1, NULL, 10);
    assert_true(address_from_text(text, address));
}

static uint8_t flags_of(const char *word)
{
    static const char letters[] = "SAFR";
    static const uint8_t bits[] = {TCP_SYN, TCP_ACK, TCP_FIN, TCP_RST};
    uint8_t flags = 0;
    for (; *word; word++) {
        const char *letter = strchr(letters, *word);
        if (!letter)
            fail_msg("no flag '%c'", *word);
        else
            flags |= bits[letter - letters];
    }
    return flags;
}

static void set(struct packet *p, const char *name, uint32_t value)
{
    static const uint8_t bytes[2048];
    if (strcmp(name, "seq") == 0)
        p->sequence = value;
    else if (strcmp(name, "ack") == 0)
        p->acknowledged = value;
    else if (strcmp(name, "len") == 0)
        p->payload = bytes_of(bytes, value);
    else if (strcmp(name, "cut") == 0)
        p->cut = value;
    else if (strcmp(name, "ttl") == 0)
        p->ttl = (uint8_t)value;
    else if (strcmp(name, "vlan") == 0)
        p->vlan = (uint16_t)value;
    else if (strcmp(name, "tunnel") == 0)
        p->tunnel_id = value, p->tunnels = 1;
    else if (strcmp(name, "link") == 0)
        p->link = value;
    else if (strcmp(name, "port") == 0)
        p->interface = (uint16_t)value;
    else if (strcmp(name, "id") == 0)
        p->ip_id = (uint16_t)value;
    else
        fail_msg("no field '%s'", name);
}

struct packet packet_of(const char *text, const char *says, size_t says_len)
{
    struct packet p = {.protocol = IPPROTO_TCP, .ttl = 64};
    char copy[256], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", text);
    read_end(strtok_r(copy, " ", &rest), &p.source, &p.source_port);
    assert_string_equal(strtok_r(NULL, " ", &rest), ">");
    read_end(strtok_r(NULL, " ", &rest), &p.destination, &p.destination_port);
    for (char *word; (word = strtok_r(NULL, " ", &rest));) {
        if (strcmp(word, "copy") == 0)
            p.copy = true;
        else if (strcmp(word, "udp") == 0)
            p.protocol = IPPROTO_UDP;
        else if (word[0] >= 'A' && word[0] <= 'Z')
            p.tcp_flags = flags_of(word);
        else
            set(&p, word, (uint32_t)strtoul(strtok_r(NULL, " ", &rest), NULL, 10));
    }
    if (says)
        p.payload = bytes_of((const uint8_t *)says, says_len);
    return p;
}
