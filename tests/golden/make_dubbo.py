#!/usr/bin/env python3
"""make_dubbo.py - makes dubbo.pcap and dubbo.log: conversations in Dubbo 2, written by hand after its specification and that of
Hessian 2, for there is no server or client of it that could be installed. What is expected follows from the conversation.
"""
import os
import struct

from wire import Capture, Talk

REQUEST, TWO_WAY, EVENT = 0x80, 0x40, 0x20
HESSIAN2, FASTJSON, PROTOBUF = 2, 6, 22
TEXT = "Ljava/lang/String;"
SECRET = "hunter2-canary"


def message(flags, number, body, status=0):
    return struct.pack(">HBBQI", 0xDABB, flags, status, number, len(body)) + body


def hessian(value):
    """Text, numbers of one byte, and maps of text."""
    if value is None:
        return b"N"
    if isinstance(value, int):
        return bytes([0x90 + value])
    if isinstance(value, dict):
        return b"H" + b"".join(hessian(key) + hessian(item) for key, item in value.items()) + b"Z"
    data = value.encode()
    if len(data) < 32:
        return bytes([len(data)]) + data
    if len(data) < 1024:
        return bytes([0x30 + (len(data) >> 8), len(data) & 0xFF]) + data
    return b"S" + struct.pack(">H", len(data)) + data


def lines(*values):
    return b"".join(b"null\n" if value is None else b'"' + value.encode() + b'"\n' for value in values)


def call(number, service, method, *arguments, version="0.0.0", way=TWO_WAY):
    words = ["2.0.2", service, version, method, TEXT * len(arguments), *arguments, {"path": service, "timeout": "1000"}]
    return message(REQUEST | way | HESSIAN2, number, b"".join(map(hessian, words)))


def answer(number, *values, status=20):
    return message(HESSIAN2, number, b"".join(map(hessian, values)), status)


def expect(talk, asked, answered, operation, status, outcome="ok", method="call", **other):
    talk.expect(asked, answered, method, None, status, protocol="dubbo", operation=operation, outcome=outcome,
                drop="host path", **other)


def hessian_talk(c):
    t = Talk(c, server=("10.0.0.2", 20880))
    t.open()
    t.says(message(REQUEST | TWO_WAY | EVENT | HESSIAN2, 1, b"N"))
    t.hears(message(EVENT | HESSIAN2, 1, b"N", 20))
    cart = "com.shop.CartService"
    steps = [  # what is asked, what is answered, what is told of it
        (call(2, cart, "add", SECRET), answer(2, 1, SECRET), f"{cart}/add", "OK", "ok"),
        (call(3, cart, "get", SECRET, version="2.1.0"), answer(3, 1, "x" * 3000), f"{cart}:2.1.0/get", "OK", "ok"),
        (call(4, cart, "add", "x" * 2000), answer(4, 2), f"{cart}/add", "OK", "ok"),
        (call(5, cart, "pay", SECRET), answer(5, 0, f"no card {SECRET}"), f"{cart}/pay", "SERVICE_EXCEPTION", "server_error"),
        (call(6, cart, "pay", SECRET), answer(6, f"Waiting for {SECRET}", status=31), f"{cart}/pay", "SERVER_TIMEOUT", "timeout"),
        (call(7, "com.shop.Gone", "get"), answer(7, "none", status=60), "com.shop.Gone/get", "SERVICE_NOT_FOUND", "client_error"),
        (call(8, cart, "add", SECRET), answer(8, "pool", status=100), f"{cart}/add", "SERVER_THREADPOOL_EXHAUSTED_ERROR",
         "server_error"),
        (call(9, cart, "$invoke", "remove", SECRET), answer(9, 4, SECRET), f"{cart}/remove", "OK", "ok"),
        (call(10, cart + " 4111", "add"), answer(10, 2), "{unknown hessian2}", "OK", "ok"),
    ]
    for asking, answering, operation, status, outcome in steps:
        asked = t.says(asking)
        c.wait(5)
        notes = ["unknown-fields"] if operation.startswith("{") else []
        expect(t, asked, t.hears(answering), operation, status, outcome, notes=notes)
    asked = t.says(call(11, cart, "log", SECRET, way=0))
    expect(t, asked, None, f"{cart}/log", None, "ok", "oneway")
    t.hears(message(REQUEST | TWO_WAY | EVENT | HESSIAN2, 500, b"N"))  # the server's own
    t.says(message(EVENT | HESSIAN2, 500, b"N", 20))
    first, second = t.says(call(12, cart, "slow")), t.says(call(13, cart, "fast"))
    answered = t.hears(answer(13, 2))
    expect(t, second, answered, f"{cart}/fast", "OK")
    expect(t, first, t.hears(answer(12, 2)), f"{cart}/slow", "OK")
    t.close()


def other_talk(c):
    t = Talk(c, client=("10.0.0.1", 40001), server=("10.0.0.2", 20881))
    t.open()
    body = lines("2.0.2", "com.shop.StockService", None, "count", TEXT, SECRET) + b"{}\n"
    asked = t.says(message(REQUEST | TWO_WAY | FASTJSON, 1, body))
    expect(t, asked, t.hears(message(FASTJSON, 1, b"1\n42\n", 20)), "com.shop.StockService/count", "OK")
    asked = t.says(message(REQUEST | TWO_WAY | FASTJSON, 2, body))
    answered = t.hears(message(FASTJSON, 2, b'3\n{"message":"' + SECRET.encode() + b'"}\n', 20))
    expect(t, asked, answered, "com.shop.StockService/count", "SERVICE_EXCEPTION", "server_error")
    asked = t.says(message(REQUEST | TWO_WAY | PROTOBUF, 3, b"\x0a\x05" + SECRET.encode()))
    expect(t, asked, t.hears(message(PROTOBUF, 3, b"\x01", 20)), "{unknown protobuf}", "OK", notes=["unknown-fields"])
    t.close()


def main():
    c = Capture()
    hessian_talk(c)
    other_talk(c)
    c.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dubbo"))


main()
