#!/usr/bin/env python3
"""seed_mysql.py DIR - writes inputs of fuzz_decoder.c for mysql: conversations of every kind that its decoder tells apart."""
import pathlib
import struct
import sys

BY_SERVER, GAP, END = 1, 2, 4
JOINED = 128
OK, EOF = bytes.fromhex("00000002000000"), bytes.fromhex("fe00000200")
OK_END = bytes.fromhex("fe000002000000")
COLUMN = b"\3def\0\0\0\1x\0\x0c?\0\1\0\0\0\x08\x81\0\0\0\0"
LOGIN = struct.pack("<IIB", 0x003fa205, 1 << 24, 255) + bytes(23) + b"me\0\0\0\0"


def greeting(flags):
    return (b"\x0a8.0.36\0\7\0\0\0abcdefgh\0" + struct.pack("<H", flags & 0xffff) + b"\xff\2\0" + struct.pack("<H", flags >> 16) +
            b"\x15" + bytes(10))


def packets(first, *contents):
    return b"".join(struct.pack("<I", len(content))[:3] + bytes([(first + n) & 255]) + content for n, content in enumerate(contents))


def frame(number, content, plain=0):
    return struct.pack("<I", len(content))[:3] + bytes([number]) + struct.pack("<I", plain)[:3] + content


def record(what, content):
    return b"".join(struct.pack("BB", what, len(part)) + part
                    for part in (content[at:at + 255] for at in range(0, len(content), 255)))


def says(*contents, first=0):
    return record(0, packets(first, *contents))


def hears(*contents, first=1):
    return record(BY_SERVER, packets(first, *contents))


def login(flags=0xdfffffff, extra=0):
    asked = struct.pack("<I", struct.unpack("<I", LOGIN[:4])[0] | extra) + LOGIN[4:]
    return hears(greeting(flags), first=0) + says(asked, first=1) + hears(OK, first=2)


RESULT = hears(b"\1", COLUMN, EOF, b"\1a", b"\1b", EOF)
PREPARED = b"\0\1\0\0\0\1\0\1\0\0\0\0"
EXECUTE = b"\x17\1\0\0\0\0\1\0\0\0"
SEEDS = {
    "text": b"\0" + login() + says(b"\3select 1") + RESULT + says(b"\1"),
    "ends-left-out": b"\0" + login(extra=1 << 24) + says(b"\3select 1") + hears(b"\1", COLUMN, b"\1a", OK_END),
    "errors": b"\0" + login() + says(b"\3x") + hears(b"\xff\x28\4#42000no") + hears(b"\xff\x10\4#08004no", first=0),
    "prepared": b"\0" + login() + says(b"\x16select ?") + hears(PREPARED, COLUMN, EOF, COLUMN, EOF) +
                record(0, packets(0, b"\x18\1\0\0\0\0\0xy") + packets(0, EXECUTE)) + hears(b"\1", COLUMN, EOF, b"\0\0a", EOF) +
                says(b"\x19\1\0\0\0"),
    "switch": b"\0" + hears(greeting(0xdfffffff), first=0) + says(LOGIN, first=1) + hears(b"\xfex\0y", first=2) +
              says(b"scramble", first=3) + hears(b"\1\4", first=4) + says(b"\2", first=5) + hears(OK, first=6),
    "file": b"\0" + login() + says(b"\3load data") + hears(b"\xfb/x") + says(b"content", b"", first=2) + hears(OK, first=4),
    "several": b"\0" + login() + says(b"\3call p") + hears(b"\1", COLUMN, EOF, b"\1a", bytes.fromhex("fe00000a00"), OK),
    "pipelined": b"\0" + login() + record(0, packets(0, b"\3select 1") + packets(0, b"\x0e")) + RESULT + hears(OK),
    "attributes": b"\0" + login(extra=1 << 27) + says(b"\3\1\1\0\1\xfd\0\1a\6secretselect 1") + hears(OK),
    "dump": b"\0" + login() + says(b"\x12\4\0\0\0\0\0\1\0\0\0b.1") + hears(b"\0evnt", b"\0evnt", EOF),
    "joined": b"\x80" + says(b"\x16select ?") + hears(PREPARED, COLUMN, COLUMN) + says(EXECUTE) + RESULT,
    "gap": b"\0" + login() + says(b"\3select 1") + hears(b"\1") + bytes([GAP | BY_SERVER, 30]) + says(b"\x0e") + hears(OK),
    "compressed": b"\0" + login(extra=1 << 5) + record(0, frame(0, packets(0, b"\3select 1"))) +
                  record(BY_SERVER, frame(1, b"\x78\x9cabcdef", 90)) + record(0, frame(0, b"\x78\x9cabcdef", 90)) +
                  record(BY_SERVER, frame(1, packets(1, OK))),
    "tls": b"\0" + hears(greeting(0xdfffffff), first=0) +
           says(struct.pack("<IIB", 0x003fae05, 1 << 24, 255) + bytes(23), first=1),
}

for name, seed in SEEDS.items():
    (pathlib.Path(sys.argv[1]) / name).write_bytes(seed)
