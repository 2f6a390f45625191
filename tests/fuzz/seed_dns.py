#!/usr/bin/env python3
"""seed_dns.py - writes the datagrams of tests/golden/real-dns.pcap, and some made by hand, to tests/fuzz/corpus/dns, one
message a file.
"""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, "corpus", "dns")


def datagrams(path):
    """The payloads of UDP over IPv4 over Ethernet."""
    with open(path, "rb") as file:
        data = file.read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at < len(data):
        length, = struct.unpack_from(order + "I", data, at + 8)
        frame = data[at + 16:at + 16 + length]
        at += 16 + length
        if frame[12:14] == b"\x08\x00" and frame[23] == 17:
            ip = 14 + (frame[14] & 15) * 4
            yield frame[ip + 8:ip + struct.unpack_from(">H", frame, ip + 4)[0]]


def question(name, kind=1, flags=0x100, counts=(1, 0, 0, 0)):
    return struct.pack(">6H", 1, flags, *counts) + name + struct.pack(">2H", kind, 1)


MADE = {
    "aliases": question(b"\1a\0", flags=0x8180, counts=(1, 4, 0, 0)) +
    b"\xc0\x0c\0\5\0\1\0\0\0\5\0\3\1b\0" + b"\1b\0\0\5\0\1\0\0\0\5\0\2\xc0\x1f" + b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4\12\0\0\1" +
    b"\1b\0\0\1\0\1\0\0\0\5\0\4\12\0\0\2",
    "https-hints": question(b"\1a\0", kind=65, flags=0x8180, counts=(1, 1, 0, 0)) +
    b"\xc0\x0c\0\101\0\1\0\0\0\5\0\26\0\1\0\0\1\0\3\2h2\0\4\0\10\12\0\0\1\12\0\0\2",
    "announcement": b"\0\0\x84\0\0\0\0\1\0\0\0\0\1a\5local\0\0\1\x80\1\0\0\0\12\0\4\12\0\0\1",
    "pointers-in-a-circle": question(b"\1a\xc0\x0c"),
    "a-pointer-ahead": question(b"\xc0\x12") + b"\1a\0\0\1\0\1",
    "the-longest-name": question(b"\77" + b"x" * 63 + (b"\77" + b"\xff" * 63) * 2 + b"\75" + b"." * 61 + b"\0"),
    "update": question(b"\1a\0", kind=6, flags=0x2800, counts=(1, 0, 1, 0)) + b"\xc0\x0c\0\1\0\xff\0\0\0\0\0\0",
}

os.makedirs(CORPUS, exist_ok=True)
seen = set()
for number, message in enumerate(datagrams(os.path.join(HERE, "..", "golden", "real-dns.pcap"))):
    if message[2:] not in seen:
        seen.add(message[2:])
        MADE[f"real-{number}"] = message
for name, message in MADE.items():
    with open(os.path.join(CORPUS, name), "wb") as file:
        file.write(message)
