/* fields_traces.c - what can be asked of a trace. */
#include "store/fields_common.h"

static double duration(const void *row)
{
    const struct trace_row *t = row;
    return (double)(t->end_ns - t->begin_ns);
}

static const struct field traces[] = {
    TEXT_FIELD(trace_row, trace_id, "trace_id", "trace", ""),
    MOMENT_FIELD(trace_row, begin_ns, "time", "", "its first byte"),
    {"duration", "duration_ms took", "of all of it", FIELD_TIME, 0, NULL, duration, NULL},
    TEXT_FIELD(trace_row, client, "client", "client_name", "of its first hop"),
    TEXT_FIELD(trace_row, server, "server", "service server_name", "likewise"),
    TEXT_FIELD(trace_row, protocol, "protocol", "", "likewise"),
    TEXT_FIELD(trace_row, operation, "operation", "", "likewise"),
    NUMBER_FIELD(FIELD_COUNT, trace_row, hops, field_count32_there, "hops", "",
                 "requests of it that were kept"),
    NUMBER_FIELD(FIELD_COUNT, trace_row, loose, field_count32_there, "loose_hops", "",
                 "of which the caller was not kept"),
    NUMBER_FIELD(FIELD_COUNT, trace_row, services, field_count32_there, "services", "",
                 "that it went through"),
    NUMBER_FIELD(FIELD_COUNT, trace_row, errors, field_count32_there, "errors", "",
                 "requests that failed"),
    TEXT_FIELD(trace_row, slowest, "slowest", "", "the server that took most of the time itself"),
    TIME_FIELD(trace_row, slowest_ns, "slowest_time", "slowest_ms", "how long that took itself"),
};

const struct fields trace_fields = {"traces", traces, sizeof traces / sizeof *traces,
                                    "took > 1s and hops > 3"};
