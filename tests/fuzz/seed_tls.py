#!/usr/bin/env python3
"""seed_tls.py DIR - writes inputs of fuzz_tls.c: the connections of tests/golden/tls.pcap, certificates, and a few by
hand."""
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent
CAPTURE = HERE.parent / "golden" / "tls.pcap"
CERTIFICATES = HERE.parent / "decode" / "certificates"
JOINED, UPGRADES = 1, 2
BY_SERVER, GAP, END, TIME_OUT = 1, 2, 4, 8
SSL2 = bytes.fromhex("802b010301001200000010000" "02f00003500000a0100800700c003008000112233445566778899aabbccddeeff")


def record(what, content=b"", length=None):
    return struct.pack(">BH", what, len(content) if length is None else length) + content


def packets(capture):
    """(client port, by server, payload) of each frame of Ethernet with IPv4 and TCP."""
    data = capture.read_bytes()[24:]
    while data:
        length = struct.unpack("<I", data[8:12])[0]
        ip, data = data[16 + 14:16 + length], data[16 + length:]
        tcp = ip[4 * (ip[0] & 15):struct.unpack(">H", ip[2:4])[0]]
        source, target = struct.unpack(">HH", tcp[:4])
        yield max(source, target), source < target, tcp[4 * (tcp[12] >> 4):]


def connections():
    talks, upgrades = {}, set()
    for port, by_server, payload in packets(CAPTURE):
        if payload:
            if port not in talks and payload[0] != 22:
                upgrades.add(port)
            talks.setdefault(port, []).append(record(BY_SERVER if by_server else 0, payload))
    for number, (port, parts) in enumerate(talks.items()):
        yield f"talk-{number:02}", bytes([UPGRADES if port in upgrades else 0]) + b"".join(parts)
        if number % 6 == 0:
            yield f"joined-{number:02}", bytes([JOINED]) + b"".join(parts[1:])
            yield f"hole-{number:02}", b"\0" + parts[0] + record(BY_SERVER | GAP, length=100) + b"".join(parts[2:])


def main():
    to = pathlib.Path(sys.argv[1])
    seeds = dict(connections())
    for path in CERTIFICATES.glob("*.der"):
        seeds[f"certificate-{path.stem}"] = path.read_bytes()
    seeds["ssl2"] = b"\0" + record(0, SSL2) + record(BY_SERVER, bytes.fromhex("80040400000000"))
    seeds["alert"] = b"\0" + record(0, SSL2) + record(BY_SERVER, bytes.fromhex("15030100020246")) + record(END)
    seeds["time-out"] = b"\0" + record(0, SSL2) + record(TIME_OUT, length=0)
    for name, content in seeds.items():
        (to / name).write_bytes(content)
    print(f"{len(seeds)} inputs")


main()
