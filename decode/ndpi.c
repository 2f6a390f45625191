/* ndpi.c - see inspector.h. The only file that knows nDPI: version 4.2, whose interface later ones
 * have changed. */
#include <ndpi_api.h>

#include "decode/decoder.h"
#include "decode/inspector.h"

/* Not in it: what we decode; what is told by its port alone, or by bytes that others say too (see
 * docs/protocols.md); names of companies and their services; games. */
static const char *const words[NDPI_MAX_SUPPORTED_PROTOCOLS] = {
    [NDPI_PROTOCOL_AFP] = "afp",
    [NDPI_PROTOCOL_AJP] = "ajp",
    [NDPI_PROTOCOL_AMQP] = "amqp",
    [NDPI_PROTOCOL_BGP] = "bgp",
    [NDPI_PROTOCOL_CAPWAP] = "capwap",
    [NDPI_PROTOCOL_CASSANDRA] = "cassandra",
    [NDPI_PROTOCOL_CHECKMK] = "checkmk",
    [NDPI_PROTOCOL_COAP] = "coap",
    [NDPI_PROTOCOL_COLLECTD] = "collectd",
    [NDPI_PROTOCOL_CORBA] = "giop",
    [NDPI_PROTOCOL_DCERPC] = "dcerpc",
    [NDPI_PROTOCOL_DHCP] = "dhcp",
    [NDPI_PROTOCOL_DHCPV6] = "dhcpv6",
    [NDPI_PROTOCOL_DIAMETER] = "diameter",
    [NDPI_PROTOCOL_DNP3] = "dnp3",
    [NDPI_PROTOCOL_DRDA] = "drda",
    [NDPI_PROTOCOL_ETHERNET_IP] = "ethernet-ip",
    [NDPI_PROTOCOL_FIX] = "fix",
    [NDPI_PROTOCOL_FTP_CONTROL] = "ftp",
    [NDPI_PROTOCOL_GIT] = "git",
    [NDPI_PROTOCOL_GTP] = "gtp",
    [NDPI_PROTOCOL_GTP_C] = "gtp",
    [NDPI_PROTOCOL_GTP_PRIME] = "gtp",
    [NDPI_PROTOCOL_GTP_U] = "gtp",
    [NDPI_PROTOCOL_H323] = "h323",
    [NDPI_PROTOCOL_IAX] = "iax",
    [NDPI_PROTOCOL_IEC60870] = "iec104",
    [NDPI_PROTOCOL_IP_IPSEC] = "ipsec",
    [NDPI_PROTOCOL_IRC] = "irc",
    [NDPI_PROTOCOL_JABBER] = "xmpp",
    [NDPI_PROTOCOL_KERBEROS] = "kerberos",
    [NDPI_PROTOCOL_LDAP] = "ldap",
    [NDPI_PROTOCOL_MAIL_IMAP] = "imap",
    [NDPI_PROTOCOL_MAIL_POP] = "pop3",
    [NDPI_PROTOCOL_MAIL_SMTP] = "smtp",
    [NDPI_PROTOCOL_MEGACO] = "megaco",
    [NDPI_PROTOCOL_MGCP] = "mgcp",
    [NDPI_PROTOCOL_MODBUS] = "modbus",
    [NDPI_PROTOCOL_MONGODB] = "mongodb",
    [NDPI_PROTOCOL_MYSQL] = "mysql",
    [NDPI_PROTOCOL_NATS] = "nats",
    [NDPI_PROTOCOL_NETBIOS] = "netbios",
    [NDPI_PROTOCOL_NETFLOW] = "netflow",
    [NDPI_PROTOCOL_NFS] = "nfs",
    [NDPI_PROTOCOL_NTP] = "ntp",
    [NDPI_PROTOCOL_OPENVPN] = "openvpn",
    [NDPI_PROTOCOL_ORACLE] = "oracle",
    [NDPI_PROTOCOL_POSTGRES] = "postgresql",
    [NDPI_PROTOCOL_PPTP] = "pptp",
    [NDPI_PROTOCOL_QUIC] = "quic",
    [NDPI_PROTOCOL_RADIUS] = "radius",
    [NDPI_PROTOCOL_RDP] = "rdp",
    [NDPI_PROTOCOL_REDIS] = "redis",
    [NDPI_PROTOCOL_RSYNC] = "rsync",
    [NDPI_PROTOCOL_RTCP] = "rtcp",
    [NDPI_PROTOCOL_RTMP] = "rtmp",
    [NDPI_PROTOCOL_RTP] = "rtp",
    [NDPI_PROTOCOL_RTSP] = "rtsp",
    [NDPI_PROTOCOL_RX] = "rx",
    [NDPI_PROTOCOL_S7COMM] = "s7comm",
    [NDPI_PROTOCOL_SFLOW] = "sflow",
    [NDPI_PROTOCOL_SIP] = "sip",
    [NDPI_PROTOCOL_SMBV1] = "smb",
    [NDPI_PROTOCOL_SMBV23] = "smb",
    [NDPI_PROTOCOL_SMPP] = "smpp",
    [NDPI_PROTOCOL_SNMP] = "snmp",
    [NDPI_PROTOCOL_SOCKS] = "socks",
    [NDPI_PROTOCOL_SOMEIP] = "someip",
    [NDPI_PROTOCOL_SSDP] = "ssdp",
    [NDPI_PROTOCOL_SSH] = "ssh",
    [NDPI_PROTOCOL_SYSLOG] = "syslog",
    [NDPI_PROTOCOL_TELNET] = "telnet",
    [NDPI_PROTOCOL_TEREDO] = "teredo",
    [NDPI_PROTOCOL_TFTP] = "tftp",
    [NDPI_PROTOCOL_USENET] = "nntp",
    [NDPI_PROTOCOL_VNC] = "vnc",
    [NDPI_PROTOCOL_WIREGUARD] = "wireguard",
    [NDPI_PROTOCOL_XDMCP] = "xdmcp",
    [NDPI_PROTOCOL_ZABBIX] = "zabbix",
    [NDPI_PROTOCOL_ZMQ] = "zmtp",
};

/* It has use for libgcrypt in QUIC alone, which it is not asked about; and libgcrypt would look for
 * files when none can be opened any more. */
static const ndpi_init_prefs unneeded = ndpi_dont_load_tor_hosts | ndpi_dont_init_libgcrypt;

struct inspector {
    struct ndpi_detection_module_struct *module;
};

struct inspected {
    struct ndpi_flow_struct *flow;
};

static bool is_decoded(const char *word)
{
    const struct decoder *const *d = decoders;
    while (*d && strcmp((*d)->name, word) != 0)
        d++;
    return *d;
}

/* The word for one of its numbers; NULL: we have none, or decode it ourselves. */
static const char *word_of(uint16_t protocol)
{
    const char *word = protocol < NDPI_MAX_SUPPORTED_PROTOCOLS ? words[protocol] : NULL;
    return word && !is_decoded(word) ? word : NULL;
}

bool inspector_exists(void)
{
    return true;
}

struct inspector *inspector_new(struct err *err)
{
    struct inspector *i = ndpi_calloc(1, sizeof *i);
    NDPI_PROTOCOL_BITMASK asked;
    NDPI_BITMASK_RESET(asked);
    for (uint16_t p = 0; p < NDPI_MAX_SUPPORTED_PROTOCOLS; p++)
        if (word_of(p))
            asked.fds_bits[p / NDPI_BITS] |= (ndpi_ndpi_mask)1 << p % NDPI_BITS;
    if (i)
        i->module = ndpi_init_detection_module(unneeded);
    if (!i || !i->module) {
        err_set(err, "decode: out of memory for nDPI");
        inspector_free(i);
        return NULL;
    }
    ndpi_set_protocol_detection_bitmask2(i->module, &asked);
    ndpi_finalize_initialization(i->module);
    return i;
}

void inspector_free(struct inspector *i)
{
    if (!i)
        return;
    if (i->module)
        ndpi_exit_detection_module(i->module);
    ndpi_free(i);
}

struct inspected *inspected_new(void)
{
    struct inspected *flow = ndpi_calloc(1, sizeof *flow);
    if (!flow)
        return NULL;
    flow->flow = ndpi_flow_malloc(sizeof *flow->flow);
    if (flow->flow) {
        memset(flow->flow, 0, sizeof *flow->flow);
        return flow;
    }
    ndpi_free(flow);
    return NULL;
}

void inspected_free(struct inspected *flow)
{
    if (!flow)
        return;
    ndpi_free_flow(flow->flow);
    ndpi_free(flow);
}

const char *inspector_packet(struct inspector *i, struct inspected *flow, uint64_t time_ns,
                             struct bytes ip)
{
    ndpi_protocol is = ndpi_detection_process_packet(i->module, flow->flow, ip.at,
                                                     (unsigned short)ip.len, time_ns / 1000000);
    if (flow->flow->confidence != NDPI_CONFIDENCE_DPI)
        return NULL;
    const char *word = word_of(is.app_protocol);
    return word ? word : word_of(is.master_protocol);
}
