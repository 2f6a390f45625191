/* server.c - libmicrohttpd (0.9.75): threads, headers, streams.
 *
 * Three habits of the library shape this file. An answer queued in the first call of the access
 * handler closes the connection, so the first call only takes note. A stream with nothing to say
 * has to be suspended, or the library spins. And stopping with suspended connections aborts the
 * process, so streams are ended first. */
#include "web/server.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "web/connections.h"
#include "web/guard.h"
#include "web/server_library.h"

enum { STREAM_BLOCK = 1024 };

struct server {
    struct MHD_Daemon *daemon;
    const struct listening *listening;
    const struct protection *protection; /* NULL: none */
    server_handler *handler;
    void *context;
    struct connections *connections;
};

struct stream {
    struct MHD_Connection *connection;
    struct stream_source source;
    pthread_mutex_t lock; /* guards the two below */
    bool asleep;          /* the connection is suspended */
    bool woken;           /* since the last read began */
};

static const struct {
    const char *name, *value;
} HEADERS[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
     "connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
     "form-action 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
    {"Vary", "Accept-Encoding"},
};

static uint64_t now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec;
}

const char *request_header(const struct request *r, const char *name)
{
    return mhd.lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

const char *request_argument(const struct request *r, const char *name)
{
    const char *value = NULL;
    enum MHD_Result found = mhd.lookup_connection_value_n(r->connection, MHD_GET_ARGUMENT_KIND,
                                                          name, strlen(name), &value, NULL);
    return found == MHD_YES && !value ? "" : value; /* "?all" has no value, but is there */
}

/* Streams */

void stream_wake(struct stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->woken = true;
    if (s->asleep) {
        s->asleep = false;
        mhd.resume_connection(s->connection);
    }
    pthread_mutex_unlock(&s->lock);
}

/* False if it was woken meanwhile, and has to be read again. */
static bool stream_sleep(struct stream *s)
{
    pthread_mutex_lock(&s->lock);
    bool sleeps = !s->woken;
    s->woken = false;
    if (sleeps) {
        s->asleep = true;
        mhd.suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&s->lock);
    return sleeps;
}

static ssize_t stream_read(void *state, uint64_t at, char *buffer, size_t max)
{
    (void)at;
    struct stream *s = state;
    for (;;) {
        int len = s->source.read(s->source.state, buffer, max);
        if (len == STREAM_END)
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (len > 0)
            return len;
        if (stream_sleep(s))
            return 0;
    }
}

static void stream_free(void *state)
{
    struct stream *s = state;
    s->source.close(s->source.state);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static struct MHD_Response *stream_response(struct MHD_Connection *connection,
                                            const struct stream_source *source)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s) {
        source->close(source->state);
        return NULL;
    }
    s->connection = connection;
    s->source = *source;
    pthread_mutex_init(&s->lock, NULL);
    source->open(source->state, s);
    struct MHD_Response *response = mhd.create_response_from_callback(
        MHD_SIZE_UNKNOWN, STREAM_BLOCK, stream_read, s, stream_free);
    if (!response)
        stream_free(s);
    return response;
}

/* Answers */

static struct MHD_Response *body_response(struct answer *a)
{
    if (!a->owned)
        return mhd.create_response_from_buffer(a->len, (void *)(uintptr_t)a->body,
                                               MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *response =
        a->body == a->owned
            ? mhd.create_response_from_buffer(a->len, a->owned, MHD_RESPMEM_MUST_FREE)
            : mhd.create_response_from_buffer(a->len, (void *)(uintptr_t)a->body,
                                              MHD_RESPMEM_MUST_COPY);
    if (response && a->body == a->owned)
        a->owned = NULL; /* the library frees it */
    return response;
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (value && *value)
        mhd.add_response_header(response, name, value);
}

static void add_headers(struct MHD_Response *response, const struct answer *a)
{
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++)
        add_header(response, HEADERS[i].name, HEADERS[i].value);
    add_header(response, "Content-Type", a->type);
    add_header(response, "Content-Encoding", a->encoding);
    add_header(response, "Cache-Control", a->cache ? a->cache : "no-store");
    add_header(response, "ETag", a->etag);
    add_header(response, "Content-Disposition", a->disposition);
    if (a->status == 401)
        add_header(response, "WWW-Authenticate", "Basic realm=\"tapgraph\", charset=\"UTF-8\"");
    if (a->status == 405)
        add_header(response, "Allow", "GET, HEAD");
    if (a->status == 503)
        add_header(response, "Retry-After", "5");
    if (a->has_stream)
        add_header(response, "X-Accel-Buffering", "no"); /* proxies: pass it on at once */
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct answer *a)
{
    struct MHD_Response *response =
        a->has_stream ? stream_response(connection, &a->stream) : body_response(a);
    enum MHD_Result sent = MHD_NO;
    if (response) {
        add_headers(response, a);
        sent = mhd.queue_response(connection, a->status ? a->status : 200, response);
        mhd.destroy_response(response);
    }
    answer_free(a);
    return sent;
}

/* Connections */

static struct connection *deadline_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        mhd.get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct server *s = cls;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        connections_closed(s->connections, *socket_context);
        return;
    }
    const union MHD_ConnectionInfo *info =
        mhd.get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info)
        *socket_context = connections_opened(s->connections, info->connect_fd, now_s());
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode how)
{
    (void)request_context;
    (void)how;
    struct server *s = cls;
    connections_answered(s->connections, deadline_of(connection), now_s());
}

static struct refusal check(const struct server *s, const struct request *r, const char *method)
{
    struct claim claim = {
        .method = method,
        .host = request_header(r, "Host"),
        .origin = request_header(r, "Origin"),
        .fetch_site = request_header(r, "Sec-Fetch-Site"),
        .fetch_mode = request_header(r, "Sec-Fetch-Mode"),
    };
    const struct protection *p = s->protection;
    struct guarded guarded = {
        .host = s->listening->host,
        .encrypted = p && p->certificate,
        .locked = p && p->len,
    };
    struct refusal refusal = guard_check(&claim, &guarded);
    if (!refusal.status && !protection_allows(p, request_header(r, "Authorization")))
        refusal = (struct refusal){401, "this page asks for a password or a token"};
    return refusal;
}

/* What is refused is refused in the first call, which also closes the connection: its body, if it
 * has one, need not be read. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **request_context)
{
    (void)version;
    (void)upload;
    struct server *s = cls;
    struct request r = {.path = url, .connection = connection};
    struct answer a = {0};
    if (!*request_context) {
        *request_context = s;
        connections_asks(s->connections, deadline_of(connection), now_s());
        struct refusal refusal = check(s, &r, method);
        if (!refusal.status)
            return MHD_YES;
        answer_error(&a, refusal.status, refusal.sentence);
        return send_answer(connection, &a);
    }
    if (*upload_len) { /* a GET with a body, which means nothing */
        *upload_len = 0;
        return MHD_YES;
    }
    s->handler(s->context, &r, &a);
    answer_if_none_match(&a, request_header(&r, "If-None-Match"));
    if (a.has_stream)
        connections_streams(s->connections, deadline_of(connection));
    return send_answer(connection, &a);
}

static struct MHD_Daemon *start_daemon(struct server *s, int fd)
{
    const struct protection *p = s->protection;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    static char priorities[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    struct MHD_OptionItem encrypted[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, p ? p->certificate : NULL},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, p ? p->key : NULL},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    if (p && p->certificate)
        flags |= MHD_USE_TLS;
    else
        encrypted[0] = encrypted[3];
    return mhd.start_daemon(
        flags, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)SERVER_THREADS, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVER_IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVER_REQUEST_MAX,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        s, MHD_OPTION_ARRAY, encrypted, MHD_OPTION_END);
}

struct server *server_start(struct listening *listening, const struct protection *protection,
                            server_handler *handler, void *context, struct err *err)
{
    struct server *s = calloc(1, sizeof *s);
    if (s)
        s->connections = connections_new();
    if (!s || !s->connections) {
        err_set(err, "web: memory is short");
        goto fail;
    }
    if (!server_library_load(err))
        goto fail;
    s->listening = listening;
    s->protection = protection;
    s->handler = handler;
    s->context = context;
    s->daemon = start_daemon(s, listening->fd);
    if (!s->daemon) {
        err_set(err, "web: cannot start answering on %s%s", listening->address,
                protection && protection->certificate ? ": certificate and key may not fit" : "");
        goto fail;
    }
    listening->fd = -1;
    return s;

fail:
    server_stop(s);
    return NULL;
}

void server_sweep(struct server *s)
{
    connections_sweep(s->connections, now_s());
}

void server_stop(struct server *s)
{
    if (!s)
        return;
    if (s->daemon)
        mhd.stop_daemon(s->daemon); /* closes the socket it listens on */
    connections_free(s->connections);
    free(s);
}
