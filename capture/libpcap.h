/* libpcap.h - what reading files and interfaces through libpcap have in common. */
#pragma once

#include <pcap/pcap.h>

#include "base/err.h"

/* Compiles a pcap-filter(7) expression for what `pcap` captures. On failure `err` names `source`,
 * the expression and the reason. The program is given: pcap_freecode(). */
bool libpcap_compile(pcap_t *pcap, const char *source, const char *expression,
                     struct bpf_program *ret_program, struct err *err);

/* Can frame_parse() read this link type? If not, `err` names `source`, the type, and those that
 * can be read. */
bool libpcap_check_link_type(const char *source, int link_type, struct err *err);
