#!/usr/bin/env python3
"""seed_talks.py - writes the seeds of fuzz_decoder_NAME: the conversations of tests/golden/NAME.pcap, as records of
fuzz_decoder.c; some are joined in the middle, some lose a segment.

usage: seed_talks.py NAME...
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LONGEST, SEEDS = 6000, 12


def segments(capture):
    """{stream: [(from client, bytes), ...]}"""
    fields = ["tcp.stream", "tcp.srcport", "tcp.dstport", "tcp.payload"]
    rows = subprocess.run(["tshark", "-r", capture, "-Y", "tcp.len > 0", "-T", "fields", *[w for f in fields for w in ("-e", f)]],
                          capture_output=True, text=True, check=True).stdout
    streams = {}
    for row in rows.splitlines():
        stream, source, target, payload = row.split("\t")
        streams.setdefault(stream, []).append((int(source) > int(target), bytes.fromhex(payload)))
    return streams


def records(talk, lost):
    out = b""
    for number, (from_client, payload) in enumerate(talk):
        for at in range(0, len(payload), 255):
            piece = payload[at:at + 255]
            if number == lost:
                out += bytes([2 | (not from_client), len(piece)])
            else:
                out += bytes([not from_client, len(piece)]) + piece
    return out


def main():
    for name in sys.argv[1:]:
        folder = os.path.join(HERE, "corpus", f"decoder_{name}")
        os.makedirs(folder, exist_ok=True)
        talks = list(segments(os.path.join(HERE, "..", "golden", f"{name}.pcap")).values())
        for number, talk in enumerate(talks[:SEEDS]):
            first, lost = (128, -1) if number % 3 == 1 else (0, 3 if number % 3 == 2 else -1)
            with open(os.path.join(folder, f"talk-{number}"), "wb") as file:
                file.write((bytes([first]) + records(talk, lost))[:LONGEST])


main()
