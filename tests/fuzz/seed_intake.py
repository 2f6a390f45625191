#!/usr/bin/env python3
"""seed_intake.py - writes the first inputs of fuzz_intake: packets, copies and fragments, as a mirror delivers them.

usage: seed_intake.py FOLDER
"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))

import copies  # noqa: E402

ANEW, AGAIN, TAGGED, ROUTED, LATER = 0, 1, 2, 3, 4


def record(how, frame=b""):
    if how & 3 != ANEW:
        return bytes([how])
    frame += bytes(-len(frame) % 8)
    return bytes([how, len(frame) // 8]) + frame


def ipv4(protocol, data, ident=7):
    return copies.with_header(struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(data), ident, 0, 64, protocol, 0, b"\x0a\0\0\1",
                                          b"\x0a\0\0\2") + data)


def ipv6(protocol, data):
    return struct.pack(">IHBB", 6 << 28, len(data), protocol, 64) + bytes(15) + b"\1" + bytes(15) + b"\2" + data


def frame(ip):
    return bytes.fromhex("020000000002" "020000000001") + (b"\x08\x00" if ip[0] >> 4 == 4 else b"\x86\xdd") + ip


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    udp = struct.pack(">HHHH", 4000, 53, 308, 0) + bytes(range(256)) + bytes(44)
    tcp = struct.pack(">HHIIBBHHH", 4000, 80, 1, 1, 0x50, 16, 1000, 0, 0) + b"GET / HTTP/1.1\r\n\r\n" + bytes(40)
    tunnel = copies.Tunnel()
    seeds = {}
    for name, wrap in (("v4", ipv4), ("v6", ipv6)):
        whole = frame(wrap(17, udp))
        parts = copies.fragments_of(whole, 104, 9)
        over = copies.fragments_of(whole, 104, 9, 16)
        seeds[f"copies-{name}"] = record(ANEW, frame(wrap(6, tcp))) + record(AGAIN) + record(TAGGED) + record(ROUTED) + \
            record(ANEW | LATER, frame(wrap(6, tcp))) + record(AGAIN)
        seeds[f"fragments-{name}"] = b"".join(record(ANEW, part) for part in parts)
        seeds[f"fragments-reversed-{name}"] = b"".join(record(ANEW, part) + record(TAGGED) for part in parts[::-1])
        seeds[f"fragments-overlap-{name}"] = b"".join(record(ANEW, part) for part in over)
        seeds[f"fragments-missing-{name}"] = record(ANEW, parts[0]) + record(ANEW, parts[2]) + \
            b"".join(record(ANEW | LATER, part) for part in parts)
        seeds[f"fragments-tunnel-{name}"] = b"".join(record(ANEW, part)
                                                     for part in copies.fragments_of(tunnel(whole), 200, 5))
    for name, data in seeds.items():
        for options in (0, 1):
            with open(os.path.join(folder, f"{name}-{options}"), "wb") as file:
                file.write(bytes([options]) + data)


main()
