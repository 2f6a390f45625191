/* spread.c - see spread.h.
 *
 * The hash of an exclusive or of both addresses, word by word, and of both ports, which is 0 where
 * there are none. What is done here in C, spread_program() writes down in BPF. */
#include "capture/spread.h"

#include <assert.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

enum { FIRST_SHIFT = 15, SECOND_SHIFT = 13 };

/* Three odd numbers that follow from the key. */
struct multipliers {
    uint32_t addresses, ports, mixed;
};

static struct multipliers multipliers_of(const struct hash_key *key)
{
    uint64_t a = key->word[0], b = key->word[1];
    return (struct multipliers){
        .addresses = (uint32_t)a | 1,
        .ports = (uint32_t)(a >> 32) | 1,
        .mixed = (uint32_t)(b ^ b >> 32) | 1,
    };
}

static uint32_t fold(const struct address *a)
{
    uint32_t folded = 0;
    for (size_t i = 0; i < sizeof a->byte; i += 4)
        folded ^= (uint32_t)a->byte[i] << 24 | (uint32_t)a->byte[i + 1] << 16 |
                  (uint32_t)a->byte[i + 2] << 8 | a->byte[i + 3];
    return folded;
}

static unsigned spread(const struct hash_key *key, const struct packet *p, uint32_t ports,
                       unsigned readers)
{
    struct multipliers m = multipliers_of(key);
    uint32_t hash = (fold(&p->source) ^ fold(&p->destination)) * m.addresses + ports * m.ports;
    hash = (hash ^ hash >> FIRST_SHIFT) * m.mixed;
    return (hash ^ hash >> SECOND_SHIFT) % readers;
}

unsigned spread_packet(const struct hash_key *key, const struct packet *p, unsigned readers)
{
    return spread(key, p, (uint32_t)p->source_port ^ p->destination_port, readers);
}

unsigned spread_fragment(const struct hash_key *key, const struct packet *p, unsigned readers)
{
    return spread(key, p, 0, readers);
}

/* --- the program --- */

/* Scratch memory of the program. */
enum cell { ADDRESSES, PORTS, BASE, CELLS };

/* Where a jump goes that is not to the next instruction; patched once that is known. */
enum label { NEXT, TAGGED, TYPED, IPV4, IPV6, TRANSPORT, HASH, OTHER, LABELS };

struct program {
    struct sock_filter *at;
    uint16_t len;
    uint16_t place[LABELS];
    struct {
        uint8_t yes, no; /* enum label */
    } jump[SPREAD_PROGRAM_MAX];
};

/* Offsets from the network header, which is at the same place whether the frame comes or goes.
 * BPF reads the offset as a signed number. */
static uint32_t network(int offset)
{
    return (uint32_t)(SKF_NET_OFF + offset);
}

static void add(struct program *p, uint16_t code, uint32_t k)
{
    assert(p->len < SPREAD_PROGRAM_MAX);
    p->at[p->len++] = (struct sock_filter){.code = code, .k = k};
}

static void add_jump(struct program *p, uint16_t test, uint32_t k, enum label yes, enum label no)
{
    p->jump[p->len].yes = (uint8_t)yes;
    p->jump[p->len].no = (uint8_t)no;
    add(p, (uint16_t)(BPF_JMP | test | BPF_K), k);
}

static void add_label(struct program *p, enum label label)
{
    p->place[label] = p->len;
}

static void patch_jumps(struct program *p)
{
    for (uint16_t i = 0; i < p->len; i++) {
        if (p->jump[i].yes)
            p->at[i].jt = (uint8_t)(p->place[p->jump[i].yes] - i - 1);
        if (p->jump[i].no)
            p->at[i].jf = (uint8_t)(p->place[p->jump[i].no] - i - 1);
    }
}

/* A = M[cell] ^ A; X stays, by way of BASE. */
static void xor_into(struct program *p, enum cell cell)
{
    add(p, BPF_LDX | BPF_MEM, cell);
    add(p, BPF_ALU | BPF_XOR | BPF_X, 0);
    add(p, BPF_ST, cell);
    add(p, BPF_LDX | BPF_MEM, BASE);
}

/* X = what VLAN tags are before the IP header; goes on at IPV4, IPV6 or OTHER. The first tag is
 * never in the data: the kernel takes it out. */
static void find_network(struct program *p)
{
    add(p, BPF_LD | BPF_IMM, 0);
    add(p, BPF_ST, ADDRESSES);
    add(p, BPF_ST, PORTS);
    add(p, BPF_LDX | BPF_IMM, 0);
    add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL));
    add_jump(p, BPF_JEQ, ETH_P_8021Q, TAGGED, NEXT);
    add_jump(p, BPF_JEQ, ETH_P_8021AD, TAGGED, TYPED);
    add_label(p, TAGGED);
    add(p, BPF_LDX | BPF_IMM, 4);
    add(p, BPF_LD | BPF_H | BPF_ABS, network(2));
    add_label(p, TYPED);
    add(p, BPF_STX, BASE);
    add_jump(p, BPF_JEQ, ETH_P_IP, IPV4, NEXT);
    add_jump(p, BPF_JEQ, ETH_P_IPV6, IPV6, OTHER);
}

static void add_words(struct program *p, int from, int to)
{
    for (int at = from; at < to; at += 4) {
        add(p, BPF_LD | BPF_W | BPF_IND, network(at));
        xor_into(p, ADDRESSES);
    }
}

/* Goes on at TRANSPORT, with X = where that header is, or at HASH. */
static void read_ipv4(struct program *p)
{
    add_label(p, IPV4);
    add_words(p, 12, 20);
    add(p, BPF_LD | BPF_H | BPF_IND, network(6));
    add_jump(p, BPF_JSET, 0x3fff, HASH, NEXT); /* a fragment */
    add(p, BPF_LD | BPF_B | BPF_IND, network(0));
    add(p, BPF_ALU | BPF_AND | BPF_K, 0xf);
    add(p, BPF_ALU | BPF_LSH | BPF_K, 2);
    add(p, BPF_ALU | BPF_ADD | BPF_X, 0);
    add(p, BPF_ST, BASE);
    add(p, BPF_LD | BPF_B | BPF_IND, network(9));
    add(p, BPF_LDX | BPF_MEM, BASE);
    add_jump(p, BPF_JEQ, IPPROTO_TCP, TRANSPORT, NEXT);
    add_jump(p, BPF_JEQ, IPPROTO_UDP, TRANSPORT, HASH);
}

static void read_ipv6(struct program *p)
{
    add_label(p, IPV6);
    add_words(p, 8, 40);
    add(p, BPF_MISC | BPF_TXA, 0);
    add(p, BPF_ALU | BPF_ADD | BPF_K, 40);
    add(p, BPF_ST, BASE);
    add(p, BPF_LD | BPF_B | BPF_IND, network(6));
    add(p, BPF_LDX | BPF_MEM, BASE);
    add_jump(p, BPF_JEQ, IPPROTO_TCP, TRANSPORT, NEXT);
    add_jump(p, BPF_JEQ, IPPROTO_UDP, TRANSPORT, HASH);
}

static void read_ports(struct program *p)
{
    add_label(p, TRANSPORT);
    for (int at = 0; at < 4; at += 2) {
        add(p, BPF_LD | BPF_H | BPF_IND, network(at));
        xor_into(p, PORTS);
    }
}

/* A ^= A >> bits, by way of a cell that is done with. */
static void mix(struct program *p, uint32_t bits)
{
    add(p, BPF_MISC | BPF_TAX, 0);
    add(p, BPF_ALU | BPF_RSH | BPF_K, bits);
    add(p, BPF_ALU | BPF_XOR | BPF_X, 0);
}

static void answer(struct program *p, struct multipliers m)
{
    add_label(p, HASH);
    add(p, BPF_LD | BPF_MEM, PORTS);
    add(p, BPF_ALU | BPF_MUL | BPF_K, m.ports);
    add(p, BPF_MISC | BPF_TAX, 0);
    add(p, BPF_LD | BPF_MEM, ADDRESSES);
    add(p, BPF_ALU | BPF_MUL | BPF_K, m.addresses);
    add(p, BPF_ALU | BPF_ADD | BPF_X, 0);
    mix(p, FIRST_SHIFT);
    add(p, BPF_ALU | BPF_MUL | BPF_K, m.mixed);
    mix(p, SECOND_SHIFT);
    add(p, BPF_RET | BPF_A, 0);
    add_label(p, OTHER);
    add(p, BPF_RET | BPF_K, 0);
}

uint16_t spread_program(const struct hash_key *key, struct sock_filter ret[SPREAD_PROGRAM_MAX])
{
    struct program p = {.at = ret};
    find_network(&p);
    read_ipv4(&p);
    read_ipv6(&p);
    read_ports(&p);
    answer(&p, multipliers_of(key));
    patch_jumps(&p);
    return p.len;
}
