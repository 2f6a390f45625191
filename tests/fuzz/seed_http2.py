#!/usr/bin/env python3
"""seed_http2.py DIR - writes inputs of fuzz_http2.c: one for each thing that HTTP/2 can do, and the beginnings of
recorded connections. http2_talk.h says what they are made of."""
import pathlib
import struct
import sys

REQUEST, ANSWER, DATA, TRAILERS, PROMISE, CONTROL, RESET, LOOK, REPEAT = range(9)
FRAME, BLOCK, RAW, LOSE, GAP, END, TIME_OUT = range(9, 16)
TO_CLIENT, TOGETHER = 32, 64
LAST, PADDED, PRIORITY, PIECES, RESIZE, GRPC, JSON, INTERIM = 1, 2, 4, 24, 32, 64, 128, 128
JOINED, BARE, UPGRADED = 1, 2, 4
MESSAGE, TIMEOUT, TRACE, REQUEST_ID, FORWARDED, B3, B3_TRACE, B3_SPAN, TE, FILL = range(10)  # fields anywhere
HUFFMAN, IN_FULL = 8, 4


def record(what, *args):
    """Numbers, or bytes; a field is a tuple of three numbers."""
    flat = b"".join(arg if isinstance(arg, bytes) else bytes(arg if isinstance(arg, tuple) else [arg]) for arg in args)
    return bytes([what, len(flat)]) + flat


def asks(options, *fields, method=0, path=0, host=0, how=0, resize=()):
    return record(REQUEST, options, *resize, method, path, host, how, len(fields), *fields)


def answers(stream, options, *fields, status=0, how=0, grpc=(), resize=()):
    return record(ANSWER | TO_CLIENT, stream, options, *resize, status, how, *grpc, len(fields), *fields)


def trailers(stream, *fields, status=0):
    return record(ANSWER | TO_CLIENT, stream, LAST, status, len(fields), *fields)


def sends(stream, options, length, side=0):
    return record(DATA | side, stream, options, length)


def call(messages=1):
    return (asks(GRPC, (TIMEOUT, 1, 0)) + sends(0, LAST, 1) + answers(0, 0) +
            sends(0, 0, messages, TO_CLIENT) + trailers(0))


def frame(kind, flags, stream, payload, side=0, lie=0):
    return record(FRAME | side, kind, flags, stream, lie, payload)


FIELDS = [(name, number, how) for number, (name, how) in enumerate(
    [(MESSAGE, 0), (TRACE, HUFFMAN), (REQUEST_ID, 2), (FORWARDED, 3), (TE, IN_FULL), (FILL, 1)])]

TALKS = {
    "gets": asks(LAST) + asks(LAST, path=2) + answers(1, LAST) + answers(0, 0) + sends(0, LAST, 9, TO_CLIENT),
    "call": call(),
    "streaming": asks(GRPC) + sends(0, 0, 3) + answers(0, 0) + sends(0, 8, 3, TO_CLIENT) + record(LOOK) +
                 sends(0, LAST, 2) + trailers(0, (MESSAGE, 1, 0), status=3),
    "only-trailers": asks(GRPC) + sends(0, LAST, 0) + answers(0, LAST, grpc=(4,)),
    "interim": asks(LAST) + answers(0, INTERIM, status=1) + answers(0, LAST),
    "trailers": asks(JSON) + sends(0, 0, 30) + record(TRAILERS, 0, 0, 1, (REQUEST_ID, 7, 0)) + answers(0, LAST),
    "pieces": asks(LAST | PIECES | PADDED | PRIORITY, *FIELDS) + answers(0, LAST | 8 | PADDED, *FIELDS),
    "huffman": asks(LAST, *[(name, 3, HUFFMAN | IN_FULL) for name in range(10)], how=HUFFMAN),
    "ids": asks(LAST, *[(name, 0, 2) for name in (REQUEST_ID, FORWARDED, B3, B3_TRACE, B3_SPAN)]) + answers(0, LAST),
    "push": asks(LAST) + record(PROMISE | TO_CLIENT, 0, 0, 0, 1, 0, 0, 0) + answers(0, LAST) + answers(0, LAST),
    "resize": asks(LAST | RESIZE, *FIELDS, resize=(2,)) + asks(LAST, *FIELDS) + asks(LAST | RESIZE, resize=(6,)),
    "evict": b"".join(asks(LAST, (FILL, 250 - i, 1), path=i) for i in range(8)),
    "table": b"".join(asks(LAST, (REQUEST_ID, i, 0), (TE, i // 2, 0), path=i % 3) + answers(0, LAST, (MESSAGE, i, 0))
                      for i in range(8)),
    "methods": b"".join(asks(LAST, method=i, path=i, how=128) + answers(0, LAST, status=i) for i in range(8)),
    "reset": asks(LAST) + record(RESET, 0, 8) + asks(GRPC, (TIMEOUT, 1, 0)) + record(RESET | TO_CLIENT, 0, 7),
    "deadline": asks(GRPC, (TIMEOUT, 1, 0)) + record(RESET, 0, 8) + asks(GRPC, (TIMEOUT, 3, 0)) + record(TIME_OUT, 0),
    "control": b"".join(record(CONTROL | side, kind, number) for kind in range(5) for number in (0x21, 0x62, 0x80)
                        for side in (0, TO_CLIENT)) + asks(LAST),
    "ping": record(CONTROL, 1, 3) + record(CONTROL | TO_CLIENT, 1, 0x83) + record(LOOK),
    "goaway": asks(LAST) + asks(LAST) + frame(7, 0, 0, b"\0\0\0\1\0\0\0\0", TO_CLIENT) + answers(0, LAST),
    "stall": frame(4, 0, 0, b"\0\4\0\0\0\2", TO_CLIENT) + asks(JSON) + sends(0, 0, 30) + record(LOOK) +
             frame(8, 0, 1, b"\0\0\0\x7f", TO_CLIENT) + sends(0, LAST, 3),
    "hole-in-data": asks(GRPC) + record(LOSE, 30, 9) + sends(0, 0, 90) + sends(0, LAST, 2) + answers(0, LAST),
    "hole-in-block": record(LOSE, 12, 3) + asks(LAST, *FIELDS) + asks(LAST, *FIELDS) + answers(1, LAST),
    "hole": asks(LAST) + record(GAP, 9, 9) + b"".join(asks(LAST, path=i) for i in range(4)) + answers(1, LAST),
    "hole-in-answer": asks(LAST) + asks(LAST) + record(GAP | TO_CLIENT, 9, 2) + answers(0, LAST) + answers(1, LAST) +
                      record(END | TO_CLIENT),
    "web": record(BLOCK, 1, 0, 5, (0, 1, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0), (5, 4, 0)) +
           record(BLOCK | TO_CLIENT, 1, 0, 2, (4, 0, 0), (5, 4, 0)) +
           frame(0, 1, 1, b"\0\0\0\0\1a\x80\0\0\0\x21grpc-status: 5\r\ngrpc-message: x\r\n", TO_CLIENT),
    "web-text": record(BLOCK, 1, 0, 5, (0, 1, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0), (5, 5, 0)) +
                record(BLOCK | TO_CLIENT, 1, 0, 2, (4, 0, 0), (5, 5, 0)) +
                frame(0, 1, 1, b"AAAAAAFhgAAAAA9ncnBjLXN0YXR1czogMA0K", TO_CLIENT),
    "bad-block": frame(1, 5, 1, b"\x82\xff\xff\xff\xff\x7f") + asks(LAST) + frame(1, 5, 9, b"\x00\x85\xff\xff\xff\xff"),
    "bad-padding": frame(0, 8, 1, b"\xff123") + frame(1, 12, 3, b"\xff\x82") + frame(5, 12, 1, b"\x01", TO_CLIENT),
    "broken-block": frame(1, 1, 1, b"\x82\x86") + frame(1, 5, 3, b"\x82\x86\x84") + frame(9, 4, 3, b"\x82"),
    "unknown-types": frame(10, 255, 9, b"123") + frame(11, 0, 0, b"") + asks(LAST) + answers(0, LAST),
    "long-frame": frame(1, 5, 1, b"\x82" * 99, lie=0x91) + record(RAW, 255, b"\x82" * 250) + asks(LAST),
    "flood": frame(1, 0, 1, b"\x82") + frame(9, 0, 1, b"\x82" * 200) * 4 + record(RAW, 255, b"\0\0\1\x09\0\0\0\0\1\x82"),
    "many": b"".join(asks(LAST) for _ in range(30)) + b"".join(answers(3, LAST) for _ in range(20)),
    "together": record(REQUEST | TOGETHER, LAST) + record(REQUEST | TOGETHER, LAST) + record(REPEAT) +
                record(ANSWER | TO_CLIENT | TOGETHER, 0, LAST) + record(ANSWER | TO_CLIENT | TOGETHER, 0, LAST),
    "early-answer": asks(JSON) + answers(0, LAST) + sends(0, 0, 4) + record(RESET, 0, 0),
    "preface-later": record(RAW, 0, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + asks(LAST) + answers(0, LAST),
    "noise": record(RAW, 192, b"\0" * 90) + record(RAW | TO_CLIENT, 250, b"\0\0\1" * 60) + call(),
}


def said(path):
    """Side and payload of each segment of the first connection that a capture has from its start."""
    data = path.read_bytes()
    at, first = 24, None
    while at < len(data):
        captured = struct.unpack_from("<I", data, at + 8)[0]
        packet = data[at + 16:at + 16 + captured]
        at += 16 + captured
        tcp = 14 + (packet[14] & 15) * 4
        end = 14 + struct.unpack_from(">H", packet, 16)[0]
        payload = packet[tcp + (packet[tcp + 12] >> 4) * 4:end]
        ends = packet[26:34] + packet[tcp:tcp + 4]
        turned = packet[30:34] + packet[26:30] + packet[tcp + 2:tcp + 4] + packet[tcp:tcp + 2]
        if not first and packet[tcp + 13] & 18 == 2:  # SYN and not ACK: the client's
            first = ends
        if payload and first in (ends, turned):
            yield 0 if ends == first else TO_CLIENT, payload


def recorded(path, skip, room=1500):
    """The segments behind the first few."""
    out = b""
    for side, payload in list(said(path))[skip:]:
        for begin in range(0, len(payload), 250):
            piece = record(RAW | side, 0, payload[begin:begin + 250])
            if len(out) + len(piece) > room:
                return out
            out += piece
    return out


def main():
    to = pathlib.Path(sys.argv[1])
    to.mkdir(parents=True, exist_ok=True)
    for number, (name, talk) in enumerate(TALKS.items()):
        start = BARE if name in ("preface-later", "noise") else 0
        (to / name).write_bytes(bytes([start, number % 5, number % 7, 6 + number]) + talk)
    for name in ("call", "table", "streaming", "preface-later", "noise"):
        (to / f"joined-{name}").write_bytes(bytes([JOINED | BARE, 0, 1, 20]) + TALKS[name])
    (to / "upgraded").write_bytes(bytes([UPGRADED, 0, 1, 20]) + TALKS["gets"])
    for name in ("grpc-calls", "grpc-js", "grpc-through-nginx", "h2-nghttp", "h2-many-streams"):
        path = pathlib.Path(__file__).parent.parent / "golden" / f"{name}.pcap"
        (to / f"recorded-{name}").write_bytes(bytes([BARE, 0, 1, 40]) + recorded(path, 0))
        (to / f"recorded-{name}-joined").write_bytes(bytes([BARE | JOINED, 0, 1, 40]) + recorded(path, 6))


main()
