"""rewrite.py - other captures made of a capture that tcpdump wrote: Ethernet and IPv4, little-endian."""
import json
import os
import struct

RECORD = struct.Struct("<IIII")
CLIENT = bytes([10, 77, 0, 2])  # as in e2e/lab.py, the second host
SOURCE, DESTINATION, CHECKSUM = 26, 30, 24  # in the frame


def records(file):
    """(Head, frame) of each packet."""
    while head := file.read(RECORD.size):
        yield head, file.read(RECORD.unpack(head)[2])


def size_of(path):
    """Packets, and bytes as on the wire."""
    packets = wire = 0
    with open(path, "rb", buffering=1 << 20) as file:
        file.seek(24)
        while len(head := file.read(RECORD.size)) == RECORD.size:
            _, _, captured, length = RECORD.unpack(head)
            packets, wire = packets + 1, wire + length
            file.seek(captured, os.SEEK_CUR)
    return packets, wire


def twice(path, made):
    """Writes the same capture with every frame a second time, with a VLAN tag: what a mirror of two ports makes."""
    with open(path, "rb") as file, open(made + ".part", "wb") as out:
        out.write(file.read(24))
        for head, frame in records(file):
            seconds, fraction, captured, length = RECORD.unpack(head)
            out.write(head + frame)
            out.write(RECORD.pack(seconds, fraction, captured + 4, length + 4))
            out.write(frame[:12] + b"\x81\x00\x00\x64" + frame[12:])
    os.rename(made + ".part", made)


def of_another_client(frame, number):
    """The frame as if the client were 10.77.NUMBER.2."""
    at = SOURCE if frame[SOURCE:SOURCE + 4] == CLIENT else DESTINATION
    total = (~int.from_bytes(frame[CHECKSUM:CHECKSUM + 2], "big") & 0xffff) + (number << 8)
    total = (total & 0xffff) + (total >> 16)
    changed = bytearray(frame)
    changed[CHECKSUM:CHECKSUM + 2] = (~total & 0xffff).to_bytes(2, "big")
    changed[at + 2] = number
    return changed


def more_clients(path, counts, packets):
    """Makes a capture, and what is counted in it, that of several clients that do the same at the same time, until there
    are about so many packets."""
    times = max(1, min(250, packets // size_of(path)[0]))
    with open(path, "rb") as file, open(path + ".part", "wb") as out:
        out.write(file.read(24))
        for head, frame in records(file):
            for number in range(times):
                out.write(head)
                out.write(of_another_client(frame, number))
    os.rename(path + ".part", path)
    with open(counts) as file:
        found = json.load(file)
    for one in found:
        one["count"] *= times
        one["printed"] += f", and so for each of {times} clients"
    with open(counts, "w") as file:
        json.dump(found, file, indent=1)
