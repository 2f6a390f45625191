/* libpcap.c - see libpcap.h. */
#include "capture/libpcap.h"

#include "capture/frame.h"

bool libpcap_compile(pcap_t *pcap, const char *source, const char *expression,
                     struct bpf_program *ret_program, struct err *err)
{
    enum { OPTIMIZE = 1 };
    struct bpf_program program;
    if (pcap_compile(pcap, &program, expression, OPTIMIZE, PCAP_NETMASK_UNKNOWN) != 0)
        return err_set(err, "%s: the filter '%s' does not compile: %s (syntax: man pcap-filter)",
                       source, expression, pcap_geterr(pcap));
    *ret_program = program;
    return true;
}

bool libpcap_check_link_type(const char *source, int link_type, struct err *err)
{
    if (frame_knows_link_type(link_type))
        return true;
    const char *name = pcap_datalink_val_to_name(link_type);
    return err_set(err,
                   "%s: link type %d (%s) cannot be read; those that can are EN10MB (Ethernet), "
                   "RAW, IPV4, IPV6, LINUX_SLL, LINUX_SLL2, NULL and LOOP",
                   source, link_type, name ? name : "unknown");
}
