#!/usr/bin/env python3
"""seed_quic.py DIR - writes inputs of fuzz_quic.c: handshakes, in pieces, begun anew, refused, and raw datagrams of
tests/golden/quic.pcap."""
import pathlib
import struct
import sys

CAPTURE = pathlib.Path(__file__).parent.parent / "golden" / "quic.pcap"
BY_SERVER, RAW, WAIT, VERSION_2, BEHIND = 1, 2, 4, 8, 16
# Of RFC 9001, appendix A: the messages in the packets of client and server.
HELLO = bytes.fromhex(
    "010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010000e00000b"
    "6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d0020"
    "9370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e04030503060302030804080508"
    "06002d00020101001c00024001003900320408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e"
    "51570806048000ffff")
ANSWER = bytes.fromhex(
    "020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c940d8969"
    "0b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304")
HANDSHAKE, SHORT = b"\xe0\0\0\0\1\1c\0\x40\x32" + bytes(50), b"\x41" + bytes(40)
RETRY = b"\xf0\0\0\0\1\0\x08client\0\1" + bytes(20)


def step(what, content=b"", where=0, length=None):
    return struct.pack(">BBH", what, where, len(content) if length is None else length) + content


def crypto(offset, part):
    return b"\6" + struct.pack(">HH", 0x4000 | offset, 0x4000 | len(part)) + part


def datagrams():
    """(by server, payload) of each frame of Ethernet with IPv4 and UDP."""
    data = CAPTURE.read_bytes()[24:]
    while data:
        length = struct.unpack("<I", data[8:12])[0]
        ip, data = data[16 + 14:16 + length], data[16 + length:]
        udp = ip[4 * (ip[0] & 15):struct.unpack(">H", ip[2:4])[0]]
        source, target = struct.unpack(">HH", udp[:4])
        yield source < target, udp[8:]


def main():
    to = pathlib.Path(sys.argv[1])
    ask, choose = step(0, crypto(0, HELLO)), step(BY_SERVER, crypto(0, ANSWER))
    end = step(BY_SERVER | RAW, HANDSHAKE) + step(RAW, SHORT)
    raw = [step(RAW | by_server, payload) for by_server, payload in datagrams()]
    seeds = {
        "whole": ask + choose + end,
        "version-2": step(VERSION_2, crypto(0, HELLO)) + step(VERSION_2 | BY_SERVER, crypto(0, ANSWER)) + end,
        "pieces": step(0, crypto(100, HELLO[100:]) + b"\1\0\0") + step(0, crypto(0, HELLO[:120]), 0x31) + choose + end,
        "retry": ask + step(BY_SERVER | RAW, RETRY) + step(0, crypto(0, HELLO), 1) +
        step(BY_SERVER, b"\2\0\0\0\0" + crypto(0, ANSWER), 1) + end,
        "again": ask + choose + end + step(0, crypto(0, HELLO), 2) + step(WAIT, length=61) + ask,
        "refused": ask + step(BY_SERVER, bytes.fromhex("1c4178000568656c6c6f")),
        "gave-up": step(0, bytes.fromhex("0300010002030405060101") + b"\x1c\0\0\0"),
        "behind": step(BEHIND, crypto(0, HELLO)) + step(BY_SERVER | BEHIND, crypto(0, ANSWER)),
        "far": step(0, b"\6" + b"\x80\0\x3f\xff\1a") + step(0, b"\6" + b"\xc0" + b"\xff" * 7 + b"\x44\0a"),
        "raw": b"".join(raw[:10]), "raw-late": b"".join(raw[60:70]), "datagram": next(datagrams())[1],
    }
    for name, content in seeds.items():
        (to / name).write_bytes(content)
    print(f"{len(seeds)} inputs")


main()
