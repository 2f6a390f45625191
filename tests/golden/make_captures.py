#!/usr/bin/env python3
"""make_captures.py - writes the captures of this folder that are made by hand, and what is expected of them.

Each function is one capture: its text says what it claims. The expected log follows from the conversation, not
from what the program prints. Run it after changing it; a capture that did not change stays the same to the byte.
"""
import os
import struct

from wire import (ACK, LOOP, NULL, PSH, RAW, RST, SLL, SLL2, SYN, TO_CLIENT, TO_SERVER, Capture, Span,
                  Datagrams, Talk)

CAPTURES = []


def capture(function):
    CAPTURES.append(function)
    return function


def request(start, *fields, body=b"", host="shop.test"):
    lines = [start, *([f"Host: {host}"] if host else []), *fields, "", ""]
    return "\r\n".join(lines).encode() + body


def response(status, *fields, body=b""):
    lines = [f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


OK = response("200 OK", body=b"hello")


# --- one connection, several requests -------------------------------------------------------------

@capture
def keep_alive():
    """Requests follow each other on one connection; each has its own times and sizes. Heads and bodies may
    be cut anywhere between segments."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(request("GET /first HTTP/1.1"))
    c.wait(20)
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/first", "200")

    post = request("POST /orders?draft=1&token=secret HTTP/1.1", "Content-Length: 12", body=b"lamp=1&oak=2")
    ask = t.says(post, at=(3, 40, len(post) - 4))
    c.wait(35)
    big = response("201 Created", body=b"x" * 3000)
    answer = t.hears(big, at=(9, 1400, 2800))
    t.expect(ask, answer, "POST", "/orders", "201")

    ask = t.says(request("DELETE /orders/1042 HTTP/1.1"))
    answer = t.hears(response("409 Conflict"))
    t.expect(ask, answer, "DELETE", "/orders/1042", "409", operation="DELETE /orders/{id}")
    t.close()
    return c


@capture
def pipelining():
    """Three requests leave before the first answer comes; answers belong to them in order. A request that
    was sent while an earlier one waited is marked."""
    c = Capture()
    t = Talk(c)
    t.open()
    asks = [request(f"GET /{name} HTTP/1.1") for name in ("one", "two", "three")]
    first = t.says(asks[0] + asks[1][:30])
    rest = t.says(asks[1][30:] + asks[2])
    spans = [Span(first.first_ns, first.first_ns, len(asks[0])),
             Span(first.first_ns, rest.last_ns, len(asks[1])),
             Span(rest.first_ns, rest.last_ns, len(asks[2]))]
    c.wait(10)
    ok, missing = OK, response("404 Not Found", body=b"no")
    answer = t.hears(ok + missing + ok, at=(len(ok) - 2, len(ok + missing) + 10))
    step = 1_000_000
    a = Span(answer.first_ns, answer.first_ns + step, len(ok))
    b = Span(answer.first_ns + step, answer.first_ns + step, len(missing))
    d = Span(answer.first_ns + step, answer.last_ns, len(ok))
    t.expect(spans[0], a, "GET", "/one", "200")
    t.expect(spans[1], b, "GET", "/two", "404", notes=["pipelined"])
    t.expect(spans[2], d, "GET", "/three", "200", notes=["pipelined"])
    t.close()
    return c


# --- where messages end ---------------------------------------------------------------------------

@capture
def lengths():
    """The end of an answer: chunks and trailers; no body after HEAD, 204 and 304 whatever the head says."""
    c = Capture()
    t = Talk(c)
    t.open()
    chunks = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
              b"5\r\nhello\r\n8;name=value\r\n, world!\r\n0\r\nX-Sum: 13\r\n\r\n")
    ask = t.says(request("GET /chunks HTTP/1.1"))
    answer = t.hears(chunks, at=(70, 71, len(chunks) - 20, len(chunks) - 1))
    t.expect(ask, answer, "GET", "/chunks", "200")

    upload = request("PUT /chunks HTTP/1.1", "Transfer-Encoding: chunked",
                     body=b"3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n")
    ask = t.says(upload, at=(len(upload) - 25,))
    answer = t.hears(response("204 No Content").replace(b"Content-Length: 0\r\n", b""))
    t.expect(ask, answer, "PUT", "/chunks", "204")

    ask = t.says(request("HEAD /large HTTP/1.1"))
    answer = t.hears(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n")
    t.expect(ask, answer, "HEAD", "/large", "200")

    ask = t.says(request("GET /cached HTTP/1.1", 'If-None-Match: "a1"'))
    answer = t.hears(b'HTTP/1.1 304 Not Modified\r\nETag: "a1"\r\nContent-Length: 700\r\n\r\n')
    t.expect(ask, answer, "GET", "/cached", "304")

    ask = t.says(request("GET /after HTTP/1.1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/after", "200")
    t.close()
    return c


@capture
def until_close():
    """HTTP/1.0 without a length: the answer lasts until the server closes, and it ends when the close tells so."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(b"GET /old HTTP/1.0\r\n\r\n")
    head = t.hears(b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\n<html>")
    c.wait(8)
    body = t.hears(b"</html>\n")
    c.wait(5)
    answer = head + body
    answer.last_ns = t.finish(TO_CLIENT)
    t.expect(ask, answer, "GET", "/old", "200", host=None)
    t.finish(TO_SERVER)
    t.acknowledge(TO_CLIENT)
    return c


@capture
def interim():
    """100 and 103 are not the answer: the answer is what follows them."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(request("POST /upload HTTP/1.1", "Expect: 100-continue", "Content-Length: 9"))
    t.hears(b"HTTP/1.1 100 Continue\r\n\r\n")
    ask += t.says(b"some body")
    c.wait(15)
    answer = t.hears(OK)
    t.expect(ask, answer, "POST", "/upload", "200", drop="response_bytes")

    ask = t.says(request("GET /hints HTTP/1.1"))
    t.hears(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    c.wait(15)
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/hints", "200", drop="response_bytes")
    t.close()
    return c


# --- the connection becomes another protocol ------------------------------------------------------

@capture
def tunnel():
    """After CONNECT is granted the bytes are no longer HTTP, whatever they look like."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(request("CONNECT bank.test:443 HTTP/1.1", host="bank.test:443"))
    answer = t.hears(b"HTTP/1.1 200 Connection established\r\n\r\n")
    t.expect(ask, answer, "CONNECT", None, "200", drop="path operation host notes")
    t.says(bytes.fromhex("1603010005010000010000"))
    t.hears(bytes.fromhex("150301000202 28".replace(" ", "")))
    t.close()

    t = Talk(c, client=("10.0.0.1", 40001))
    t.open()
    ask = t.says(request("CONNECT far.test:443 HTTP/1.1", host="far.test:443"))
    answer = t.hears(response("502 Bad Gateway"))
    t.expect(ask, answer, "CONNECT", None, "502", drop="path operation host")
    ask = t.says(request("GET /still HTTP/1.1"))  # refused, so it is still HTTP
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/still", "200")
    t.close()
    return c


@capture
def upgrade():
    """101 ends HTTP on the connection: what follows is a call of WebSocket, whatever its messages look like."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(request("GET /chat HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket",
                         "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
    answer = t.hears(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
    t.expect(ask, answer, "GET", "/chat", "101", notes=["upgraded"])
    t.says(bytes.fromhex("818537fa213d7f9f4d5158"))
    t.hears(b"\x81\x05Hello")
    t.hears(b"\x81\x12GET / HTTP/1.1\r\n\r\n")
    t.hears(b"\x89\0")
    t.says(bytes.fromhex("8a8037fa213d"))
    t.expect(None, None, "PING", None, "PONG", protocol="websocket", host=None, operation="PING by the server", outcome="ok",
             drop="time duration_ms ttfb_ms request_bytes response_bytes path host")
    t.says(bytes.fromhex("888237fa213d3412"))  # 1000
    t.hears(bytes.fromhex("880203e8"))
    t.expect(answer, None, "WEBSOCKET", "/chat", "1000", protocol="websocket", request_messages=1, response_messages=2,
             call="bidi-streaming", outcome="ok", drop="time duration_ms ttfb_ms request_bytes response_bytes")
    t.close()
    return c


# --- what senders really send ---------------------------------------------------------------------

@capture
def lenient():
    """Bare line feeds, folded lines, empty lines before a request, odd case and spaces, an absolute target."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(b"GET /bare HTTP/1.1\nHost: shop.test\nAccept: */*\n\n")
    answer = t.hears(b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello")
    t.expect(ask, answer, "GET", "/bare", "200")

    ask = t.says(b"GET /folded HTTP/1.1\r\nX-Long: one\r\n two\r\n\tthree\r\nHOST:shop.test\r\n\r\n")
    answer = t.hears(b"HTTP/1.1 200 OK\r\nX-Long: a\r\n b\r\ncontent-LENGTH:   5  \r\n\r\nhello")
    t.expect(ask, answer, "GET", "/folded", "200")

    ask = t.says(request("GET http://other.test/absolute?q=1 HTTP/1.1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/absolute", "200", host="other.test")

    ask = t.says(request("OPTIONS * HTTP/1.1"))
    answer = t.hears(b"HTTP/1.1 200 OK\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n")
    t.expect(ask, answer, "OPTIONS", "*", "200")

    ask = t.says(request("GET /no-reason HTTP/1.1"))
    answer = t.hears(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n")
    t.expect(ask, answer, "GET", "/no-reason", "200")

    ask = t.says(b"\r\n" + request("GET /empty-line-first HTTP/1.1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/empty-line-first", "200", drop="request_bytes")
    t.close()
    return c


def asks(talk, host, path, name, answer=OK, **keys):
    """One exchange, by host, whose server is called `name`."""
    ask = talk.says(request(f"GET {path} HTTP/1.1", host=host))
    answer = talk.hears(answer)
    said = {"host": host.lower()} if host else {"drop": "host"}
    talk.expect(ask, answer, "GET", path, "200", server_name=name, **{**said, **keys})


def frame(kind, flags, stream, payload):
    return struct.pack(">IBI", len(payload) << 8 | kind, flags, stream) + payload


def block(*fields):
    """Header fields that no table is needed for (RFC 7541, 6.2.2)."""
    def text(value):
        return bytes([len(value)]) + value.encode()
    return b"".join(b"\0" + text(name) + text(value) for name, value in fields)


@capture
def virtual_hosts():
    """A server with several names is as many services, whose requests may take turns on one connection, of HTTP/1
    or HTTP/2. The connection is counted where its first request goes. Short names are the whole one, in capitals, with
    a port or without; what is no name, and what names nothing, goes with what its client has called, or else with what
    the server is called most."""
    c = Capture()
    first = Talk(c, client=("10.0.0.1", 40001))
    first.open()
    for host in "a.example", "b.example", "A.Example:80", "b.example", "b.example", "10.0.0.2", "no such.name", None:
        known = {"a": "a.example", "A": "a.example", "b": "b.example"}.get((host or " ")[0], "b.example")
        asks(first, host, "/", known)
    second = Talk(c, client=("10.0.0.3", 40002))
    second.open()
    asks(second, None, "/", "b.example")
    asks(second, "10.0.0.2:80", "/", "b.example")

    replica = Talk(c, server=("10.0.0.4", 80))
    replica.open()
    asks(replica, "b.example", "/", "b.example")
    cart = Talk(c, server=("10.0.0.5", 8080))
    cart.open()
    for host in "cart", "Cart:8080", "cart.shop.svc.cluster.local", "cart.shop", "orders.shop":
        asks(cart, host, "/", "orders.shop" if host == "orders.shop" else "cart.shop.svc.cluster.local")
    never = Talk(c, client=("10.0.0.3", 40003))
    never.segment(TO_SERVER, SYN)
    never.segment(TO_CLIENT, RST | ACK)

    two = Talk(c, server=("10.0.0.6", 80))
    two.open()
    two.says(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b""))
    two.hears(frame(4, 0, 0, b""))
    for stream, host in (1, "c.example"), (3, "d.example"), (5, "c.example"):
        ask = two.says(frame(1, 5, stream, block((":method", "GET"), (":scheme", "http"), (":path", "/"),
                                                 (":authority", host))))
        answer = two.hears(frame(1, 5, stream, block((":status", "200"))))
        two.expect(ask, answer, "GET", "/", "200", protocol="http2", host=host, server_name=host, stream_id=stream)
    return c


@capture
def relays():
    """A request into a service, and one out of it while it lasts that carries the same identifier, are one hop: by
    x-request-id, also where only the answer shows it, and by the trace, through any number of services. One that
    is not inside the other in time, or does not come from where the other went, or has another identifier, is
    none. The inner side may have ended in the window before."""
    c = Capture()
    web, proxy, cart, stock = "10.0.0.1", "10.0.0.5", "10.0.0.6", "10.0.0.7"
    trace = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e47%02x-00f067aa0ba902b7-01"
    outer = Talk(c, client=(web, 40001), server=(proxy, 80))
    inner = Talk(c, client=(proxy, 40002), server=(cart, 8080))
    last = Talk(c, client=(cart, 40003), server=(stock, 8080))
    for talk in outer, inner, last:
        talk.open()

    def ask(talk, path, host, field=None):
        return talk.says(request(f"GET {path} HTTP/1.1", *([field] if field else []), host=host)), path, host

    def answer(talk, asked, field=None):
        sent, path, host = asked
        got = talk.hears(response("200 OK", *([field] if field else []), body=b"hello"))
        talk.expect(sent, got, "GET", path, "200", host=host)

    for number in range(3):
        one = ask(outer, "/cart", "shop.example", f"X-Request-Id: {number}" if number else None)
        two = ask(inner, "/cart", "cart", f"X-Request-Id: {number}")
        answer(inner, two)
        answer(outer, one, None if number else "X-Request-Id: 0")
    one = ask(outer, "/buy", "shop.example", trace % 1)
    two = ask(inner, "/cart/add", "cart", trace % 1)
    three = ask(last, "/take", "stock", trace % 1)
    answer(last, three)
    answer(inner, two)
    answer(outer, one)

    one = ask(outer, "/late", "shop.example", "X-Request-Id: late")
    answer(outer, one)
    answer(inner, ask(inner, "/late", "cart", "X-Request-Id: late"))
    one = ask(outer, "/other", "shop.example", "X-Request-Id: one")
    answer(inner, ask(inner, "/other", "cart", "X-Request-Id: two"))
    answer(last, ask(last, "/other", "stock", "X-Request-Id: one"))
    answer(outer, one)

    one = ask(outer, "/slow", "shop.example", trace % 2)
    answer(inner, ask(inner, "/slow", "cart", trace % 2))
    c.wait(12_000)
    answer(outer, one)
    return c


@capture
def traces():
    """Three traces over several services, in each spelling: one that a proxy in front knows by its request id alone, with
    a hop that fails and takes the time; one by B3, whose parents say which of two calls that were under way at once led
    to the next; and one of which a hop is not seen. What is secret (CANARY) is in no place that is told of."""
    c = Capture()
    secret = ("Cookie: session=CANARY", "Authorization: Bearer CANARY", "X-Api-Key: CANARY")

    def talk(client, server, ports=iter(range(41000, 42000)), port=8080):
        made = Talk(c, client=(client, next(ports)), server=(server, port))
        made.open()
        return made

    def ask(on, path, host, *fields):
        sent = on.says(request(f"GET {path}?token=CANARY HTTP/1.1", *secret, *fields, host=host))
        return on, sent, path, host

    def answer(asked, status="200 OK", **more):
        on, sent, path, host = asked
        got = on.hears(response(status, "Set-Cookie: session=CANARY", body=b"CANARY"))
        on.expect(sent, got, "GET", path, status[:3], host=host, **more)

    user, proxy, shop, users, pay, bank, cart, stock = ("203.0.113.9", *(f"10.0.0.{n}" for n in range(5, 12)))
    front, inside = talk(user, proxy, port=80), talk(proxy, shop)
    to_users, to_pay, to_bank = talk(shop, users), talk(shop, pay), talk(pay, bank)
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    w3c = lambda span: f"traceparent: 00-{trace}-{span:016x}-01"
    one = ask(front, "/checkout", "shop.example", "X-Request-Id: 7f3c9a-4711")
    two = ask(inside, "/checkout", "shop", w3c(0xa1), "X-Request-Id: 7f3c9a-4711")
    three = ask(to_users, "/users/42", "users", w3c(0xa2))
    c.wait(4)
    answer(three, operation="GET /users/{id}", trace_id=trace)
    four = ask(to_pay, "/charges", "pay", w3c(0xa3))
    c.wait(30)
    five = ask(to_bank, "/book", "bank", w3c(0xa4))
    c.wait(9)
    answer(five, trace_id=trace)
    answer(four, "503 Service Unavailable", outcome="server_error", trace_id=trace)
    answer(two, "502 Bad Gateway", outcome="server_error", trace_id=trace)
    answer(one, "502 Bad Gateway", outcome="server_error")

    trace = "80f198ee56343ba864fe8b2a57d3eff7"
    b3 = lambda span, parent: (f"X-B3-TraceId: {trace}", f"X-B3-SpanId: {span:016x}",
                               *([f"X-B3-ParentSpanId: {parent:016x}"] if parent else []))
    carts, stocks = [talk(shop, cart) for _ in range(2)], talk(cart, stock)
    one = ask(inside, "/cart", "shop", *b3(0xb1, 0))
    two = ask(carts[0], "/cart/a", "cart", *b3(0xb2, 0xb1))
    three = ask(carts[1], "/cart/b", "cart", *b3(0xb3, 0xb1))
    four = ask(stocks, "/stock/a", "stock", *b3(0xb4, 0xb2))
    c.wait(5)
    answer(four, trace_id=trace, parent_id="00000000000000b2")
    answer(three, trace_id=trace)
    c.wait(20)
    answer(two, trace_id=trace, parent_id="00000000000000b1")
    answer(one, trace_id=trace)

    trace = "0af7651916cd43dd8448eb211c80319c"
    one = ask(inside, "/ship", "shop", w3c(0xc1))
    answer(ask(to_bank, "/book", "bank", w3c(0xc2)), trace_id=trace)
    answer(one, trace_id=trace)
    return c


@capture
def hostile_hosts():
    """Somebody who tries out names makes no services of them; and what was known of the server still holds."""
    c = Capture()
    c.wait(1000)
    real = Talk(c)
    real.open()
    for _ in range(2):
        asks(real, "shop.example", "/", "shop.example")
    c.wait(10_000)
    hostile = Talk(c, client=("10.0.0.9", 40001))
    hostile.open()
    for number in range(1100):
        asks(hostile, f"x{number}.example", "/", "shop.example", drop="time client_address client_port server_address "
             "server_port operation duration_ms ttfb_ms request_bytes response_bytes notes outcome protocol")
    asks(real, "shop.example", "/", "shop.example")
    return c


@capture
def tracing():
    """Identifiers that tie hops together, in each of their spellings; a broken one is no identifier."""
    c = Capture()
    t = Talk(c)
    t.open()
    trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    for path, field, found in (
            ("/w3c", f"traceparent: 00-{trace}-{span}-01", (trace, span)),
            ("/b3", f"b3: {trace}-{span}-1", (trace, span)),
            ("/zeros", f"traceparent: 00-{'0' * 32}-{'0' * 16}-00", None),
            ("/short", "traceparent: 00-4bf92f-00f0-01", None)):
        ask = t.says(request(f"GET {path} HTTP/1.1", field, "X-Request-Id: 7f3c-1"))
        answer = t.hears(OK)
        ids = {"trace_id": found[0], "span_id": found[1]} if found else {}
        t.expect(ask, answer, "GET", path, "200", **ids)
    ask = t.says(request("GET /b3-many HTTP/1.1", f"X-B3-TraceId: {trace}", f"X-B3-SpanId: {span}",
                         "X-B3-Sampled: 1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/b3-many", "200", trace_id=trace, span_id=span)
    t.close()
    return c


@capture
def not_http():
    """Bytes that are no HTTP, on the port of HTTP, give no exchange; nor does a text that only begins like it."""
    c = Capture()
    for number, data in enumerate((b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                                   b"GET a lamp, please\r\n", b"*1\r\n:4\r\nPING\r\n",
                                   bytes(range(256)))):
        t = Talk(c, client=("10.0.0.1", 40000 + number))
        t.open()
        t.says(data)
        t.hears(b"\0\0\0\1what?\r\n")
        t.close()
    return c


@capture
def any_port():
    """HTTP is known by what it says, not by its port."""
    c = Capture()
    for number, port in enumerate((8080, 443, 53, 6379, 49152)):
        t = Talk(c, client=("10.0.0.1", 40000 + number), server=("10.0.0.2", port))
        t.open()
        ask = t.says(request("GET /here HTTP/1.1"))
        answer = t.hears(OK)
        t.expect(ask, answer, "GET", "/here", "200")
        t.close()
    return c


# --- how conversations fail -----------------------------------------------------------------------

@capture
def endings():
    """A reset by the server is `reset`, by the client `cancelled`; an orderly end without an answer, or the
    end of the capture, is `unanswered`."""
    c = Capture()
    by_server = Talk(c, client=("10.0.0.1", 40001))
    by_server.open()
    ask = by_server.says(request("GET /reset HTTP/1.1"))
    by_server.reset(TO_CLIENT)
    by_server.expect(ask, None, "GET", "/reset", None, outcome="reset")

    half = Talk(c, client=("10.0.0.1", 40002))
    half.open()
    ask = half.says(request("GET /half HTTP/1.1"))
    half.hears(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf of")
    half.reset(TO_CLIENT)
    half.expect(ask, None, "GET", "/half", "200", outcome="reset",
                drop="duration_ms ttfb_ms response_bytes")

    by_client = Talk(c, client=("10.0.0.1", 40003))
    by_client.open()
    ask = by_client.says(request("GET /cancelled HTTP/1.1"))
    by_client.reset(TO_SERVER)
    by_client.expect(ask, None, "GET", "/cancelled", None, outcome="cancelled")

    closed = Talk(c, client=("10.0.0.1", 40004))
    closed.open()
    ask = closed.says(request("GET /closed HTTP/1.1"))
    closed.close(first=TO_CLIENT)
    closed.expect(ask, None, "GET", "/closed", None, outcome="unanswered")

    open_end = Talk(c, client=("10.0.0.1", 40005))
    open_end.open()
    ask = open_end.says(request("GET /never HTTP/1.1"))
    open_end.acknowledge(TO_CLIENT)
    open_end.expect(ask, None, "GET", "/never", None, outcome="unanswered")
    return c


@capture
def no_answer_in_time():
    """A request that waits longer than the limit of 60 s is a time-out, though the connection stays open."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(request("GET /slow HTTP/1.1"))
    t.acknowledge(TO_CLIENT)
    other = Talk(c, client=("10.0.0.1", 40001))
    other.open()
    for number in range(8):
        c.wait(10_000)
        other_ask = other.says(request(f"GET /tick{number} HTTP/1.1"))
        other_answer = other.hears(OK)
        if number == 6:
            t.expect(ask, None, "GET", "/slow", None, outcome="timeout")
        other.expect(other_ask, other_answer, "GET", f"/tick{number}", "200", drop="operation")
    return c


@capture
def refused():
    """A refused and an unanswered handshake are failed connections and no exchange."""
    c = Capture()
    t = Talk(c)
    t.segment(TO_SERVER, SYN)
    t.next[TO_SERVER] += 1
    t.segment(TO_CLIENT, RST | ACK)
    silent = Talk(c, client=("10.0.0.1", 40001), server=("10.0.0.3", 80))
    silent.segment(TO_SERVER, SYN)
    c.wait(1000)
    silent.segment(TO_SERVER, SYN)
    c.wait(12_000)
    fine = Talk(c, client=("10.0.0.1", 40002))
    fine.open()
    ask = fine.says(request("GET /fine HTTP/1.1"))
    answer = fine.hears(OK)
    fine.expect(ask, answer, "GET", "/fine", "200")
    c.wait(3000)  # time goes on only with packets
    fine.close()
    return c


# --- what the capture lost ------------------------------------------------------------------------

# A hole is given up some time after it was acknowledged, for a mirror may show the acknowledgment first.
ACKNOWLEDGED_MS = 30

@capture
def gap_in_body():
    """A hole in a body harms nothing but the note: its length is known, and the next message is found."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(request("GET /big HTTP/1.1"))
    big = response("200 OK", body=b"b" * 4000)
    answer = t.hears(big, at=(1000, 2000, 3000), lost=(1,))
    t.acknowledge(TO_SERVER)
    t.expect(ask, answer, "GET", "/big", "200", notes=["gap"])
    c.wait(ACKNOWLEDGED_MS)
    ask = t.says(request("GET /next HTTP/1.1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/next", "200")
    t.close()
    return c


@capture
def gap_in_body_at_once():
    """The same when the next request comes before the hole is given up. It came after the answer's last byte,
    so it is not pipelined, and nothing of it is lost."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(request("GET /big HTTP/1.1"))
    big = response("200 OK", body=b"b" * 4000)
    answer = t.hears(big, at=(1000, 2000, 3000), lost=(1,))
    t.acknowledge(TO_SERVER)
    t.expect(ask, answer, "GET", "/big", "200", notes=["gap"])
    ask = t.says(request("GET /next HTTP/1.1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/next", "200")
    t.close()
    return c


@capture
def gap_in_head():
    """A hole in a head makes that exchange unknown, never guessed; the next message is found."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(request("GET /before HTTP/1.1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/before", "200")
    ask = t.says(request("GET /lost HTTP/1.1"))
    t.hears(response("200 OK", "Server: x", body=b"b" * 100), at=(12, 30), lost=(1,))
    t.acknowledge(TO_SERVER)
    t.expect(ask, None, "GET", "/lost", None, outcome="unknown", notes=["gap"],
             drop="status duration_ms ttfb_ms response_bytes")
    c.wait(ACKNOWLEDGED_MS)
    ask = t.says(request("GET /next HTTP/1.1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/next", "200")
    t.close()
    return c


@capture
def gap_over_messages():
    """A hole that swallows the end of one answer and the start of the next: the first is known by its head, the
    second is unknown, and later requests get their own answers."""
    c = Capture()
    t = Talk(c)
    t.open()
    asks = [request(f"GET /{name} HTTP/1.1") for name in ("one", "two")]
    both = t.says(b"".join(asks), at=(len(asks[0]),))
    first = Span(both.first_ns, both.first_ns, len(asks[0]))
    second = Span(both.last_ns, both.last_ns, len(asks[1]))
    answers = response("200 OK", body=b"a" * 500) + response("200 OK", body=b"b" * 500)
    t.hears(answers, at=(300, 900), lost=(1,))
    t.acknowledge(TO_SERVER)
    t.expect(first, None, "GET", "/one", "200", drop="duration_ms ttfb_ms response_bytes", notes=["gap"])
    t.expect(second, None, "GET", "/two", None, outcome="unknown", notes=["gap", "pipelined"],
             drop="status duration_ms ttfb_ms response_bytes")
    c.wait(ACKNOWLEDGED_MS)
    ask = t.says(request("GET /three HTTP/1.1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/three", "200")
    t.close()
    return c


# --- order of segments ----------------------------------------------------------------------------

@capture
def out_of_order():
    """Segments that arrive in another order are put back; the last byte is there when all are."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(request("GET /shuffled HTTP/1.1"))
    data = response("200 OK", body=b"d" * 900)
    start = t.next[TO_CLIENT]
    first = t.segment(TO_CLIENT, ACK, data[:200], start)
    t.segment(TO_CLIENT, ACK, data[600:], start + 600)
    t.segment(TO_CLIENT, ACK, data[400:600], start + 400)
    last = t.segment(TO_CLIENT, ACK, data[200:400], start + 200)
    t.next[TO_CLIENT] += len(data)
    t.expect(ask, Span(first, last, len(data)), "GET", "/shuffled", "200")
    t.acknowledge(TO_SERVER)
    t.close()
    return c


@capture
def retransmission():
    """Bytes that come again, whole or in part, are seen once; the exchange says that it happened."""
    c = Capture()
    t = Talk(c)
    t.open()
    data = request("GET /again HTTP/1.1")
    start = t.next[TO_SERVER]
    ask = t.says(data)
    c.wait(200)
    t.segment(TO_SERVER, PSH | ACK, data, start)
    reply = response("200 OK", body=b"r" * 900)
    start = t.next[TO_CLIENT]
    answer = t.hears(reply, at=(400,))
    t.segment(TO_CLIENT, ACK, reply[200:700], start + 200)
    t.expect(ask, answer, "GET", "/again", "200", notes=["retransmitted"])
    ask = t.says(request("GET /clean HTTP/1.1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/clean", "200")
    t.close()
    return c


@capture
def wrapped_sequence():
    """Sequence numbers pass 2^32 in the middle of a message."""
    c = Capture()
    t = Talk(c, first_byte=(2**32 - 40, 2**32 - 100))
    t.open()
    data = request("GET /round HTTP/1.1", "Accept: text/html")
    ask = t.says(data, at=(20, 50))
    answer = t.hears(response("200 OK", body=b"w" * 300), at=(70, 150))
    t.expect(ask, answer, "GET", "/round", "200")
    t.close()
    return c


# --- connections ----------------------------------------------------------------------------------

@capture
def port_reuse():
    """The same ports again are a new connection, whether the old one was closed or not."""
    c = Capture()
    for number, ending in enumerate(("close", "none", "close")):
        t = Talk(c, first_byte=(1000 + 100_000 * number, 900_000 * (number + 1)))
        t.open()
        ask = t.says(request(f"GET /life/{'abc'[number]} HTTP/1.1"))
        answer = t.hears(OK)
        t.expect(ask, answer, "GET", f"/life/{'abc'[number]}", "200")
        if ending == "close":
            t.close()
        c.wait(500)
    return c


@capture
def midstream():
    """A capture that begins in the middle: between two messages, and inside an answer. Who is the client is
    told by what is said, and every exchange says that the beginning was not seen."""
    c = Capture()
    notes = ["midstream", "inferred-direction"]
    between = Talk(c, client=("10.0.0.1", 40001), server=("10.0.0.2", 5000))
    ask = between.says(request("GET /joined HTTP/1.1"))
    answer = between.hears(OK)
    between.expect(ask, answer, "GET", "/joined", "200", notes=notes)
    ask = between.says(request("GET /second HTTP/1.1"))
    answer = between.hears(OK)
    between.expect(ask, answer, "GET", "/second", "200", notes=notes)
    between.close()

    inside = Talk(c, client=("10.0.0.1", 40002))
    inside.hears(b"the rest of a body that began before the capture")
    inside.acknowledge(TO_SERVER)
    ask = inside.says(request("GET /later HTTP/1.1"))
    answer = inside.hears(OK)
    inside.expect(ask, answer, "GET", "/later", "200", notes=notes)
    inside.close()
    return c


@capture
def half_close():
    """A client that has said all may close its side and still gets its answer."""
    c = Capture()
    t = Talk(c)
    t.open()
    ask = t.says(request("GET /half-closed HTTP/1.1", "Connection: close"))
    t.finish(TO_SERVER)
    c.wait(50)
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/half-closed", "200")
    t.finish(TO_CLIENT)
    t.acknowledge(TO_SERVER)
    return c


# --- frames and files -----------------------------------------------------------------------------

def small_talk(c, **how):
    t = Talk(c, **how)
    t.open()
    ask = t.says(request("GET /small HTTP/1.1"))
    answer = t.hears(OK)
    t.expect(ask, answer, "GET", "/small", "200")
    t.close()
    return c


V6 = {"client": ("2001:db8::1", 40000), "server": ("2001:db8::2", 80)}


@capture
def vlan():
    """One tag, two tags, and a priority tag: the conversation is the same."""
    c = Capture()
    small_talk(c, vlans=(42,))
    small_talk(c, vlans=(7, 42), client=("10.0.0.1", 40001))
    return small_talk(c, vlans=(0xE000,), client=("10.0.0.1", 40002))


@capture
def ipv6():
    """IPv6, plain and with a hop-by-hop and a destination-options header."""
    c = small_talk(Capture(), **V6)
    return small_talk(c, client=("2001:db8::1", 40001), server=V6["server"], extensions=True)


def both_versions(c):
    return small_talk(small_talk(c), **V6)


@capture
def link_sll():
    """Linux cooked capture, version 1."""
    return both_versions(Capture(link=SLL))


@capture
def link_sll2():
    """Linux cooked capture, version 2."""
    return both_versions(Capture(link=SLL2))


@capture
def link_null():
    """BSD loopback, in a file of the other byte order: its family is in that order too."""
    return both_versions(Capture(link=NULL, big_endian=True))


@capture
def link_loop():
    """OpenBSD loopback: the family is always in network byte order."""
    return both_versions(Capture(link=LOOP))


@capture
def link_raw():
    """IP without a link layer."""
    return both_versions(Capture(link=RAW))


@capture
def file_swapped():
    """A file of a machine with the other byte order."""
    return small_talk(Capture(big_endian=True))


@capture
def file_nanoseconds():
    """Times in nanoseconds are kept to the nanosecond."""
    c = Capture(nanoseconds=True)
    c.now_ns += 123_456_789
    return small_talk(c)


@capture
def file_swapped_nanoseconds():
    """Both at once."""
    c = Capture(nanoseconds=True, big_endian=True)
    c.now_ns += 123_456_789
    return small_talk(c)


@capture
def file_pcapng():
    """pcapng with two interfaces of different clocks and blocks of an unknown kind between the packets."""
    c = Capture(pcapng=True)
    small_talk(c)
    c.now_ns += 789
    return small_talk(c, client=("10.0.0.1", 40001), interface=1)


@capture
def file_pcapng_swapped():
    """The same in the other byte order."""
    return small_talk(Capture(pcapng=True, big_endian=True))


# --- what is not decoded --------------------------------------------------------------------------

def der(tag, *parts):
    body = b"".join(parts)
    return bytes([tag, len(body)] if len(body) < 128 else [tag, 0x81, len(body)]) + body


def as_req():
    """Kerberos asks for a ticket (RFC 4120, 5.4.1)."""
    def name(kind, *parts):
        return der(0x30, der(0xA0, der(2, bytes([kind]))), der(0xA1, der(0x30, *(der(0x1B, p) for p in parts))))
    body = der(0x30, der(0xA0, der(3, bytes(5))), der(0xA1, name(1, b"alice")), der(0xA2, der(0x1B, b"SHOP.TEST")),
               der(0xA3, name(2, b"krbtgt", b"SHOP.TEST")), der(0xA5, der(0x18, b"20370913024805Z")),
               der(0xA7, der(2, b"\x12\x34\x56\x78")), der(0xA8, der(0x30, der(2, b"\x12"), der(2, b"\x11"))))
    return der(0x6A, der(0x30, der(0xA1, der(2, b"\5")), der(0xA2, der(2, b"\x0a")), der(0xA4, body)))


def smb2(flags):
    head = b"\xfeSMB" + (64).to_bytes(2, "little") + bytes(10) + flags.to_bytes(4, "little") + bytes(44)
    return (len(head) + 36).to_bytes(4, "big") + head + bytes([36, 0, 1, 0, 1]) + bytes(31)


def rtp(sequence):
    return bytes([0x80, 0]) + sequence.to_bytes(2, "big") + (160 * sequence).to_bytes(4, "big") + b"talk" + \
        bytes((sequence * 7 + i * 13) % 256 for i in range(160))


SIP = b"\r\n".join([b"OPTIONS sip:bob@shop.test SIP/2.0", b"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK77",
                    b"From: <sip:alice@shop.test>;tag=1", b"To: <sip:bob@shop.test>", b"Call-ID: 1@10.0.0.1",
                    b"CSeq: 1 OPTIONS", b"Max-Forwards: 70", b"Content-Length: 0", b"", b""])

# port, who speaks first, what both say in turn
SPOKEN_TCP = [
    (22, TO_CLIENT, [b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"]),
    (2222, TO_CLIENT, [b"SSH-2.0-dropbear\r\n", b"SSH-2.0-OpenSSH_9.2p1\r\n"]),
    (389, TO_SERVER, [der(0x30, der(2, b"\1"), der(0x60, der(2, b"\3"), der(4), der(0x80))),
                      der(0x30, der(2, b"\1"), der(0x61, der(10, b"\0"), der(4), der(4)))]),
    (445, TO_SERVER, [smb2(0), smb2(1)]),
    (3389, TO_SERVER, [bytes.fromhex("030000130ee000000000000100080003000000"),
                       bytes.fromhex("030000130ed000001234000200080002000000")]),
    (143, TO_CLIENT, [b"* OK IMAP4rev1 ready\r\n", b"a1 CAPABILITY\r\n", b"* CAPABILITY IMAP4rev1\r\na1 OK done\r\n",
                      b"a2 LOGIN alice secret\r\n", b"a2 OK done\r\n", b"a3 SELECT INBOX\r\n", b"a3 OK done\r\n"]),
    (9999, TO_SERVER, [b"\7nobody knows this", b"\7nor this"]),
    (24, TO_SERVER, [b"\7nobody knows this", b"\7nor this"]),
]
SPOKEN_UDP = [
    (123, TO_SERVER, [b"\x23" + bytes(39) + b"\xe8\1\2\3\4\5\6\7", b"\x24\2\6\xe9" + bytes(44)]),
    (88, TO_SERVER, [as_req()]),
    (161, TO_SERVER, [der(0x30, der(2, b"\1"), der(4, b"public"), der(0xA0, der(2, b"\1"), der(2, b"\0"), der(2, b"\0"),
                      der(0x30, der(0x30, der(6, bytes.fromhex("2b06010201010300")), der(5)))))]),
    (5060, TO_SERVER, [SIP]),
    (514, TO_SERVER, [b"<34>Oct 11 22:14:15 web su: 'su root' failed on /dev/pts/8"]),
    (124, TO_SERVER, [b"nobody knows this", b"nor this"] * 6),
]


@capture
def labels():
    """Of what is not decoded, edges say what it is as far as nDPI knows by its bytes, on whatever port. Ports alone say
    nothing: whoever says on port 22 or 123 what SSH and NTP never say is tcp and udp; nor does it say what we decode
    ourselves: what goes to port 53 and is no question is not dns."""
    c = Capture()
    for number, (port, first, said) in enumerate(SPOKEN_TCP):
        t = Talk(c, ("10.0.0.1", 40000 + number), ("10.0.0.2", port))
        t.open()
        spans = [t.send((first + turn) % 2, data) for turn, data in enumerate(said)]
        t.close()
        if port == 389:  # which is decoded, so that nDPI is not asked
            t.expect(*spans, "bind", None, "success", protocol="ldap", operation="bind anonymous", outcome="ok", drop="host path")
    t = Talk(c, ("10.0.0.1", 40100), ("10.0.0.3", 22))
    t.open()
    t.says(b"\7nobody knows this")
    t.hears(b"\7nor this")
    t.close()
    for number, (port, first, said) in enumerate(SPOKEN_UDP):
        t = Datagrams(c, ("10.0.0.1", 41000 + number), ("10.0.0.2", port))
        for turn, data in enumerate(said):
            t.send((first + turn) % 2, data)
    for port in (53, 123):
        t = Datagrams(c, ("10.0.0.1", 42000), ("10.0.0.3", port))
        t.says(b"nobody knows this")
        t.hears(b"nor this")
    t = Datagrams(c, ("10.0.0.1", 43000), ("10.0.0.2", 43002))
    for sequence in range(12):
        t.says(rtp(sequence))
    return c


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    for function in CAPTURES:
        function().write(function.__name__.replace("_", "-"))


main()
