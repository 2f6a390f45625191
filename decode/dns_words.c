/* dns_words.c - the words of the DNS for its numbers, as IANA registers them; see dns_message.h. */
#include <stdio.h>

#include "decode/dns_message.h"

struct word {
    uint16_t number;
    char text[DNS_WORD_MAX - 4];
};

static const struct word types[] = {
    {1, "A"},           {2, "NS"},      {5, "CNAME"},   {6, "SOA"},       {12, "PTR"},
    {13, "HINFO"},      {15, "MX"},     {16, "TXT"},    {17, "RP"},       {18, "AFSDB"},
    {24, "SIG"},        {25, "KEY"},    {28, "AAAA"},   {29, "LOC"},      {33, "SRV"},
    {35, "NAPTR"},      {36, "KX"},     {37, "CERT"},   {39, "DNAME"},    {41, "OPT"},
    {42, "APL"},        {43, "DS"},     {44, "SSHFP"},  {45, "IPSECKEY"}, {46, "RRSIG"},
    {47, "NSEC"},       {48, "DNSKEY"}, {49, "DHCID"},  {50, "NSEC3"},    {51, "NSEC3PARAM"},
    {52, "TLSA"},       {53, "SMIMEA"}, {55, "HIP"},    {59, "CDS"},      {60, "CDNSKEY"},
    {61, "OPENPGPKEY"}, {62, "CSYNC"},  {63, "ZONEMD"}, {64, "SVCB"},     {65, "HTTPS"},
    {99, "SPF"},        {108, "EUI48"}, {109, "EUI64"}, {249, "TKEY"},    {250, "TSIG"},
    {251, "IXFR"},      {252, "AXFR"},  {253, "MAILB"}, {255, "*"},       {256, "URI"},
    {257, "CAA"},
};

static const struct word rcodes[] = {
    {0, "NOERROR"},  {1, "FORMERR"},    {2, "SERVFAIL"}, {3, "NXDOMAIN"},  {4, "NOTIMP"},
    {5, "REFUSED"},  {6, "YXDOMAIN"},   {7, "YXRRSET"},  {8, "NXRRSET"},   {9, "NOTAUTH"},
    {10, "NOTZONE"}, {11, "DSOTYPENI"}, {16, "BADVERS"}, {17, "BADKEY"},   {18, "BADTIME"},
    {19, "BADMODE"}, {20, "BADNAME"},   {21, "BADALG"},  {22, "BADTRUNC"}, {23, "BADCOOKIE"},
};

static const struct word opcodes[] = {
    {0, "QUERY"}, {1, "IQUERY"}, {2, "STATUS"}, {4, "NOTIFY"}, {5, "UPDATE"}, {6, "DSO"},
};

static void put(char text[DNS_WORD_MAX], const struct word *word, size_t words, unsigned number,
                const char *prefix)
{
    for (size_t i = 0; i < words; i++) {
        if (word[i].number == number) {
            bytes_to_text(text, DNS_WORD_MAX, bytes_of_text(word[i].text));
            return;
        }
    }
    snprintf(text, DNS_WORD_MAX, "%s%u", prefix, number & 0xffff);
}

void dns_type_text(uint16_t type, char text[DNS_WORD_MAX])
{
    put(text, types, sizeof types / sizeof *types, type, "TYPE");
}

void dns_rcode_text(unsigned rcode, char text[DNS_WORD_MAX])
{
    put(text, rcodes, sizeof rcodes / sizeof *rcodes, rcode, "RCODE");
}

void dns_opcode_text(unsigned opcode, char text[DNS_WORD_MAX])
{
    put(text, opcodes, sizeof opcodes / sizeof *opcodes, opcode, "OPCODE");
}

/* A server that fails, or cannot do what it is asked, is at fault; who asks for what is not there
 * or not for him, in words that are not understood, is so himself. */
enum outcome dns_rcode_outcome(unsigned rcode)
{
    if (!rcode)
        return OUTCOME_OK;
    bool asked_wrongly =
        rcode == 1 || rcode == 3 || (rcode >= 5 && rcode <= 10) || (rcode >= 16 && rcode <= 23);
    return asked_wrongly ? OUTCOME_CLIENT_ERROR : OUTCOME_SERVER_ERROR;
}
