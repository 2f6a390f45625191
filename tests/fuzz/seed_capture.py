#!/usr/bin/env python3
"""seed_capture.py CAPTURE DIR [LONGEST] - writes inputs of fuzz_decoder.c: each connection of a capture (Ethernet, IPv4, TCP,
little-endian pcap) once from its start and once joined in its middle, as long as it is no longer than LONGEST bytes (4000)."""
import pathlib
import struct
import sys

JOINED, BY_SERVER = 128, 1
PIECE_MAX = 255


def packets(capture):
    """(client port, by server, payload) of each packet; who sent the first SYN is the client."""
    data, clients = pathlib.Path(capture).read_bytes()[24:], {}
    while data:
        length = struct.unpack("<I", data[8:12])[0]
        ip, data = data[16 + 14:16 + length], data[16 + length:]
        tcp = ip[4 * (ip[0] & 15):struct.unpack(">H", ip[2:4])[0]]
        source, target = struct.unpack(">HH", tcp[:4])
        flow = clients.setdefault(frozenset((source, target)), source)
        yield flow, source != flow, tcp[4 * (tcp[12] >> 4):]


def records(by_server, payload):
    for at in range(0, len(payload), PIECE_MAX):
        piece = payload[at:at + PIECE_MAX]
        yield struct.pack("BB", BY_SERVER if by_server else 0, len(piece)) + piece


def main():
    target = pathlib.Path(sys.argv[2])
    longest = int(sys.argv[3]) if len(sys.argv) > 3 else 4000
    talks = {}
    for client, by_server, payload in packets(sys.argv[1]):
        talks.setdefault(client, []).extend(records(by_server, payload))
    target.mkdir(parents=True, exist_ok=True)
    name = pathlib.Path(sys.argv[1]).stem
    for number, parts in enumerate(part for part in talks.values() if part):
        for kind, head, some in (("", 0, parts), ("-joined", JOINED, parts[len(parts) // 2:])):
            kept = [part for n, part in enumerate(some) if sum(map(len, some[:n + 1])) <= longest]
            (target / f"{name}-{number:02}{kind}").write_bytes(bytes([head]) + b"".join(kept))


main()
