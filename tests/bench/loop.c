/* loop.c - libpcap's own reader and nothing else: counts the packets and bytes of a capture. What
 * it costs is the least that a program which reads with libpcap can cost.
 *
 * usage: bench_loop FILE.pcap */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>

struct sums {
    uint64_t packets, bytes;
};

static void count(u_char *user, const struct pcap_pkthdr *head, const u_char *frame)
{
    struct sums *sums = (void *)user;
    (void)frame;
    sums->packets++;
    sums->bytes += head->len;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE] = "usage: bench_loop FILE.pcap";
    struct sums sums = {0};
    pcap_t *file = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (!file || pcap_loop(file, -1, count, (u_char *)&sums) != 0) {
        fprintf(stderr, "%s\n", file ? pcap_geterr(file) : error);
        return 1;
    }
    pcap_close(file);
    printf("%" PRIu64 " packets %" PRIu64 " bytes\n", sums.packets, sums.bytes);
    return 0;
}
