#!/usr/bin/env python3
"""seed_talks.py - writes the seeds of fuzz_decoder_NAME: the conversations of tests/golden/CAPTURE.pcap, which is NAME's
if none is named, or those of them that tshark's FILTER shows, as records of fuzz_decoder.c; some are joined in the middle,
some lose a segment.

usage: seed_talks.py NAME[=CAPTURE[,FILTER]]...

As it was called for those whose capture is another's or holds more:
    seed_talks.py dns=real-dns,dns dns_tcp=real-dns,tcp.port==53 starttls=tls,'smtp or pgsql or mysql'
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LONGEST, SEEDS = 6000, 12


def talks(capture, choice):
    """{(transport, stream): [(from client, bytes), ...]}, of the streams of which `choice` shows a frame."""
    fields = ["tcp.stream", "tcp.srcport", "tcp.dstport", "tcp.payload", "udp.stream", "udp.srcport", "udp.dstport", "udp.payload"]

    def ask(show):
        command = ["tshark", "-r", capture, "-Y", show, "-T", "fields", "-E", "occurrence=f"]
        command += [word for field in fields for word in ("-e", field)]
        return [row.split("\t") for row in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()]

    chosen = {(row[0], row[4]) for row in ask(choice)}
    found = {}
    for row in ask("tcp.len > 0 or udp"):
        if (row[0], row[4]) in chosen:
            source, target, payload = row[1:4] if row[0] else row[5:8]
            found.setdefault((row[0], row[4]), []).append((int(source) > int(target), bytes.fromhex(payload)))
    return found


def records(talk, lost, is_tcp):
    out = b""
    for number, (from_client, payload) in enumerate(talk):
        if not is_tcp:
            out += bytes([(not from_client) | len(payload) >> 8 << 5, len(payload) & 255]) + payload
            continue
        for at in range(0, len(payload), 255):
            piece = payload[at:at + 255]
            if number == lost:
                out += bytes([2 | (not from_client), len(piece)])
            else:
                out += bytes([not from_client, len(piece)]) + piece
    return out


def main():
    for word in sys.argv[1:]:
        name, _, source = word.partition("=")
        capture, _, choice = (source or name).partition(",")
        folder = os.path.join(HERE, "corpus", f"decoder_{name}")
        os.makedirs(folder, exist_ok=True)
        found = talks(os.path.join(HERE, "..", "golden", f"{capture}.pcap"), choice or "tcp or udp")
        for number, ((tcp_stream, _), talk) in enumerate(list(found.items())[:SEEDS]):
            first, lost = (128, -1) if number % 3 == 1 else (0, 3 if number % 3 == 2 else -1)
            with open(os.path.join(folder, f"talk-{number}"), "wb") as file:
                file.write((bytes([first]) + records(talk, lost, tcp_stream))[:LONGEST])


main()
