"""recut.py - the same capture with the TCP payloads cut into other segments, each with the time of the one it
was cut from. For little-endian pcap files of Ethernet frames with IPv4 inside."""
import struct


def can(path):
    with open(path, "rb") as file:
        head = file.read(24)
    return head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") and head[20:24] == b"\1\0\0\0"


def payload_at(frame):
    """Where the TCP payload begins and ends, or None if there is none that can be cut."""
    at = 14
    if frame[12:14] != b"\x08\x00" or frame[at + 9] != 6:
        return None
    tcp = at + (frame[at] & 15) * 4
    end = at + struct.unpack_from(">H", frame, at + 2)[0]
    start = tcp + (frame[tcp + 12] >> 4) * 4
    # A retransmission or a segment with SYN, FIN or RST stays as it is.
    if end > len(frame) or end - start < 2 or frame[tcp + 13] & 7:
        return None
    return at, tcp, start, end


def pieces(frame, places):
    """The frame as several, its payload cut at `places`."""
    found = payload_at(frame)
    if not found:
        return [frame]
    at, tcp, start, end = found
    sequence = struct.unpack_from(">I", frame, tcp + 4)[0]
    out = []
    edges = [0, *places(end - start), end - start]
    for begin, stop in zip(edges, edges[1:]):
        head = bytearray(frame[:start])
        struct.pack_into(">H", head, at + 2, start - at + stop - begin)
        struct.pack_into(">I", head, tcp + 4, (sequence + begin) & 0xFFFFFFFF)
        out.append(bytes(head) + frame[start + begin:start + stop])
    return out


def recut(source, target, places, chance):
    """`places(length, chance)` gives the places to cut a payload of that length at."""
    with open(source, "rb") as file:
        data = file.read()
    out = [data[:24]]
    at = 24
    while at < len(data):
        seconds, fraction, captured, length = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + captured]
        at += 16 + captured
        cut = pieces(frame, lambda size: places(size, chance)) if captured == length else [frame]
        for piece in cut:
            out.append(struct.pack("<IIII", seconds, fraction, len(piece), len(piece)) + piece)
    with open(target, "wb") as file:
        file.write(b"".join(out))
