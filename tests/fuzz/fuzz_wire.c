/* fuzz_wire.c - what a sensor that was taken over may write to the keeper.
 *
 * The bytes are read as a delta and as exchanges. What is taken must be written in the same way as
 * it would be again, and hold nothing but canonical text. */
#include <stdlib.h>

#include "base/text.h"
#include "graph/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool held)
{
    if (!held)
        abort();
}

static void check_text(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    check(len < size && text_is_clean(bytes_of(text, len)));
}

static void check_calls(const struct delta *d)
{
    for (uint32_t i = 0; i < d->connection_len; i++) {
        const struct certainty *known = &d->connection[i].certainty;
        check(d->connection[i].edge < d->edge_len);
        check(known->known <= known->fields && known->late_known <= known->late_fields);
    }
    for (uint32_t i = 0; i < d->open_call_len; i++) {
        check(d->open_call[i].edge < d->edge_len);
        check_text(d->open_call[i].operation, sizeof d->open_call[i].operation);
        (void)call_kind_name(d->open_call[i].call);
    }
}

static void check_delta(const struct delta *d)
{
    struct writer once = {0}, twice = {0};
    struct delta back;
    for (uint32_t i = 0; i < d->operation_len; i++) {
        check(d->operation[i].edge < d->edge_len);
        check_text(d->operation[i].name, sizeof d->operation[i].name);
        (void)latency_quantile(&d->operation[i].exchanges.duration, 0.99);
    }
    for (uint32_t i = 0; i < d->name_len; i++)
        check_text(d->name[i].name, sizeof d->name[i].name);
    check_calls(d);
    wire_put_delta(&once, d);
    check(wire_get_delta(writer_view(&once), &back));
    wire_put_delta(&twice, &back);
    check(bytes_equal(writer_view(&once), writer_view(&twice)));
    delta_free(&back);
    writer_free(&once);
    writer_free(&twice);
}

static void check_exchange(const struct exchange *x)
{
    struct writer w = {0};
    struct exchange back;
    check_text(x->path, sizeof x->path);
    check_text(x->protocol, PROTOCOL_TEXT_MAX);
    check_text(x->message, sizeof x->message);
    check(x->outcome < OUTCOMES && x->call < CALL_KINDS);
    check(x->error_code >= -1 && x->error_code <= UINT32_MAX);
    check(x->certainty.known <= x->certainty.fields);
    wire_put_exchange(&w, x);
    struct cursor c = cursor_over(writer_view(&w));
    check(wire_get_exchange(&c, &back) && !cursor_left(&c));
    check(strcmp(x->path, back.path) == 0 && x->protocol == back.protocol);
    writer_free(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct delta d;
    if (wire_get_delta(bytes_of(data, size), &d)) {
        check_delta(&d);
        delta_free(&d);
    }
    struct cursor c = cursor_over(bytes_of(data, size));
    struct exchange x;
    while (wire_get_exchange(&c, &x))
        check_exchange(&x);
    return 0;
}
