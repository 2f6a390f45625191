#!/usr/bin/env python3
"""seed_tds.py DIR - writes inputs of fuzz_decoder.c for tds: the conversations of tests/golden/tds.pcap, whole and joined."""
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent
CAPTURE = HERE.parent / "golden" / "tds.pcap"
BY_SERVER, GAP, JOINED = 1, 2, 128


def payloads():
    """(client port, by server, payload) of each frame of Ethernet with IPv4 and TCP."""
    data = CAPTURE.read_bytes()[24:]
    while data:
        length = struct.unpack("<I", data[8:12])[0]
        ip, data = data[16 + 14:16 + length], data[16 + length:]
        tcp = ip[4 * (ip[0] & 15):struct.unpack(">H", ip[2:4])[0]]
        source, target = struct.unpack(">HH", tcp[:4])
        yield max(source, target), source < target, tcp[4 * (tcp[12] >> 4):]


def record(by_server, content):
    return b"".join(struct.pack("BB", by_server, len(part)) + part
                    for part in (content[at:at + 255] for at in range(0, len(content), 255)))


talks = {}
for port, by_server, payload in payloads():
    if payload:
        talks.setdefault(port, []).append(record(by_server, payload))
folder = pathlib.Path(sys.argv[1])
for port, parts in talks.items():
    for number, at in enumerate(range(0, len(parts), 6)):
        login = b"".join(parts[:4]) if at else b""
        (folder / f"talk-{port}-{number}").write_bytes(b"\0" + login + b"".join(parts[at:at + 6]))
plain = talks[50000]
(folder / "joined").write_bytes(bytes([JOINED]) + b"".join(plain[4:10]))
(folder / "gap").write_bytes(b"\0" + b"".join(plain[:7]) + bytes([GAP | BY_SERVER, 40]) + b"".join(plain[8:12]))
