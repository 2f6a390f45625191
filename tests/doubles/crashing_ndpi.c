/* crashing_ndpi.c - put before libndpi with LD_PRELOAD: nDPI as it is, but that packets which say
 * "crash nDPI" crash it. */
#include <dlfcn.h>
#include <ndpi_api.h>
#include <signal.h>
#include <string.h>

typedef ndpi_protocol inspect(struct ndpi_detection_module_struct *module,
                              struct ndpi_flow_struct *flow, const unsigned char *packet,
                              const unsigned short len, const u_int64_t time_ms);

ndpi_protocol ndpi_detection_process_packet(struct ndpi_detection_module_struct *module,
                                            struct ndpi_flow_struct *flow,
                                            const unsigned char *packet, const unsigned short len,
                                            const u_int64_t time_ms)
{
    static const char word[] = "crash nDPI";
    if (memmem(packet, len, word, sizeof word - 1))
        raise(SIGSEGV);
    inspect *real;
    void *found = dlsym(RTLD_NEXT, "ndpi_detection_process_packet");
    memcpy(&real, &found, sizeof real);
    return real(module, flow, packet, len, time_ms);
}
